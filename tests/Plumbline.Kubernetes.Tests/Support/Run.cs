namespace Plumbline.Kubernetes.Tests.Support;

/// <summary>A loop under test: started now, stopped and joined at the end, its failure thrown there.</summary>
internal sealed class Run : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _task;

    public Run(Func<CancellationToken, Task> loop) => _task = Task.Run(() => loop(_stop.Token));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _task;
        }
        catch (OperationCanceledException)
        {
        }

        _stop.Dispose();
    }
}

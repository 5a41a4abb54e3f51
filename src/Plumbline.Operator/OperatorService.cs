using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Events;
using Plumbline.Kubernetes.Leadership;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Operator.Publishing;
using Plumbline.Operator.Running;

namespace Plumbline.Operator;

/// <summary>
/// Runs the parts while the host runs: they begin once the host listens, and have ended before it stops to. A part that ends by itself stops the
/// others and the host, so that a restart begins clean.
/// </summary>
internal sealed class OperatorService(
    LoopRunner runner,
    ClusterWatcher watcher,
    Publisher publisher,
    EventRecorder events,
    ILinkCertificate certificate,
    LeaderElector elector,
    OperatorMetrics metrics,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers) : IHostedLifecycleService, IDisposable
{
    private readonly ILogger _logger = OperatorHost.Logger(loggers);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Whether a part has ended that nobody stopped.</summary>
    public bool Failed { get; private set; }

    /// <summary>There from the start, so that no scrape finds less than another.</summary>
    public OperatorMetrics Metrics => metrics;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync();
        return Task.CompletedTask;
    }

    /// <summary>Takes the time that the parts need: the lease is released, the agents are told. The host's token is for what is left of HTTP.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        List<(string Name, Func<CancellationToken, Task> Run)> parts =
        [
            ("loop", runner.RunAsync),
            ("cluster watches", watcher.RunAsync),
            ("writes", publisher.RunAsync),
            ("events", events.RunAsync),
            .. certificate is LinkIdentity own ? new (string, Func<CancellationToken, Task>)[] { ("link identity", own.RunAsync) } : [],
            ("leader election", elector.RunAsync),
        ];
        var running = parts.Select(p => (p.Name, Task: p.Run(together.Token))).ToList();
        var first = await Task.WhenAny(running.Select(r => r.Task));
        Failed = !_stop.IsCancellationRequested;
        if (Failed)
        {
            Log.PartEnded(_logger, first.Exception, running.First(r => r.Task == first).Name);
        }

        await together.CancelAsync();
        foreach (var (name, task) in running)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException) when (together.IsCancellationRequested)
            {
                // The orderly way.
            }
            catch (Exception e) when (task != first)
            {
                Log.PartEnded(_logger, e, name);
            }
            catch (Exception) when (Failed)
            {
                // Said above.
            }
        }

        Log.Stopped(_logger);
        lifetime.StopApplication();
    }
}

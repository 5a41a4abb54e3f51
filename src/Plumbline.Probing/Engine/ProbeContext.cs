namespace Plumbline.Probing.Engine;

/// <summary>What one running probe carries from stage to stage. Only on the loop's thread.</summary>
internal sealed class ProbeContext
{
    public required EventLoop Loop { get; init; }

    public required ProbeOrigin Origin { get; init; }

    /// <summary>The caller's token, for what runs off the loop.</summary>
    public CancellationToken Cancellation { get; init; }

    // The socket whose readiness the probe awaits. Sockets are used again, so the wait's own identity goes with it.
    private (LoopSocket? Socket, long WaitId) _awaited;

    private bool _cancelled;

    public bool IsCancelled => _cancelled || Loop.IsStopping;

    public void Awaits(LoopSocket socket) => _awaited = (socket, socket.WaitId);

    public void Cancel()
    {
        _cancelled = true;
        if (_awaited.Socket is { } socket && socket.WaitId == _awaited.WaitId)
            socket.Complete(Readiness.Cancelled);
    }

    public void ThrowIfCancelled()
    {
        if (IsCancelled)
            throw new OperationCanceledException("the probe was cancelled");
    }
}

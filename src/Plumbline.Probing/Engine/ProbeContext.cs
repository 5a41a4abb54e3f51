namespace Plumbline.Probing.Engine;

/// <summary>What one running probe carries from stage to stage. Only on the loop's thread while the probe runs.</summary>
internal sealed class ProbeContext
{
    private bool _cancelled;

    public required EventLoop Loop { get; init; }

    public ProbeOrigin Origin { get; private set; } = ProbeOrigin.Own;

    /// <summary>The caller's token, for what runs off the loop.</summary>
    public CancellationToken Cancellation { get; private set; }

    public bool IsCancelled => _cancelled || Loop.IsStopping || Cancellation.IsCancellationRequested;

    public void Renew(ProbeOrigin origin, CancellationToken cancellation) => (Origin, Cancellation, _cancelled) = (origin, cancellation, false);

    /// <summary>Ends every wait of the probe; a name's addresses are tried side by side, so there may be several.</summary>
    public void Cancel()
    {
        _cancelled = true;
        Loop.CancelWaits(this);
    }

    public void ThrowIfCancelled()
    {
        if (IsCancelled)
            throw new OperationCanceledException("the probe was cancelled");
    }
}

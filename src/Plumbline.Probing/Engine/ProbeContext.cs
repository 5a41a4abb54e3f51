namespace Plumbline.Probing.Engine;

/// <summary>What one running probe carries from stage to stage. Only on the loop's thread.</summary>
internal sealed class ProbeContext
{
    public required EventLoop Loop { get; init; }

    public required ProbeOrigin Origin { get; init; }

    /// <summary>The caller's token, for what runs off the loop.</summary>
    public CancellationToken Cancellation { get; init; }

    private bool _cancelled;

    public bool IsCancelled => _cancelled || Loop.IsStopping;

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

using System.Threading.Tasks.Sources;

namespace Plumbline.Probing.Engine;

internal enum ReadinessKind
{
    Ready,
    TimedOut,
    Cancelled,
}

/// <param name="Events">epoll flags, when ready.</param>
internal readonly record struct Readiness(ReadinessKind Kind, uint Events)
{
    public static Readiness TimedOut { get; } = new(ReadinessKind.TimedOut, 0);

    public static Readiness Cancelled { get; } = new(ReadinessKind.Cancelled, 0);
}

/// <summary>
/// A raw non-blocking descriptor on the loop, awaited without allocation. One wait at a time; only on the loop's thread; used again
/// after <see cref="EventLoop.Close"/>.
/// </summary>
internal sealed class LoopSocket(EventLoop loop) : IValueTaskSource<Readiness>
{
    // Continuations run inside SetResult, that is on the loop's thread, which is where they belong.
    private ManualResetValueTaskSourceCore<Readiness> _wait = new() { RunContinuationsAsynchronously = false };

    public int Descriptor { get; private set; } = -1;

    public uint Generation { get; private set; }

    /// <summary>Events registered with epoll; 0 while unregistered.</summary>
    public uint Interest { get; private set; }

    /// <summary>Identity of the wait under way; 0 when nobody waits. Tells a stale deadline from a live one.</summary>
    public long WaitId { get; private set; }

    /// <summary>The probe whose cancellation ends the wait; null for farewells, which outlive theirs.</summary>
    public ProbeContext? Owner { get; private set; }

    /// <param name="probe">Ends the wait when it is cancelled.</param>
    public ValueTask<Readiness> WaitAsync(ProbeContext probe, uint events, long deadline)
    {
        if (probe.IsCancelled)
            return new ValueTask<Readiness>(Readiness.Cancelled);

        return WaitAsync(events, deadline, probe);
    }

    public ValueTask<Readiness> WaitAsync(uint events, long deadline) => WaitAsync(events, deadline, null);

    private ValueTask<Readiness> WaitAsync(uint events, long deadline, ProbeContext? owner)
    {
        Owner = owner;
        if (loop.IsStopping)
            return new ValueTask<Readiness>(Readiness.Cancelled);

        // A peer that hung up stays readable, so an unchanged interest needs no system call.
        if (Interest != events)
        {
            loop.Watch(this, events);
            Interest = events;
        }

        _wait.Reset();
        WaitId = loop.ArmDeadline(this, deadline);
        return new ValueTask<Readiness>(this, _wait.Version);
    }

    internal void Attach(int descriptor, uint generation)
    {
        Descriptor = descriptor;
        Generation = generation;
        Interest = 0;
        WaitId = 0;
        Owner = null;
    }

    internal void Complete(Readiness readiness)
    {
        if (WaitId == 0)
        {
            // Level-triggered: nobody waits now, so stop the reports until somebody does.
            if (readiness.Kind == ReadinessKind.Ready && Interest != 0)
                Silence();
            return;
        }

        WaitId = 0;
        _wait.SetResult(readiness);
    }

    Readiness IValueTaskSource<Readiness>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Readiness>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<Readiness>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    /// <summary>Errors and hang-ups cannot be masked, so the descriptor leaves epoll until the next wait.</summary>
    private void Silence()
    {
        loop.Unwatch(this);
        Interest = 0;
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Engine;

internal enum ReadinessKind
{
    Ready,
    TimedOut,
    Cancelled,
}

/// <param name="Count">Bytes; 0 at the end of the stream, negative on an error.</param>
/// <param name="Error">Error number when <paramref name="Count"/> is negative.</param>
/// <param name="TimedOut">Nothing came before the deadline.</param>
internal readonly record struct Received(int Count, int Error, bool TimedOut);

/// <summary>
/// A raw non-blocking descriptor on the loop, awaited without allocation. One wait at a time; only on the loop's thread; used again
/// after <see cref="EventLoop.Close"/>.
/// <para>
/// It is registered with epoll once, edge-triggered, for both directions: what was reported is remembered until an operation says
/// "try again". So each operation is tried before it is waited for, unless it is known to be in vain.
/// </para>
/// </summary>
internal sealed class LoopSocket(EventLoop loop) : Deadline, IValueTaskSource<ReadinessKind>
{
    // Continuations run inside SetResult, that is on the loop's thread, which is where they belong.
    private ManualResetValueTaskSourceCore<ReadinessKind> _wait = new() { RunContinuationsAsynchronously = false };
    private bool _registered;
    private bool _waiting;
    private uint _awaited;
    private uint _ready;

    public int Descriptor { get; private set; } = -1;

    public uint Generation { get; private set; }

    /// <summary>The probe whose cancellation ends the wait; null for farewells, which outlive theirs.</summary>
    public ProbeContext? Owner { get; private set; }

    public bool IsRegistered => _registered;

    /// <summary>Both sides have said that they are done.</summary>
    public bool HungUp => (_ready & Libc.EpollHangUp) != 0;

    /// <summary>The last report told of an error that is pending on the socket.</summary>
    public bool HasError => (_ready & Libc.EpollError) != 0;

    /// <summary>Until the handshake ended, one way or the other.</summary>
    public ValueTask<ReadinessKind> ConnectedAsync(ProbeContext probe, long deadline) => WaitAsync(probe, Libc.EpollOut, deadline);

    /// <summary>Forgets a report that turned out to be void, so that the next one is waited for.</summary>
    public void NotYetConnected() => _ready &= ~(Libc.EpollOut | Libc.EpollError | Libc.EpollHangUp);

    /// <exception cref="OperationCanceledException">The probe was cancelled.</exception>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public async ValueTask<Received> ReceiveAsync(ProbeContext probe, Memory<byte> buffer, long deadline)
    {
        while (true)
        {
            if ((_ready & (Libc.EpollIn | Libc.EpollPeerClosed | Libc.EpollError | Libc.EpollHangUp)) == 0)
            {
                var ready = await WaitAsync(probe, Libc.EpollIn | Libc.EpollPeerClosed, deadline);
                if (ready == ReadinessKind.Cancelled)
                    throw new OperationCanceledException("cancelled while waiting for data");
                if (ready == ReadinessKind.TimedOut)
                    return new Received(-1, Errno.TimedOut, TimedOut: true);
            }

            var got = RawIo.Receive(Descriptor, buffer.Span, out var error);
            if (got >= 0 || error != Errno.TryAgain)
                return new Received(got, error, false);
            _ready = 0;
        }
    }

    /// <summary>The number of bytes sent, or a negative error number.</summary>
    /// <exception cref="OperationCanceledException">The probe was cancelled.</exception>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public async ValueTask<int> SendAllAsync(ProbeContext probe, ReadOnlyMemory<byte> data, long deadline)
    {
        for (var sent = 0; sent < data.Length;)
        {
            var written = RawIo.Send(Descriptor, data.Span[sent..], out var error);
            if (written < 0 && error != Errno.TryAgain)
                return -error;
            sent += Math.Max(0, written);
            if (written >= 0)
                continue;

            _ready &= ~Libc.EpollOut;
            var ready = await WaitAsync(probe, Libc.EpollOut, deadline);
            if (ready == ReadinessKind.Cancelled)
                throw new OperationCanceledException("cancelled while sending");
            if (ready == ReadinessKind.TimedOut)
                return -Errno.TimedOut;
        }

        return data.Length;
    }

    /// <summary>Until the peer sends or ends.</summary>
    public ValueTask<ReadinessKind> PeerActsAsync(ProbeContext probe, long deadline) => WaitAsync(probe, Libc.EpollIn | Libc.EpollPeerClosed, deadline);

    /// <summary>Until the peer sends or ends. Not ended by a probe's cancellation.</summary>
    public ValueTask<ReadinessKind> PeerActsAsync(long deadline)
    {
        Owner = null;
        return WaitAsync(Libc.EpollIn | Libc.EpollPeerClosed, deadline);
    }

    /// <summary>As much as is there: bytes, 0 at the end of the stream, -1 when nothing is there, -2 when the connection is broken.</summary>
    public int Take(Span<byte> buffer)
    {
        var got = RawIo.Receive(Descriptor, buffer, out var error);
        if (got >= 0)
            return got;
        if (error != Errno.TryAgain)
            return -2;
        _ready = 0;
        return -1;
    }

    /// <summary>Throws away what came. False once nothing more can come.</summary>
    public bool Discard(int most)
    {
        var got = RawIo.Discard(Descriptor, most, out var error);
        if (got < 0 && error == Errno.TryAgain)
            _ready = 0;
        return got > 0 || (got < 0 && error == Errno.TryAgain);
    }

    internal void Attach(int descriptor, uint generation)
    {
        Descriptor = descriptor;
        Generation = generation;
        Owner = null;
        _registered = false;
        _ready = 0;
    }

    /// <summary>epoll's report. Remembered if nobody waits for it yet.</summary>
    internal void Report(uint events)
    {
        _ready |= events;
        if (_waiting && (events & (_awaited | Libc.EpollError | Libc.EpollHangUp)) != 0)
            End(ReadinessKind.Ready);
    }

    internal void Cancel()
    {
        if (_waiting)
            End(ReadinessKind.Cancelled);
    }

    internal override void Expire()
    {
        if (_waiting)
            End(ReadinessKind.TimedOut);
    }

    ReadinessKind IValueTaskSource<ReadinessKind>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadinessKind>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<ReadinessKind>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private ValueTask<ReadinessKind> WaitAsync(ProbeContext probe, uint events, long deadline)
    {
        if (probe.IsCancelled)
            return new ValueTask<ReadinessKind>(ReadinessKind.Cancelled);
        Owner = probe;
        return WaitAsync(events, deadline);
    }

    private ValueTask<ReadinessKind> WaitAsync(uint events, long deadline)
    {
        if (loop.IsStopping)
            return new ValueTask<ReadinessKind>(ReadinessKind.Cancelled);
        if ((_ready & (events | Libc.EpollError | Libc.EpollHangUp)) != 0)
            return new ValueTask<ReadinessKind>(ReadinessKind.Ready);

        if (!_registered)
            loop.Watch(this);
        _registered = true;
        _wait.Reset();
        _awaited = events;
        _waiting = true;
        loop.Deadlines.Arm(this, deadline);
        return new ValueTask<ReadinessKind>(this, _wait.Version);
    }

    private void End(ReadinessKind how)
    {
        _waiting = false;
        loop.Deadlines.Disarm(this);
        _wait.SetResult(how);
    }
}

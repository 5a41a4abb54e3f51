using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Engine;

/// <summary>Work handed to the loop's thread. <paramref name="token"/> tells a reused object whether the work is still meant for it.</summary>
internal interface ILoopWork
{
    void Run(long token);
}

/// <summary>
/// One thread, one epoll instance. Everything that touches a raw descriptor runs here, so nothing here needs a lock; async methods
/// that await a <see cref="LoopSocket"/> resume on this thread. The thread sleeps until a descriptor is ready, work is posted, or the
/// nearest deadline: there is no tick.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private const int EventCapacity = 256;
    private const ulong WakeData = ulong.MaxValue;

    [ThreadStatic]
    private static bool _runningLeftovers;

    private readonly ConcurrentQueue<(ILoopWork Work, long Token)> _posted = new();
    private readonly Stack<LoopSocket> _spare = new();
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private readonly int _epoll;
    private readonly int _wake;
    private LoopSocket?[] _byDescriptor = new LoopSocket?[256];
    private NamespaceDoor? _door;
    private Exception? _startFailure;
    private uint _generation;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _wakeGate = new();
    private int _wakePending;
    private bool _wakeClosed;
    private volatile bool _sleeping;
    private volatile bool _stopping;
    private volatile bool _ended;

    public EventLoop(TimeProvider clock)
    {
        _clock = clock;
        Stopping = _stop.Token;
        _epoll = Libc.EpollCreate(Libc.CloseOnExec);
        _wake = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlock);
        if (_epoll < 0 || _wake < 0)
            throw new InvalidOperationException($"cannot create an epoll instance: {Errno.Name(Marshal.GetLastPInvokeError())}");

        // Edge-triggered: every write wakes, so the count need not be read back.
        Control(Libc.EpollAdd, _wake, Libc.EpollIn | Libc.EpollEdge, WakeData);
        using var started = new ManualResetEventSlim();
        _thread = new Thread(() => Run(started)) { Name = "plumbline-probes", IsBackground = true };
        _thread.Start();
        started.Wait();
        if (_startFailure is not null)
        {
            _thread.Join();
            CloseOwnDescriptors();
            throw new InvalidOperationException(_startFailure.Message, _startFailure);
        }
    }

    public bool IsStopping => _stopping;

    public bool HasEnded => _ended;

    /// <summary>Cancelled when the loop stops, for what runs off the loop.</summary>
    public CancellationToken Stopping { get; }

    public bool IsOnLoop => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    /// <summary>Only on the loop's thread.</summary>
    public NamespaceDoor Door => _door!;

    /// <summary>Only on the loop's thread.</summary>
    public Deadlines Deadlines { get; } = new();

    /// <summary>Descriptors that the loop watches: probes under way and their farewells.</summary>
    public int Watched { get; private set; }

    public long Now => _clock.GetTimestamp();

    public long After(TimeSpan delay) => Now + (long)(delay.TotalSeconds * _clock.TimestampFrequency);

    /// <summary>That much later, and at most <paramref name="grid"/> more: deadlines that need not be exact fall together, and wake the thread once.</summary>
    public long AfterRoughly(TimeSpan delay, TimeSpan grid)
    {
        var (exact, step) = (After(delay), (long)(grid.TotalSeconds * _clock.TimestampFrequency));
        return (exact + step - 1) / step * step;
    }

    public TimeSpan Until(long deadline) => _clock.GetElapsedTime(Now, deadline);

    public double MillisecondsSince(long timestamp) => _clock.GetElapsedTime(timestamp, Now).TotalMilliseconds;

    /// <summary>After the loop has ended the work runs at once on the caller's thread, where it finds the loop stopping.</summary>
    public void Post(ILoopWork work, long token = 0)
    {
        _posted.Enqueue((work, token));
        if (_ended)
        {
            RunLeftovers();
            return;
        }

        if (IsOnLoop)
            return;

        // Pairs with the barrier in Sleep: either the loop sees the work, or this sees that the loop sleeps.
        Interlocked.MemoryBarrier();
        if (_sleeping)
            Wake();
    }

    public LoopSocket Adopt(int descriptor)
    {
        var socket = _spare.TryPop(out var spare) ? spare : new LoopSocket(this);
        socket.Attach(descriptor, ++_generation);
        if (descriptor >= _byDescriptor.Length)
            Array.Resize(ref _byDescriptor, Math.Max(descriptor + 1, _byDescriptor.Length * 2));
        _byDescriptor[descriptor] = socket;
        Watched++;
        return socket;
    }

    /// <summary>Closes the descriptor; the socket object is used again.</summary>
    public void Close(LoopSocket socket)
    {
        var descriptor = Release(socket);
        _ = Libc.Close(descriptor);
    }

    /// <summary>Takes the descriptor off the loop and gives it to the caller.</summary>
    public int Detach(LoopSocket socket)
    {
        if (socket.IsRegistered)
            Control(Libc.EpollDelete, socket.Descriptor, 0, 0);
        return Release(socket);
    }

    /// <summary>Looks at every socket: cancelling is rare, and a list a probe would cost each of them.</summary>
    public void CancelWaits(ProbeContext probe)
    {
        foreach (var socket in _byDescriptor)
        {
            if (socket?.Owner == probe)
                socket.Cancel();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _stop.Cancel();
        Wake();
        if (IsOnLoop)
            return;

        _thread.Join();
        _ended = true;
        RunLeftovers();
        CloseOwnDescriptors();
        _stop.Dispose();
    }

    internal void Watch(LoopSocket socket) => Control(
        Libc.EpollAdd,
        socket.Descriptor,
        Libc.EpollIn | Libc.EpollOut | Libc.EpollPeerClosed | Libc.EpollEdge,
        ((ulong)socket.Generation << 32) | (uint)socket.Descriptor);

    private int Release(LoopSocket socket)
    {
        var descriptor = socket.Descriptor;
        _byDescriptor[descriptor] = null;
        socket.Attach(-1, 0);
        _spare.Push(socket);
        Watched--;
        return descriptor;
    }

    private unsafe void Control(int operation, int descriptor, uint events, ulong data)
    {
        byte* registration = stackalloc byte[16];
        EpollEvents.Write(new Span<byte>(registration, 16), events, data);
        if (Libc.EpollControl(_epoll, operation, descriptor, registration) != 0)
            throw new InvalidOperationException($"epoll_ctl: {Errno.Name(Marshal.GetLastPInvokeError())}");
    }

    private unsafe void Wake()
    {
        if (Interlocked.Exchange(ref _wakePending, 1) != 0)
            return;

        // A write after the close could reach whatever has that number by then.
        lock (_wakeGate)
        {
            ulong one = 1;
            if (!_wakeClosed)
                _ = Libc.Write(_wake, &one, sizeof(ulong));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "handed to the constructor, which throws it")]
    private void Run(ManualResetEventSlim started)
    {
        try
        {
            _door = new NamespaceDoor();
        }
        catch (Exception e)
        {
            _startFailure = e;
            return;
        }
        finally
        {
            started.Set();
        }

        var events = new byte[EventCapacity * EpollEvents.Size];
        while (!_stopping)
        {
            var ready = Sleep(events);
            for (var i = 0; i < ready; i++)
                Dispatch(events, i);
            RunPosted();
            ExpireDeadlines();
        }

        // Whatever still waits is told so, and closes its descriptor on the way out.
        for (var i = 0; i < _byDescriptor.Length; i++)
            _byDescriptor[i]?.Cancel();
        RunPosted();
        for (var i = 0; i < _byDescriptor.Length; i++)
        {
            if (_byDescriptor[i] is { } left)
                Close(left);
        }

        _door.Dispose();
    }

    private unsafe int Sleep(byte[] events)
    {
        fixed (byte* start = events)
        {
            _sleeping = true;
            Interlocked.MemoryBarrier();
            var ready = Libc.EpollWait(_epoll, start, EventCapacity, NextTimeout());
            _sleeping = false;
            if (ready >= 0)
                return ready;
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.Interrupted ? 0 : throw new InvalidOperationException($"epoll_wait: {Errno.Name(error)}");
        }
    }

    /// <summary>Rounded up: a wake-up just before a deadline would spin until it.</summary>
    private int NextTimeout()
    {
        if (!_posted.IsEmpty)
            return 0;
        return Deadlines.First is { } next ? (int)Math.Clamp(Math.Ceiling(Until(next.Due).TotalMilliseconds), 0, int.MaxValue) : -1;
    }

    private void Dispatch(byte[] events, int index)
    {
        var (flags, data) = EpollEvents.Read(events, index);
        if (data == WakeData)
        {
            Volatile.Write(ref _wakePending, 0);
            return;
        }

        // A descriptor that an earlier event of this batch closed may already be another socket.
        var descriptor = (int)(uint)data;
        if (_byDescriptor[descriptor] is { } socket && socket.Generation == (uint)(data >> 32))
            socket.Report(flags);
    }

    private void RunPosted()
    {
        // Only what is there now: work that posts work must not keep events waiting.
        for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var item); left--)
            item.Work.Run(item.Token);
    }

    /// <summary>What work posts is left to the outermost call, so that a queue of waiting probes does not nest.</summary>
    private void RunLeftovers()
    {
        if (_runningLeftovers)
            return;
        _runningLeftovers = true;
        while (_posted.TryDequeue(out var item))
            item.Work.Run(item.Token);
        _runningLeftovers = false;
    }

    private void ExpireDeadlines()
    {
        var now = Now;
        while (Deadlines.First is { } next && next.Due <= now)
        {
            Deadlines.Disarm(next);
            next.Expire();
        }
    }

    private void CloseOwnDescriptors()
    {
        lock (_wakeGate)
        {
            if (_wakeClosed)
                return;
            _wakeClosed = true;
            _ = Libc.Close(_epoll);
            _ = Libc.Close(_wake);
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Names;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Probing;

/// <summary>
/// Asks planned questions from inside network namespaces, on one thread of its own. A probe never throws for what it meets: every end
/// is a <see cref="ProbeResult"/>, except the caller's own cancellation.
/// </summary>
public sealed class ProbeEngine : IDisposable
{
    private readonly ConcurrentQueue<ProbeOperation> _spare = new();
    private readonly Queue<(ProbeOperation Operation, long Use)> _waiting = new();
    private readonly Lock _turns = new();
    private readonly ProbeEngineOptions _options;
    private readonly EventLoop _loop;
    private int _running;
    private int _disposed;

    /// <exception cref="InvalidOperationException">The kernel refuses an epoll instance or /proc is not there.</exception>
    public ProbeEngine(ProbeEngineOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _loop = new EventLoop(clock);
        Clock = new LoopClock(_loop, clock);
        Runner = new ProbeRunner(options, clock, new NameResolver(options));
    }

    /// <summary>
    /// The engine's clock, with one-shot timers that fire on the engine's own thread: a probe started there costs no hop between threads.
    /// Their callbacks must be quick, never block and never throw.
    /// </summary>
    public TimeProvider Clock { get; }

    /// <summary>Probes under way, and connections that are being ended.</summary>
    public int OpenSockets => _loop.Watched;

    internal ProbeRunner Runner { get; }

    /// <summary>From any thread. The task may be awaited once.</summary>
    /// <exception cref="OperationCanceledException">Cancelled by the caller, or the engine was disposed: no observation was made.</exception>
    public ValueTask<ProbeResult> RunAsync(PlannedProbe probe, ProbeOrigin origin, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(origin);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        var operation = _spare.TryDequeue(out var spare) ? spare : new ProbeOperation(this, _loop, _options.ContinueOnEngineThread);
        return operation.Start(probe, origin, cancellation);
    }

    /// <summary>The addresses inside a namespace.</summary>
    public Task<NamespaceAddresses> ReadAddressesAsync(NetworkNamespace target)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        var reading = new AddressReading(_loop, target);
        _loop.Post(reading);
        return reading.Task;
    }

    /// <summary>Cancels what is under way.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _loop.Dispose();
    }

    internal void Recycle(ProbeOperation operation) => _spare.Enqueue(operation);

    /// <summary>False: the operation is admitted when its turn comes.</summary>
    internal bool TakeTurn(ProbeOperation operation)
    {
        lock (_turns)
        {
            if (_running < _options.MaxConcurrency)
            {
                _running++;
                return true;
            }

            operation.IsWaiting = true;
            _waiting.Enqueue((operation, operation.Use));
            return false;
        }
    }

    /// <summary>Hands the turn to the next that waits.</summary>
    internal void ReturnTurn()
    {
        lock (_turns)
        {
            while (_waiting.TryDequeue(out var next))
            {
                // Cancelled meanwhile, and perhaps used again.
                if (!next.Operation.IsWaiting || next.Operation.Use != next.Use)
                    continue;
                next.Operation.IsWaiting = false;
                next.Operation.Admit();
                return;
            }

            _running--;
        }
    }

    private sealed class AddressReading(EventLoop loop, NetworkNamespace target) : ILoopWork
    {
        private readonly TaskCompletionSource<NamespaceAddresses> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<NamespaceAddresses> Task => _read.Task;

        [SuppressMessage("Design", "CA1031", Justification = "handed to the caller; the loop goes on")]
        public void Run(long token)
        {
            if (loop.IsStopping)
            {
                _read.SetCanceled();
                return;
            }

            try
            {
                _read.SetResult(NamespaceAddresses.Read(loop.Door, target));
            }
            catch (Exception e)
            {
                _read.SetException(e);
            }
        }
    }
}

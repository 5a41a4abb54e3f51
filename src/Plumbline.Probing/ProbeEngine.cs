using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
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
    private readonly ConcurrentBag<ProbeOperation> _spare = [];
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _turns;
    private readonly EventLoop _loop;
    private readonly ProbeRunner _runner;
    private int _disposed;

    /// <exception cref="InvalidOperationException">The kernel refuses an epoll instance or /proc is not there.</exception>
    public ProbeEngine(ProbeEngineOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _clock = clock;
        _turns = new SemaphoreSlim(options.MaxConcurrency);
        _loop = new EventLoop(clock);
        _runner = new ProbeRunner(options, clock, new NameResolver(options));
    }

    /// <summary>Probes under way, and connections that are being ended.</summary>
    public int OpenSockets => _loop.Watched;

    /// <exception cref="OperationCanceledException">Cancelled by the caller, or the engine was disposed: no observation was made.</exception>
    public async ValueTask<ProbeResult> RunAsync(PlannedProbe probe, ProbeOrigin origin, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(origin);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        await _turns.WaitAsync(cancellation);
        try
        {
            var operation = _spare.TryTake(out var spare) ? spare : new ProbeOperation(this);
            return await operation.Start(_loop, probe, origin, cancellation);
        }
        finally
        {
            _turns.Release();
        }
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

    internal void Recycle(ProbeOperation operation) => _spare.Add(operation);

    internal void Execute(ProbeOperation operation)
    {
        if (operation.Cancellation.IsCancellationRequested || _loop.IsStopping)
            operation.Complete(null, new OperationCanceledException(operation.Cancellation));
        else
            _ = ExecuteAsync(operation);
    }

    [SuppressMessage("Design", "CA1031", Justification = "a defect in one probe must not end the loop; it becomes a result that is no evidence")]
    private async Task ExecuteAsync(ProbeOperation operation)
    {
        var probe = operation.Probe;
        try
        {
            var context = new ProbeContext { Loop = _loop, Origin = operation.Origin, Cancellation = operation.Cancellation };
            operation.Begin(context);
            operation.Complete(await _runner.RunAsync(context, probe), null);
        }
        catch (OperationCanceledException)
        {
            operation.Complete(null, new OperationCanceledException(operation.Cancellation));
        }
        catch (Exception e)
        {
            operation.Complete(
                new ProbeResult { Probe = probe.Id, Time = _clock.GetUtcNow(), Outcome = ProbeOutcome.NotRun, Detail = ProbeRunner.Limit($"a defect in the agent: {e.GetType().Name}: {e.Message}") },
                null);
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

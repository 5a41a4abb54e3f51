using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Engine;

/// <summary>One call of <see cref="ProbeEngine.RunAsync"/> on its way to the loop and back. Used again.</summary>
internal sealed class ProbeOperation : IValueTaskSource<ProbeResult>, ILoopWork
{
    private const long Arrive = -1;
    private const long Begin = -2;
    private const long End = -3;

    private readonly ProbeEngine _engine;
    private readonly EventLoop _loop;
    private readonly ProbeContext _context;
    private readonly Action _finish;
    private ManualResetValueTaskSourceCore<ProbeResult> _completion;
    private CancellationTokenRegistration _registration;
    private ValueTaskAwaiter<ProbeResult> _running;
    private PlannedProbe _probe = null!;
    private bool _active;

    /// <param name="continueOnLoop">Callers continue on the loop's thread, where whatever they do holds up every other probe.</param>
    public ProbeOperation(ProbeEngine engine, EventLoop loop, bool continueOnLoop)
    {
        _engine = engine;
        _loop = loop;
        _context = new ProbeContext { Loop = loop };
        _finish = Finish;
        _completion = new ManualResetValueTaskSourceCore<ProbeResult> { RunContinuationsAsynchronously = !continueOnLoop };
    }

    /// <summary>Rises with every use, so that what was meant for an earlier one is told apart.</summary>
    public long Use { get; private set; }

    /// <summary>In the queue for its turn.</summary>
    public bool IsWaiting { get; set; }

    public ValueTask<ProbeResult> Start(PlannedProbe probe, ProbeOrigin origin, CancellationToken cancellation)
    {
        _probe = probe;
        _context.Renew(origin, cancellation);
        Use++;
        var task = new ValueTask<ProbeResult>(this, _completion.Version);
        _loop.Post(this, Arrive);
        return task;
    }

    /// <summary>Its turn has come. By way of the queue: beginning right here would nest as deep as probes fail at once.</summary>
    public void Admit() => _loop.Post(this, Begin);

    void ILoopWork.Run(long token)
    {
        switch (token)
        {
            case Arrive:
                OnArrival();
                break;
            case Begin:
                OnTurn();
                break;
            case End:
                Finish();
                break;
            default:
                // A late cancellation of an earlier use finds another number, or nothing under way.
                if (_active && token == Use)
                    OnCancelled();
                break;
        }
    }

    private void OnArrival()
    {
        _active = true;
        if (_context.IsCancelled)
        {
            Complete(null, cancelled: true);
            return;
        }

        if (_context.Cancellation.CanBeCanceled)
            _registration = _context.Cancellation.UnsafeRegister(static state => ((ProbeOperation)state!).PostCancellation(), this);
        if (_engine.TakeTurn(this))
            OnTurn();
    }

    // Disposing the registration waits for this, so the use is still the one that was registered for.
    private void PostCancellation() => _loop.Post(this, Use);

    private void OnCancelled()
    {
        if (!IsWaiting)
        {
            _context.Cancel();
            return;
        }

        IsWaiting = false;
        Complete(null, cancelled: true);
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "consumed once, by Finish")]
    private void OnTurn()
    {
        if (_context.IsCancelled)
        {
            _engine.ReturnTurn();
            Complete(null, cancelled: true);
            return;
        }

        _running = _engine.Runner.RunAsync(_context, _probe).GetAwaiter();
        if (_running.IsCompleted)
            Finish();
        else
            _running.UnsafeOnCompleted(_finish);
    }

    [SuppressMessage("Design", "CA1031", Justification = "a defect in one probe must not end the loop; it becomes a result that is no evidence")]
    private void Finish()
    {
        // A probe that was cancelled off the loop ends there.
        if (!_loop.IsOnLoop && !_loop.HasEnded)
        {
            _loop.Post(this, End);
            return;
        }

        ProbeResult? result = null;
        try
        {
            result = _running.GetResult();
        }
        catch (OperationCanceledException)
        {
            // No result is the caller's cancellation, or the engine's end.
        }
        catch (Exception e)
        {
            result = _engine.Runner.Defect(_probe, e);
        }

        _running = default;
        _engine.ReturnTurn();
        Complete(result, cancelled: result is null);
    }

    private void Complete(ProbeResult? result, bool cancelled)
    {
        _active = false;
        _registration.Dispose();
        _registration = default;
        if (cancelled)
            _completion.SetException(new OperationCanceledException(_context.Cancellation));
        else
            _completion.SetResult(result!);
    }

    ProbeResult IValueTaskSource<ProbeResult>.GetResult(short token)
    {
        try
        {
            return _completion.GetResult(token);
        }
        finally
        {
            _completion.Reset();
            _probe = null!;
            _context.Renew(ProbeOrigin.Own, default);
            _engine.Recycle(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ProbeResult>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<ProbeResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}

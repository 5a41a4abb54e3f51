using System.Threading.Tasks.Sources;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;

namespace Plumbline.Probing.Engine;

/// <summary>One call of <see cref="ProbeEngine.RunAsync"/> on its way to the loop and back. Used again.</summary>
internal sealed class ProbeOperation(ProbeEngine engine) : IValueTaskSource<ProbeResult>, ILoopWork
{
    private const long StartToken = -1;

    // The caller must not continue on the loop's thread: it would hold up every other probe.
    private ManualResetValueTaskSourceCore<ProbeResult> _completion = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private ProbeContext? _context;

    public PlannedProbe Probe { get; private set; } = null!;

    public ProbeOrigin Origin { get; private set; } = null!;

    public CancellationToken Cancellation { get; private set; }

    /// <summary>Rises with every use, so that a late cancellation of an earlier use is told apart.</summary>
    public long Use { get; private set; }

    public ValueTask<ProbeResult> Start(EventLoop loop, PlannedProbe probe, ProbeOrigin origin, CancellationToken cancellation)
    {
        (Probe, Origin, Cancellation) = (probe, origin, cancellation);
        Use++;
        var task = new ValueTask<ProbeResult>(this, _completion.Version);
        loop.Post(this, StartToken);
        return task;
    }

    /// <summary>On the loop's thread.</summary>
    public void Begin(ProbeContext context)
    {
        _context = context;
        if (!Cancellation.CanBeCanceled)
            return;

        var use = Use;
        _registration = Cancellation.UnsafeRegister(
            static state =>
            {
                var (operation, loop, use) = ((ProbeOperation, EventLoop, long))state!;
                loop.Post(operation, use);
            },
            (this, context.Loop, use));
    }

    public void Complete(ProbeResult? result, Exception? failure)
    {
        _registration.Dispose();
        _registration = default;
        _context = null;
        if (failure is null)
            _completion.SetResult(result!);
        else
            _completion.SetException(failure);
    }

    void ILoopWork.Run(long token)
    {
        if (token == StartToken)
            engine.Execute(this);
        else if (token == Use)
            _context?.Cancel();
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
            (Probe, Origin, Cancellation) = (null!, null!, default);
            engine.Recycle(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ProbeResult>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<ProbeResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}

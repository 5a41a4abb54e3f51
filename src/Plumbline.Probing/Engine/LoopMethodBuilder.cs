using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Plumbline.Probing.Engine;

/// <summary>
/// Compiles an async method of the loop so that it leaves no garbage: what it keeps while it waits is used again by its next call. The
/// framework's pooling builder keeps one spare a core, which is lost as soon as probes overlap; this one keeps what its thread needs.
/// <para>
/// No ExecutionContext flows: nothing on the loop has one. The task may be awaited once, as any ValueTask.
/// </para>
/// </summary>
[SuppressMessage("Performance", "CA1815", Justification = "never compared")]
internal struct LoopMethodBuilder<T>
{
    private LoopPromise<T>? _promise;
    private T? _result;
    private Exception? _failure;

    public readonly ValueTask<T> Task =>
        _promise is { } promise ? new ValueTask<T>(promise, promise.Version)
        : _failure is { } failure ? ValueTask.FromException<T>(failure)
        : new ValueTask<T>(_result!);

    [SuppressMessage("Design", "CA1000", Justification = "the shape that the compiler asks for")]
    public static LoopMethodBuilder<T> Create() => default;

    [SuppressMessage("Performance", "CA1822", Justification = "the shape that the compiler asks for")]
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => stateMachine.MoveNext();

    [SuppressMessage("Performance", "CA1822", Justification = "the shape that the compiler asks for")]
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) => _ = stateMachine;

    public void SetResult(T result)
    {
        if (_promise is null)
            _result = result;
        else
            _promise.SetResult(result);
    }

    public void SetException(Exception exception)
    {
        if (_promise is null)
            _failure = exception;
        else
            _promise.SetException(exception);
    }

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Keep(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Keep(ref stateMachine));

    /// <summary>The continuation. At the first wait the state machine moves off the stack.</summary>
    private Action Keep<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_promise is KeptMethod<T, TStateMachine> kept)
            return kept.MoveNext;

        // This builder is a field of the state machine: it must know its promise before it is copied.
        var first = KeptMethod<T, TStateMachine>.Take();
        _promise = first;
        first.StateMachine = stateMachine;
        return first.MoveNext;
    }
}

internal abstract class LoopPromise<T> : IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _core;

    public short Version => _core.Version;

    public void SetResult(T result) => _core.SetResult(result);

    public void SetException(Exception exception) => _core.SetException(exception);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public T GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            Return();
        }
    }

    protected abstract void Return();
}

internal sealed class KeptMethod<T, TStateMachine> : LoopPromise<T>
    where TStateMachine : IAsyncStateMachine
{
    private const int MaxSpare = 1024;

    [ThreadStatic]
    private static Stack<KeptMethod<T, TStateMachine>>? _spare;

    private KeptMethod() => MoveNext = () => StateMachine!.MoveNext();

    public TStateMachine? StateMachine;

    public Action MoveNext { get; }

    public static KeptMethod<T, TStateMachine> Take() => _spare is { } spare && spare.TryPop(out var kept) ? kept : new KeptMethod<T, TStateMachine>();

    protected override void Return()
    {
        // Nothing of a probe that has ended may be kept alive.
        StateMachine = default;
        _spare ??= new Stack<KeptMethod<T, TStateMachine>>();
        if (_spare.Count < MaxSpare)
            _spare.Push(this);
    }
}

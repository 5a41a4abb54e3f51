namespace Plumbline.Probing.Engine;

internal static class LoopTask
{
    /// <summary>
    /// For work that nobody awaits. A kept method is used again only once its result has been taken, so it is taken here. Failures must
    /// have been dealt with inside.
    /// </summary>
    public static void Forget(ValueTask<bool> task)
    {
        var awaiter = task.GetAwaiter();
        if (awaiter.IsCompleted)
            _ = awaiter.GetResult();
        else
            Forgotten.Take(awaiter);
    }

    private sealed class Forgotten
    {
        private const int MaxSpare = 1024;

        [ThreadStatic]
        private static Stack<Forgotten>? _spare;

        private readonly Action _completed;
        private System.Runtime.CompilerServices.ValueTaskAwaiter<bool> _awaiter;

        private Forgotten() => _completed = Completed;

        public static void Take(System.Runtime.CompilerServices.ValueTaskAwaiter<bool> awaiter)
        {
            var forgotten = _spare is { } spare && spare.TryPop(out var free) ? free : new Forgotten();
            forgotten._awaiter = awaiter;
            awaiter.UnsafeOnCompleted(forgotten._completed);
        }

        private void Completed()
        {
            _ = _awaiter.GetResult();
            _awaiter = default;
            _spare ??= new Stack<Forgotten>();
            if (_spare.Count < MaxSpare)
                _spare.Push(this);
        }
    }
}

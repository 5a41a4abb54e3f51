using System.Runtime.CompilerServices;

namespace Plumbline.Probing.Engine;

/// <summary><c>await new LoopSwitch(loop)</c>: what follows runs on the loop's thread.</summary>
internal readonly struct LoopSwitch(EventLoop loop)
{
    public Awaiter GetAwaiter() => new(loop);

    internal readonly struct Awaiter(EventLoop loop) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => loop.IsOnLoop;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => loop.Post(new Continuation(continuation));
    }

    private sealed class Continuation(Action action) : ILoopWork
    {
        public void Run(long token) => action();
    }
}

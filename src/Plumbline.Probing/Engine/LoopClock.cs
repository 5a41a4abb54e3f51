namespace Plumbline.Probing.Engine;

/// <summary>
/// The given clock, but for its timers: they fire on the loop's thread, by the deadline that it sleeps to anyway, and so cost no thread a
/// wake-up. Callbacks must be quick, and must not throw. One-shot timers only.
/// </summary>
internal sealed class LoopClock(EventLoop loop, TimeProvider clock) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new LoopTimer(loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class LoopTimer(EventLoop loop, TimerCallback callback, object? state) : Deadline, ITimer, ILoopWork
    {
        private const long Never = long.MaxValue;

        private long _wanted = Never;
        private volatile bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
                throw new NotSupportedException("a timer of the engine's clock fires once");
            if (_disposed)
                return false;

            Volatile.Write(ref _wanted, dueTime == Timeout.InfiniteTimeSpan ? Never : loop.After(dueTime));
            if (loop.IsOnLoop)
                Arm();
            else
                loop.Post(this);
            return true;
        }

        // Looks at what is wanted now: a change that was posted may come after a newer one that was not.
        void ILoopWork.Run(long token) => Arm();

        internal override void Expire()
        {
            if (!_disposed)
                callback(state);
        }

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            loop.Post(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm()
        {
            // After its end the loop runs what is posted on the poster's thread, and expires nothing any more.
            if (loop.IsStopping)
                return;
            loop.Deadlines.Disarm(this);
            if (Volatile.Read(ref _wanted) is var due && due != Never && !_disposed)
                loop.Deadlines.Arm(this, due);
        }
    }
}

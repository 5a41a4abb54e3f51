namespace Plumbline.Agent;

/// <summary>
/// Wall-clock time that never goes back while a link stands: a result that seems older than the one before would be taken for a replay, and
/// drift would go unseen. It follows the system's clock forward at once, and backward at <see cref="Resynchronize"/> only. Timers and
/// timestamps are the system's, which are monotonic anyway.
/// </summary>
internal sealed class SteadyClock(TimeProvider system) : TimeProvider
{
    private readonly long _origin = system.GetTimestamp();

    // UTC ticks at the origin, as the system's clock has had it at its furthest.
    private long _anchor = system.GetUtcNow().UtcTicks;

    public override long TimestampFrequency => system.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => system.LocalTimeZone;

    public override DateTimeOffset GetUtcNow()
    {
        // In this order: a pause in between makes the anchor seem earlier, never later, so pauses do not add up.
        var wall = system.GetUtcNow().UtcTicks;
        var elapsed = system.GetElapsedTime(_origin).Ticks;
        while (true)
        {
            var known = Volatile.Read(ref _anchor);
            var seen = Math.Max(known, wall - elapsed);
            if (seen == known || Interlocked.CompareExchange(ref _anchor, seen, known) == known)
                return new DateTimeOffset(seen + elapsed, TimeSpan.Zero);
        }
    }

    public override long GetTimestamp() => system.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => system.CreateTimer(callback, state, dueTime, period);

    /// <summary>Follows the system's clock also where that means going back.</summary>
    public void Resynchronize()
    {
        var wall = system.GetUtcNow().UtcTicks;
        Volatile.Write(ref _anchor, wall - system.GetElapsedTime(_origin).Ticks);
    }
}

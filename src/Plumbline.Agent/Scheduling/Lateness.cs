namespace Plumbline.Agent.Scheduling;

/// <summary>The worst lateness of the last half to whole minute, so that a scrape sees it, and it passes.</summary>
internal sealed class Lateness
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private long _window;
    private TimeSpan _now;
    private TimeSpan _before;

    public void Started(TimeSpan late, TimeSpan now)
    {
        MoveTo(now);
        _now = late > _now ? late : _now;
    }

    public TimeSpan Worst(TimeSpan now)
    {
        MoveTo(now);
        return _now > _before ? _now : _before;
    }

    private void MoveTo(TimeSpan now)
    {
        var window = now.Ticks / Window.Ticks;
        if (window == _window)
            return;
        _before = window == _window + 1 ? _now : TimeSpan.Zero;
        (_now, _window) = (TimeSpan.Zero, window);
    }
}

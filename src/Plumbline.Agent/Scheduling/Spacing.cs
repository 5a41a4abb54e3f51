namespace Plumbline.Agent.Scheduling;

/// <summary>Keeps starts that share something (a pod, a host) apart, and gives those that have to wait their places in line.</summary>
internal sealed class Spacing(TimeSpan apart)
{
    // Free: from when on the next may start, by what has started. Place: the next one in line that nobody has.
    private readonly Dictionary<string, (TimeSpan Free, TimeSpan Place)> _known = new(StringComparer.Ordinal);

    public TimeSpan TakePlace(string what, TimeSpan now)
    {
        var (free, next) = Of(what);
        var place = next > now ? next : now;
        _known[what] = (free, place + apart);
        return place;
    }

    public TimeSpan FreeAt(string what) => Of(what).Free;

    public void Started(string what, TimeSpan now) => _known[what] = Of(what) with { Free = now + apart };

    public void Prune(TimeSpan now)
    {
        foreach (var (what, times) in _known)
        {
            if (times.Free <= now && times.Place <= now)
                _known.Remove(what);
        }
    }

    private (TimeSpan Free, TimeSpan Place) Of(string what) => _known.TryGetValue(what, out var times) ? times : (TimeSpan.MinValue, TimeSpan.MinValue);
}

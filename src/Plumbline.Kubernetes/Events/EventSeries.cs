using k8s.Models;

namespace Plumbline.Kubernetes.Events;

/// <summary>What makes two occurrences the same event. The note counts: another explanation is news.</summary>
internal sealed record SeriesKey(V1ObjectReference Regarding, V1ObjectReference? Related, string Type, string Reason, string Action, string Note);

/// <summary>An event that was sent, and how often it occurred since.</summary>
internal sealed class EventSeries(string name, string namespaceName, DateTimeOffset at)
{
    public string Name => name;

    public string Namespace => namespaceName;

    public int Count { get; private set; } = 1;

    public DateTimeOffset LastObserved { get; private set; } = at;

    /// <summary>The server does not know the count yet.</summary>
    public bool Dirty { get; set; }

    public void Repeat(DateTimeOffset at)
    {
        Count++;
        LastObserved = at;
        Dirty = true;
    }
}

/// <summary>Lets a burst through and then one each period.</summary>
internal sealed class TokenBucket(int burst, TimeSpan refill, DateTimeOffset now)
{
    private double _tokens = burst;
    private DateTimeOffset _at = now;

    /// <summary>As good as new: there is nothing to remember of it.</summary>
    public bool IsFull(DateTimeOffset now) => _tokens + ((now - _at) / refill) >= burst;

    /// <summary>False when there is none left.</summary>
    public bool Take(DateTimeOffset now)
    {
        _tokens = Math.Min(burst, _tokens + ((now - _at) / refill));
        _at = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}

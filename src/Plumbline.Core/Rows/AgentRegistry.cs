namespace Plumbline.Core.Rows;

/// <summary>Which nodes have an agent, and since when not.</summary>
/// <param name="grace">How long a node may be without its agent before its pairs turn Unknown: a restart of the agent or the operator fits in.</param>
internal class AgentRegistry(TimeSpan grace)
{
    private readonly Dictionary<string, (long Link, bool Linked, DateTimeOffset Since)> _agents = new(StringComparer.Ordinal);
    private readonly List<string> _new = [];
    private DateTimeOffset? _watchingSince;

    public int Linked { get; private set; }

    /// <summary>Another one after each change.</summary>
    public int Version { get; private set; }

    /// <summary>Links are only counted from here on (start, or leadership won).</summary>
    public void Watch(DateTimeOffset now)
    {
        _watchingSince ??= now;
        _new.AddRange(LinkedNodes.Order(StringComparer.Ordinal));
        Version++;
    }

    public void StopWatching()
    {
        _watchingSince = null;
        _agents.Clear();
        _new.Clear();
        Linked = 0;
        Version++;
    }

    public void Link(string node, long link, DateTimeOffset now)
    {
        if (!_agents.TryGetValue(node, out var known) || link >= known.Link)
        {
            Linked += known.Linked ? 0 : 1;
            Version++;
            _new.Add(node);
            _agents[node] = (link, true, now);
        }
    }

    public virtual void Unlink(string node, long link, DateTimeOffset now)
    {
        if (_agents.TryGetValue(node, out var known) && known.Linked && known.Link == link)
        {
            Linked--;
            Version++;
            _agents[node] = (link, false, now);
        }
    }

    /// <summary>The node's newest link.</summary>
    protected long Newest(string node) => _agents.GetValueOrDefault(node).Link;

    public bool IsLinked(string node) => _agents.TryGetValue(node, out var agent) && agent.Linked;

    /// <summary>Nodes whose agent has linked since this was last asked.</summary>
    public IReadOnlyList<string> TakeNew()
    {
        string[] taken = [.. _new];
        _new.Clear();
        return taken;
    }

    private IEnumerable<string> LinkedNodes => _agents.Where(a => a.Value.Linked).Select(a => a.Key);

    /// <summary>Linked, or away for less than the grace.</summary>
    public bool IsAvailable(string node, DateTimeOffset now) => _agents.TryGetValue(node, out var agent)
        ? agent.Linked || now - agent.Since < grace
        : _watchingSince is null || now - _watchingSince.Value < grace;

    /// <summary>When the grace of a node without its agent ends; null when it has its agent, or the grace is over.</summary>
    public DateTimeOffset? GraceEnds(string node, DateTimeOffset now)
    {
        var since = _agents.TryGetValue(node, out var agent) ? agent.Linked ? (DateTimeOffset?)null : agent.Since : _watchingSince;
        return since + grace is { } ends && ends > now ? ends : null;
    }
}

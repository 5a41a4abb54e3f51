namespace Plumbline.Core.Rows;

/// <summary>Which nodes have an agent, and since when not.</summary>
/// <param name="grace">How long a node may be without its agent before its pairs turn Unknown: a restart of the agent or the operator fits in.</param>
public sealed class AgentRegistry(TimeSpan grace)
{
    private readonly Dictionary<string, (long Link, bool Linked, DateTimeOffset Since)> _agents = new(StringComparer.Ordinal);
    private DateTimeOffset? _watchingSince;

    public int Linked => _agents.Values.Count(a => a.Linked);

    /// <summary>Links are only counted from here on (start, or leadership won).</summary>
    public void Watch(DateTimeOffset now) => _watchingSince ??= now;

    public void StopWatching()
    {
        _watchingSince = null;
        _agents.Clear();
    }

    public void Link(string node, long link, DateTimeOffset now)
    {
        if (!_agents.TryGetValue(node, out var known) || link >= known.Link)
        {
            _agents[node] = (link, true, now);
        }
    }

    public void Unlink(string node, long link, DateTimeOffset now)
    {
        if (_agents.TryGetValue(node, out var known) && known.Linked && known.Link == link)
        {
            _agents[node] = (link, false, now);
        }
    }

    public IEnumerable<string> LinkedNodes => _agents.Where(a => a.Value.Linked).Select(a => a.Key);

    /// <summary>Linked, or away for less than the grace.</summary>
    public bool IsAvailable(string node, DateTimeOffset now) => _agents.TryGetValue(node, out var agent)
        ? agent.Linked || now - agent.Since < grace
        : _watchingSince is null || now - _watchingSince.Value < grace;
}

using Plumbline.Core.Probes;

namespace Plumbline.Core.Rows;

/// <summary>What the agents are told, and which of them are missing.</summary>
internal sealed class AgentPlans(NodePlans plans, AgentRegistry agents)
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private int _counted = -1;
    private int _withoutAgent;
    private DateTimeOffset _countAgain = DateTimeOffset.MinValue;

    public int LinkedAgents => agents.Linked;

    public int Nodes => plans.Nodes;

    public int Probes => plans.Probes;

    /// <summary>
    /// Each node what changed in its plan. A linked agent whose node has nothing to probe is told so, once: it may still carry out an earlier
    /// leader's plan. Until then it is told nothing, since an empty plan would make it forget results that nobody has yet.
    /// </summary>
    /// <param name="isWhole">Nothing is missing in the plans: see <see cref="RowTable.IsPlanned"/>.</param>
    public void Tell(List<Effect> effects, bool isWhole)
    {
        if (!isWhole)
        {
            return;
        }

        foreach (var (node, change) in plans.TakeChanges())
        {
            _told.Add(node);
            effects.Add(new Effect.ChangePlan(node, change));
        }

        foreach (var node in agents.TakeNew())
        {
            if (agents.IsLinked(node) && !plans.IsPlanned(node) && _told.Add(node))
            {
                effects.Add(new Effect.ChangePlan(node, PlanChange.None));
            }
        }
    }

    /// <summary>Another leader tells the agents, or this one begins anew.</summary>
    public void Forget()
    {
        _told.Clear();
        _counted = -1;
    }

    /// <summary>Nodes of the plan whose agent has been away for longer than the grace. Counted when that can have changed.</summary>
    public int WithoutAgent(DateTimeOffset now)
    {
        var version = HashCode.Combine(agents.Version, plans.Version);
        if (version != _counted || now >= _countAgain)
        {
            (_counted, _withoutAgent, _countAgain) = (version, 0, DateTimeOffset.MaxValue);
            foreach (var node in plans.Names)
            {
                _withoutAgent += agents.IsAvailable(node, now) ? 0 : 1;
                _countAgain = agents.GraceEnds(node, now) is { } ends && ends < _countAgain ? ends : _countAgain;
            }
        }

        return _withoutAgent;
    }
}

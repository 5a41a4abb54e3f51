using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Loop;

/// <summary>What metrics are computed from at scrape: immutable, swapped as a whole, so a scrape never sees half a change.</summary>
public sealed record LoopView(ImmutableArray<ConnectionView> Connections, ImmutableArray<NamespacedName> Maps, int LinkedAgents, int PlannedNodes, int PlannedProbes)
{
    public static LoopView Empty { get; } = new([], [], 0, 0, 0);

    /// <summary>Nodes of the plan whose agent has been away for longer than the grace, so that their rows are Unknown.</summary>
    public int NodesWithoutAgent { get; init; }

    internal static LoopView Of(
        IEnumerable<ConnectionEntry> connections,
        SortedDictionary<NamespacedName, ObservedMap> maps,
        AgentRegistry agents,
        ImmutableSortedDictionary<string, ProbePlan> plans,
        DateTimeOffset now) => new(
            [.. connections.Where(c => c.Verdict is not null).OrderBy(c => c.Observed.Documented.Key.ToString(), StringComparer.Ordinal).Select(c => c.View())],
            [.. maps.Keys],
            agents.Linked,
            plans.Count,
            plans.Values.Sum(p => p.Probes.Count))
    {
        NodesWithoutAgent = plans.Keys.Count(n => !agents.IsAvailable(n, now)),
    };
}

using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;

namespace Plumbline.Operator.Reconciling;

/// <summary>One row as metrics show it.</summary>
/// <param name="Pairs">All pairs of the row, also those that take turns.</param>
public sealed record ConnectionView(DocumentedConnection Connection, Verdict Verdict, int Pairs)
{
    /// <summary>When the status last moved; null while nothing was said of the row yet.</summary>
    public DateTimeOffset? Since { get; init; }

    public RowParties Parties { get; init; } = RowParties.None;

    /// <summary>What the newest judgement knew of each pair.</summary>
    public ImmutableArray<PairState> States { get; init; } = [];
}

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

using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;

namespace Plumbline.Operator.Reconciling;

/// <summary>One row as metrics show it.</summary>
/// <param name="Pairs">All pairs of the row, also those that take turns.</param>
public sealed record ConnectionView(DocumentedConnection Connection, Verdict Verdict, int Pairs);

/// <summary>What metrics are computed from at scrape: immutable, swapped as a whole, so a scrape never sees half a change.</summary>
public sealed record LoopView(ImmutableArray<ConnectionView> Connections, ImmutableArray<NamespacedName> Maps, int LinkedAgents, int PlannedNodes, int PlannedProbes)
{
    public static LoopView Empty { get; } = new([], [], 0, 0, 0);

    internal static LoopView Of(
        IEnumerable<ConnectionEntry> connections,
        SortedDictionary<NamespacedName, ObservedMap> maps,
        AgentRegistry agents,
        ImmutableSortedDictionary<string, ProbePlan> plans) => new(
            [.. connections.Where(c => c.Verdict is not null).OrderBy(c => c.Observed.Documented.Key.ToString(), StringComparer.Ordinal).Select(c => new ConnectionView(c.Observed.Documented, c.Verdict!, c.Pairs))],
            [.. maps.Keys],
            agents.Linked,
            plans.Count,
            plans.Values.Sum(p => p.Probes.Count));
}

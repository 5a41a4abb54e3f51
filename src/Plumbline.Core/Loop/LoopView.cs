using System.Collections.Immutable;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;

namespace Plumbline.Core.Loop;

/// <summary>What metrics are computed from at scrape: immutable, swapped as a whole, so a scrape never sees half a change.</summary>
public sealed record LoopView(ImmutableArray<ConnectionView> Connections, ImmutableArray<NamespacedName> Maps, int LinkedAgents, int PlannedNodes, int PlannedProbes)
{
    private ImmutableSortedDictionary<NamespacedName, ConnectionView>? _rows;
    private int _version;

    public static LoopView Empty { get; } = new([], [], 0, 0, 0);

    /// <summary>Sorted by name. Listed when first asked for: a scrape asks, and most settlings are not scraped.</summary>
    public ImmutableArray<ConnectionView> Connections
    {
        get => field.IsDefault ? field = [.. _rows!.Values] : field;
        init;
    } = Connections;

    /// <summary>Nodes of the plan whose agent has been away for longer than the grace, so that their rows are Unknown.</summary>
    public int NodesWithoutAgent { get; init; }

    /// <returns>This one, when nothing has changed.</returns>
    internal LoopView Next(RowTable rows, MapTable maps, AgentPlans plans, DateTimeOffset now)
    {
        var withoutAgent = plans.WithoutAgent(now);
        return rows.ViewVersion == _version && _rows is not null && maps.Names == Maps && plans.LinkedAgents == LinkedAgents && plans.Nodes == PlannedNodes && plans.Probes == PlannedProbes
            && withoutAgent == NodesWithoutAgent
            ? this
            : new LoopView(default, maps.Names, plans.LinkedAgents, plans.Nodes, plans.Probes) { NodesWithoutAgent = withoutAgent, _rows = rows.Views, _version = rows.ViewVersion };
    }
}

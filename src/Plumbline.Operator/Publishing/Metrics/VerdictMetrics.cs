using System.Collections.Immutable;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;
using Plumbline.Metrics;

namespace Plumbline.Operator.Publishing.Metrics;

/// <summary>
/// Verdicts as metrics, computed at scrape from the newest view: a series lives exactly as long as its object. A standby has no view and
/// so no series.
/// </summary>
public sealed class VerdictMetrics(Func<LoopView> view, Func<bool> isLeader, Func<int> queueDepth, string version) : IMetricFamilySource
{
    private static readonly (VerifiedStatus Status, string Word)[] Statuses =
        [(VerifiedStatus.True, "True"), (VerifiedStatus.False, "False"), (VerifiedStatus.Unknown, "Unknown")];

    private static readonly ImmutableArray<ReasonCategory> Categories = [.. Enum.GetValues<ReasonCategory>()];
    private static readonly ImmutableArray<string> CategoryWords = [.. Categories.Select(c => c.ToString())];

    public IReadOnlyList<MetricFamily> Collect()
    {
        var now = view();
        return [.. Rows(now), .. Operator(now)];
    }

    private static IEnumerable<MetricFamily> Rows(LoopView now) =>
    [
        Family(
            "plumbline_connection_verified",
            "Whether a documented connection is verified: 1 yes, 0 it has drifted; no series while that is unknown.",
            now.Connections,
            Verified),
        Family(
            "plumbline_connection_status",
            "The Verified condition of a documented connection: 1 for the status that holds, with its reason, 0 for the others.",
            now.Connections,
            Status),
        Family(
            "plumbline_connection_cause",
            "Always 1, for a documented connection that has drifted; cause is what is to be mended, the same for all that the same thing breaks.",
            now.Connections,
            Cause),
        Family(
            "plumbline_connection_pairs",
            "Pairs of source and target of a documented connection, by result: reachable, failed, or unknown.",
            now.Connections,
            Pairs),
        Family(
            "plumbline_connection_last_probe_timestamp_seconds",
            "Unix time of the newest probe of a documented connection.",
            now.Connections,
            static (c, to) => Each(c, to, c.Verdict.LastProbeTime?.ToUnixTimeMilliseconds() / 1000.0)),
        Family(
            "plumbline_connection_certificate_expiry_timestamp_seconds",
            "Unix time at which the first certificate of a documented connection expires.",
            now.Connections,
            static (c, to) => Each(c, to, c.Verdict.Certificate?.NotAfter.ToUnixTimeSeconds())),
        Family(
            "plumbline_connection_certificate_trusted",
            "Whether every certificate of a documented connection is trusted: 1 yes, 0 no.",
            now.Connections,
            static (c, to) => Each(c, to, c.Verdict.Certificate is { } certificate ? certificate.Problem is null ? 1 : 0 : null)),
        Family(
            "plumbline_map_connections",
            "Rows of a document by what is known of them: Verified, Drift, Unknown, Unresolved, Unprobeable.",
            CountMaps(now),
            Map),
    ];

    private IEnumerable<MetricFamily> Operator(LoopView now) =>
    [
        One("plumbline_operator_leader", "Whether this replica leads: 1 yes, 0 it stands by.", isLeader() ? 1 : 0),
        One("plumbline_agents_linked", "Agents whose link to this replica is open.", now.LinkedAgents),
        One("plumbline_nodes_planned", "Nodes that have probes to run; more than plumbline_agents_linked means that agents are missing.", now.PlannedNodes),
        One("plumbline_nodes_without_agent", "Nodes that have probes to run and whose agent has been away for longer than its grace (20 s).", now.NodesWithoutAgent),
        One("plumbline_probes_planned", "Probes in all plans.", now.PlannedProbes),
        One("plumbline_write_queue_depth", "Writes to the API server that wait.", queueDepth()),
        new MetricFamily("plumbline_build_info", "Always 1; the version is a label.", MetricFamilyType.Gauge, [new MetricSample(1, new MetricLabel("version", version))]),
    ];

    private static void Verified(ConnectionView c, MetricSamples to) => Each(c, to, c.Verdict.Status switch
    {
        VerifiedStatus.True => 1,
        VerifiedStatus.False => 0,
        _ => null,
    });

    private static void Status(ConnectionView c, MetricSamples to)
    {
        to.ForRow(c);
        foreach (var (status, word) in Statuses)
        {
            var holds = c.Verdict.Status == status;
            to.Add(holds ? 1 : 0, new("status", word), new("reason", holds ? c.Verdict.Reason.Name : ""));
        }
    }

    private static void Cause(ConnectionView c, MetricSamples to)
    {
        if (c.Cause is not { } cause)
            return;
        to.ForRow(c);
        to.Add(1, new MetricLabel("cause", cause));
    }

    private static void Pairs(ConnectionView c, MetricSamples to)
    {
        if (c.Pairs == 0)
            return;
        to.ForRow(c);
        to.Add(c.Verdict.Reachable, new MetricLabel("result", "reachable"));
        to.Add(c.Verdict.Probed - c.Verdict.Reachable, new MetricLabel("result", "failed"));
        to.Add(Math.Max(0, c.Pairs - c.Verdict.Probed), new MetricLabel("result", "unknown"));
    }

    private static void Each(ConnectionView c, MetricSamples to, double? value)
    {
        if (value is not { } number)
            return;
        to.ForRow(c);
        to.Add(number);
    }

    private static void Map((NamespacedName Map, int[] Rows) counted, MetricSamples to)
    {
        to.For(new("namespace", counted.Map.Namespace), new("map", counted.Map.Name));
        for (var i = 0; i < Categories.Length; i++)
            to.Add(counted.Rows[i], new MetricLabel("status", CategoryWords[i]));
    }

    /// <summary>One pass over the rows, whatever the number of maps.</summary>
    private static ImmutableArray<(NamespacedName Map, int[] Rows)> CountMaps(LoopView now)
    {
        var counted = now.Maps.Select(map => (Map: map, Rows: new int[Categories.Length])).ToImmutableArray();
        var byMap = counted.ToDictionary(m => m.Map, m => m.Rows);
        foreach (var c in now.Connections)
        {
            // A row whose map is gone, or that has none, belongs to no document.
            if (c.Connection.Map is { } map && byMap.TryGetValue(new NamespacedName(c.Connection.Key.Namespace, map), out var rows))
                rows[Categories.IndexOf(c.Verdict.Reason.Category)]++;
        }

        return counted;
    }

    private static MetricFamily Family<T>(string name, string help, ImmutableArray<T> items, Action<T, MetricSamples> write) =>
        MetricFamily.Of(name, help, MetricFamilyType.Gauge, items, write);

    private static MetricFamily One(string name, string help, double value) => new(name, help, MetricFamilyType.Gauge, [new MetricSample(value)]);
}

using System.Globalization;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
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

    public IEnumerable<MetricFamily> Collect()
    {
        var now = view();
        yield return new MetricFamily(
            "plumbline_connection_verified",
            "Whether a documented connection is verified: 1 yes, 0 it has drifted; no series while that is unknown.",
            MetricFamilyType.Gauge,
            [.. now.Connections.Where(c => c.Verdict.Status != VerifiedStatus.Unknown).Select(c => new MetricSample(c.Verdict.Status == VerifiedStatus.True ? 1 : 0, Labels(c.Connection)))]);
        yield return new MetricFamily(
            "plumbline_connection_status",
            "The Verified condition of a documented connection: 1 for the status that holds, with its reason, 0 for the others.",
            MetricFamilyType.Gauge,
            [
                .. now.Connections.SelectMany(c => Statuses.Select(s => new MetricSample(
                    c.Verdict.Status == s.Status ? 1 : 0,
                    [.. Labels(c.Connection), new MetricLabel("status", s.Word), new MetricLabel("reason", c.Verdict.Status == s.Status ? c.Verdict.Reason.Name : "")]))),
            ]);
        yield return new MetricFamily(
            "plumbline_connection_pairs",
            "Pairs of source and target of a documented connection, by result: reachable, failed, or unknown.",
            MetricFamilyType.Gauge,
            [
                .. now.Connections.Where(c => c.Pairs > 0).SelectMany(c => new[]
                {
                    Pairs(c, "reachable", c.Verdict.Reachable),
                    Pairs(c, "failed", c.Verdict.Probed - c.Verdict.Reachable),
                    Pairs(c, "unknown", Math.Max(0, c.Pairs - c.Verdict.Probed)),
                }),
            ]);
        yield return new MetricFamily(
            "plumbline_connection_last_probe_timestamp_seconds",
            "Unix time of the newest probe of a documented connection.",
            MetricFamilyType.Gauge,
            [.. now.Connections.Where(c => c.Verdict.LastProbeTime is not null).Select(c => new MetricSample(c.Verdict.LastProbeTime!.Value.ToUnixTimeMilliseconds() / 1000.0, Labels(c.Connection)))]);
        var certificates = now.Connections.Where(c => c.Verdict.Certificate is not null).ToList();
        yield return new MetricFamily(
            "plumbline_connection_certificate_expiry_timestamp_seconds",
            "Unix time at which the first certificate of a documented connection expires.",
            MetricFamilyType.Gauge,
            [.. certificates.Select(c => new MetricSample(c.Verdict.Certificate!.NotAfter.ToUnixTimeSeconds(), Labels(c.Connection)))]);
        yield return new MetricFamily(
            "plumbline_connection_certificate_trusted",
            "Whether every certificate of a documented connection is trusted: 1 yes, 0 no.",
            MetricFamilyType.Gauge,
            [.. certificates.Select(c => new MetricSample(c.Verdict.Certificate!.Problem is null ? 1 : 0, Labels(c.Connection)))]);
        yield return new MetricFamily(
            "plumbline_map_connections",
            "Rows of a document by what is known of them: Verified, Drift, Unknown, Unresolved, Unprobeable.",
            MetricFamilyType.Gauge,
            [
                .. now.Maps.SelectMany(m => Enum.GetValues<ReasonCategory>().Select(category => new MetricSample(
                    now.Connections.Count(c => c.Connection.Key.Namespace == m.Namespace && c.Connection.Map == m.Name && c.Verdict.Reason.Category == category),
                    new MetricLabel("namespace", m.Namespace),
                    new MetricLabel("map", m.Name),
                    new MetricLabel("status", category.ToString())))),
            ]);
        yield return One("plumbline_operator_leader", "Whether this replica leads: 1 yes, 0 it stands by.", isLeader() ? 1 : 0);
        yield return One("plumbline_agents_linked", "Agents whose link to this replica is open.", now.LinkedAgents);
        yield return One("plumbline_nodes_planned", "Nodes that have probes to run; more than plumbline_agents_linked means that agents are missing.", now.PlannedNodes);
        yield return One("plumbline_nodes_without_agent", "Nodes that have probes to run and whose agent has been away for longer than its grace (20 s).", now.NodesWithoutAgent);
        yield return One("plumbline_probes_planned", "Probes in all plans.", now.PlannedProbes);
        yield return One("plumbline_write_queue_depth", "Writes to the API server that wait.", queueDepth());
        yield return new MetricFamily("plumbline_build_info", "Always 1; the version is a label.", MetricFamilyType.Gauge, [new MetricSample(1, new MetricLabel("version", version))]);
    }

    private static MetricFamily One(string name, string help, double value) => new(name, help, MetricFamilyType.Gauge, [new MetricSample(value)]);

    private static MetricSample Pairs(ConnectionView c, string result, int count) => new(count, [.. Labels(c.Connection), new MetricLabel("result", result)]);

    /// <summary>Bounded by the documents: never a pod, an address or an error text.</summary>
    internal static MetricLabel[] Labels(DocumentedConnection c) =>
    [
        new("namespace", c.Key.Namespace),
        new("map", c.Map ?? ""),
        new("connection", c.Key.Name),
        new("from", c.From ?? ""),
        new("to", c.To ?? ""),
        new("protocol", c.Protocol?.ToString().ToUpper(CultureInfo.InvariantCulture) ?? c.ProtocolText ?? ""),
        new("classification", c.Classification ?? ""),
    ];
}

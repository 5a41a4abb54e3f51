using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Metrics;

namespace Plumbline.Operator.Publishing.Metrics;

/// <summary>
/// What alerts and dashboards join to the verdicts: the row's document, parties and data, since when its status holds, and its latency.
/// Series of their own, so that a corrected word in a document does not begin new series of everything.
/// </summary>
public sealed class ConnectionDetailMetrics(Func<LoopView> view) : IMetricFamilySource
{
    /// <summary>Longest value of a label that carries a document's own text.</summary>
    public const int MaxText = 120;

    private static readonly string[] Words = ["dns", "connect", "tls", "http"];

    public IReadOnlyList<MetricFamily> Collect()
    {
        var rows = view().Connections;
        return
        [
            MetricFamily.Of(
                "plumbline_connection_info",
                "Always 1; the labels are what the document says of the connection, and the Components behind its parties.",
                MetricFamilyType.Gauge,
                rows,
                Info),
            MetricFamily.Of(
                "plumbline_connection_last_transition_timestamp_seconds",
                "Unix time since when a documented connection has its status.",
                MetricFamilyType.Gauge,
                rows,
                Transition),
            MetricFamily.Of(
                "plumbline_connection_probe_duration_seconds",
                "Time of a phase over the pairs of a connection that work: connect is the kernel's round trip, dns, tls and http are measured in user space.",
                MetricFamilyType.Gauge,
                rows,
                Phases),
        ];
    }

    private static void Info(ConnectionView c, MetricSamples to)
    {
        var row = c.Connection;
        to.Add(
            1,
            new("namespace", row.Key.Namespace),
            new("map", row.Map ?? ""),
            new("connection", row.Key.Name),
            new("document", RowLabels.Cut(row.Document ?? row.File ?? row.Map)),
            new("row", RowLabels.Cut(row.Id)),
            new("from", row.From ?? ""),
            new("to", row.To ?? ""),
            new("ports", RowLabels.PortsOf(row)),
            new("expect", row.Expect == Expectation.Blocked ? "Blocked" : "Open"),
            new("data", RowLabels.Cut(row.Data)),
            new("source", c.Parties.Source),
            new("destination", c.Parties.Destination));
    }

    private static void Phases(ConnectionView c, MetricSamples to)
    {
        if (c.Verdict.Phases.IsEmpty)
            return;
        to.ForRow(c);
        foreach (var latency in c.Verdict.Phases)
        {
            var phase = Words[(int)latency.Phase];
            to.Add(Seconds(latency.P50Milliseconds), new("phase", phase), new("percentile", "50"));
            to.Add(Seconds(latency.P99Milliseconds), new("phase", phase), new("percentile", "99"));
        }
    }

    private static double Seconds(double milliseconds) => Math.Round(milliseconds / 1000, 9);

    private static void Transition(ConnectionView c, MetricSamples to)
    {
        if (c.Since is not { } since)
            return;
        to.ForRow(c);
        to.Add(since.ToUnixTimeMilliseconds() / 1000.0);
    }
}

using System.Globalization;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
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

    public IEnumerable<MetricFamily> Collect()
    {
        var rows = view().Connections;
        yield return new MetricFamily(
            "plumbline_connection_info",
            "Always 1; the labels are what the document says of the connection, and the Components behind its parties.",
            MetricFamilyType.Gauge,
            [.. rows.Select(Info)]);
        yield return new MetricFamily(
            "plumbline_connection_last_transition_timestamp_seconds",
            "Unix time since when a documented connection has its status.",
            MetricFamilyType.Gauge,
            [.. rows.Where(c => c.Since is not null).Select(c => new MetricSample(c.Since!.Value.ToUnixTimeMilliseconds() / 1000.0, VerdictMetrics.Labels(c.Connection)))]);
        yield return new MetricFamily(
            "plumbline_connection_probe_duration_seconds",
            "Time of a phase over the pairs of a connection that work: connect is the kernel's round trip, dns, tls and http are measured in user space.",
            MetricFamilyType.Gauge,
            [.. rows.SelectMany(Latency)]);
    }

    private static MetricSample Info(ConnectionView c)
    {
        var row = c.Connection;
        return new MetricSample(
            1,
            new("namespace", row.Key.Namespace),
            new("map", row.Map ?? ""),
            new("connection", row.Key.Name),
            new("document", Cut(row.Document ?? row.File ?? row.Map)),
            new("row", Cut(row.Id)),
            new("from", row.From ?? ""),
            new("to", row.To ?? ""),
            new("ports", Cut(string.Join(",", row.Ports.Select(p => p.Port.ToString(CultureInfo.InvariantCulture))))),
            new("expect", row.Expect == Expectation.Blocked ? "Blocked" : "Open"),
            new("data", Cut(row.Data)),
            new("source", c.Parties.Source),
            new("destination", c.Parties.Destination));
    }

    /// <summary>Connect: the newest 16 of each pair. The other phases: the newest probe of each pair, since agents report no more of them.</summary>
    private static IEnumerable<MetricSample> Latency(ConnectionView c)
    {
        var up = c.States.Where(s => s.Condition == PairCondition.Up).Select(s => s.Evidence).ToList();
        return new (string Phase, double[] Milliseconds)[]
        {
            ("dns", Newest(t => t.Dns)),
            ("connect", [.. up.SelectMany(e => e.Latency.Samples).Select(s => (double)s).Order()]),
            ("tls", Newest(t => t.Tls)),
            ("http", Newest(t => t.Http)),
        }.Where(p => p.Milliseconds.Length > 0).SelectMany(p => new[] { Sample(p.Phase, "50", p.Milliseconds), Sample(p.Phase, "99", p.Milliseconds) });

        double[] Newest(Func<ProbeTimings, double?> phase) =>
            [.. up.Where(e => e.Last?.Outcome == ProbeOutcome.Succeeded).Select(e => phase(e.Last!.Timings)).OfType<double>().Order()];

        MetricSample Sample(string phase, string percentile, double[] sorted) => new(
            Math.Round(sorted[(int)Math.Ceiling(int.Parse(percentile, CultureInfo.InvariantCulture) / 100.0 * sorted.Length) - 1] / 1000, 9),
            [.. VerdictMetrics.Labels(c.Connection), new MetricLabel("phase", phase), new MetricLabel("percentile", percentile)]);
    }

    private static string Cut(string? text) => text is null ? "" : text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, MaxText - 1), "…");
}

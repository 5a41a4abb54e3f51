using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.CompilerServices;
using Plumbline.Core.Connections;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;
using Plumbline.Metrics;

namespace Plumbline.Operator.Publishing.Metrics;

/// <summary>Labels of a row. Bounded by the documents: never a pod, an address or an error text.</summary>
internal static class RowLabels
{
    private static readonly FrozenDictionary<ConnectionProtocol, string> Protocols =
        Enum.GetValues<ConnectionProtocol>().ToFrozenDictionary(p => p, p => p.ToString().ToUpper(CultureInfo.InvariantCulture));

    // Texts that are made from a document's, for as long as it is there: ten thousand rows must not make them anew at every scrape.
    private static readonly ConditionalWeakTable<string, string> CutTexts = [];
    private static readonly ConditionalWeakTable<DocumentedConnection, string> Ports = [];

    /// <summary>What the samples that follow have in common.</summary>
    public static void ForRow(this MetricSamples to, ConnectionView view)
    {
        var c = view.Connection;
        to.For(
            new("namespace", c.Key.Namespace),
            new("map", c.Map ?? ""),
            new("connection", c.Key.Name),
            new("from", c.From ?? ""),
            new("to", c.To ?? ""),
            new("protocol", c.Protocol is { } protocol ? Protocols[protocol] : c.ProtocolText ?? ""),
            new("classification", c.Classification ?? ""));
    }

    /// <summary>A document's own text, at most <see cref="ConnectionDetailMetrics.MaxText"/> characters of it.</summary>
    public static string Cut(string? text) => text switch
    {
        null => "",
        { Length: <= ConnectionDetailMetrics.MaxText } => text,
        _ => CutTexts.GetValue(text, static whole => string.Concat(whole.AsSpan(0, ConnectionDetailMetrics.MaxText - 1), "…")),
    };

    public static string PortsOf(DocumentedConnection row) =>
        Cut(Ports.GetValue(row, static r => string.Join(",", r.Ports.Select(p => p.Port.ToString(CultureInfo.InvariantCulture)))));
}

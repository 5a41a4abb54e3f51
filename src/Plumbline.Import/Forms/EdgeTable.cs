using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <param name="Label">What stands at the arrow: a protocol, a port, a purpose.</param>
internal sealed record Edge(int Line, string Source, string Destination, string Label, ArrowKind Kind);

/// <summary>Arrows as a table: source, destination, and what the label says of protocol, port and purpose.</summary>
internal static partial class EdgeTable
{
    public static bool SaysPort(string label) => Opening().IsMatch(label) || (label.Length < 12 && PortReader.IsPlain(label.Trim().TrimEnd('.')));

    public static bool SaysProtocol(string label) => label.Split([' ', ',', ';', '/', ':', '(', ')'], 3, StringSplitOptions.RemoveEmptyEntries) is [var first, ..] && ProtocolWords.IsKnown(first);

    public static RawTable Of(IReadOnlyList<Edge> edges)
    {
        var header = new TableHeader(
            [
                new Column("source", ColumnRole.Source), new Column("destination", ColumnRole.Destination), new Column("protocol and port", ColumnRole.ProtocolPort), new Column("direction", ColumnRole.Classification),
                new Column("purpose", ColumnRole.Description),
            ],
            [edges[0].Line]);
        var lines = new List<TableLine>();
        foreach (var edge in edges)
        {
            var (opening, purpose) = Split(edge.Label);
            lines.Add(new TableLine.Cells(edge.Line, edge.Line, [edge.Source, edge.Destination, opening, edge.Kind switch { ArrowKind.Both => "Bidirectional", ArrowKind.None => "direction not drawn", _ => "" }, purpose]));
        }

        return new RawTable(TableLayout.Arrows, header, lines, Place.Unknown, HasRecords: true);
    }

    /// <summary>The protocols and ports at the beginning or end of a label; the rest is the purpose.</summary>
    private static (string Opening, string Purpose) Split(string label)
    {
        var text = CellText.FoldBlanks(label.Replace(CellText.LineBreak, " ", StringComparison.Ordinal).Replace("\\n", " ", StringComparison.Ordinal)).Trim('"', ' ');
        if (PortReader.IsPlain(text) || ProtocolPortText.IsCombined(text) || ProtocolReader.IsProtocol(text))
            return (text, "");
        var match = Opening().Match(text);
        if (match.Success)
            return (match.Value.Trim(' ', '(', ')', ',', ':', '/', '-', '[', ']'), CellText.FoldBlanks(text.Remove(match.Index, match.Length)).Trim(' ', ',', ':', '-', '–', '(', ')', '/', '[', ']'));
        var word = text.Split(' ', 2);
        if (ProtocolReader.IsProtocol(word[0].Trim('(', ')', ',', ':')))
            return (word[0].Trim('(', ')', ',', ':'), word.Length > 1 ? word[1] : "");
        return ("", text);
    }

    [GeneratedRegex(
        @"(?<![\w.])(?:(?:tcp|udp|sctp|https?|grpcs?|tls|wss?|amqps?|mqtts?|ldaps?|smtps?|ssh|sftp|ftp|dns|jdbc|sql|redis|postgres(?:ql)?|mysql|kafka|mongodb)\b[\s:/(,_-]{0,3}(?:ports?\s*)?\d{1,5}(?:\s*(?:,|-|–|/|\+|and|or)\s*\d{1,5})*\)?"
        + @"|(?:\b(?:on\s+)?ports?\s*[:=]?\s*|^:)\d{1,5}(?:\s*(?:,|-|–|/|\+|and|or)\s*\d{1,5})*(?:\s*[/(]?\s*(?:tcp|udp)\b\)?)?|\d{1,5}(?:\s*(?:,|-|–)\s*\d{1,5})*\s*[/(]\s*(?:tcp|udp|https?|tls)\b\)?|^\d{2,5}\b(?:\s*,\s*\d{2,5})*(?:\s+(?:tcp|udp)\b)?|:\d{2,5}\b)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Opening();
}

using System.Text.RegularExpressions;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>
/// Titles alone do not make a table of connections: "Source | Destination" maps pins and data formats too, and memories have "ports". Where the titles say little, some cell has to
/// hold what only a connection has: a port, a protocol, an address.
/// </summary>
internal static partial class TableEvidence
{
    /// <summary>Rows beyond this many say nothing new about their table.</summary>
    private const int MaximumRows = 500;

    public static IReadOnlyList<RawTable> Keep(IEnumerable<RawTable> tables, ICollection<DocumentIssue> issues)
    {
        var kept = new List<RawTable>();
        foreach (var table in tables)
        {
            if (!table.HasRecords || SaysSo(table.Header) || table.Lines.OfType<TableLine.Cells>().Take(MaximumRows).ToList() is not { Count: > 0 } rows || rows.Exists(r => HoldsConnection(table.Header, r)))
            {
                kept.Add(table);
                continue;
            }

            issues.Add(new DocumentIssue(
                DocumentIssueCode.TableNotRead,
                DocumentIssueSeverity.Warning,
                null,
                [.. rows.Select(r => r.Line)],
                $"no cell under {string.Join(", ", table.Header.Columns.Select(c => $"'{CellText.Short(c.Title)}'"))} holds a port, a protocol or an address: taken for a table of something else, and its {rows.Count} rows left out, the first is "
                    + $"'{CellText.Short(string.Join(" | ", rows[0].Texts.Select(CellText.Clean)))}'; name the columns (--columns 'Title=source,…') if they are connections"));
        }

        return kept;
    }

    /// <summary>Nobody titles three columns so who does not speak of connections.</summary>
    private static bool SaysSo(TableHeader header) =>
        header.Has(ColumnRole.Protocol) || header.Has(ColumnRole.Classification) || header.Has(ColumnRole.Action) || header.Has(ColumnRole.Parties) || header.Columns.Any(c => c.Role == ColumnRole.Port && c.Protocol is not null)
        || (header.HasPorts && header.Has(ColumnRole.Source) && header.Has(ColumnRole.Destination))
        || (header.Has(ColumnRole.Number) && header.Has(ColumnRole.Source) && header.Has(ColumnRole.Destination));

    private static bool HoldsConnection(TableHeader header, TableLine.Cells row)
    {
        for (var i = 0; i < row.Texts.Count; i++)
        {
            if (row.Texts[i].Length is 0 or > 400)
                continue;
            var cell = CellText.Clean(row.Texts[i]);
            var role = i < header.Columns.Count ? header.Columns[i].Role : ColumnRole.Other;
            if (role == ColumnRole.Port ? IsAboutPorts(cell) : role == ColumnRole.ProtocolPort ? IsAboutPorts(cell) || ProtocolReader.IsProtocol(cell) || NamesProtocolOrPort(cell) : (role is ColumnRole.Other or ColumnRole.Description && ProtocolReader.IsProtocol(cell)) || ProtocolPortText.IsCombined(cell) || NamesProtocolOrPort(cell))
                return true;
        }

        return false;
    }

    private static bool IsAboutPorts(string cell) => PortReader.Read(cell) is { HasPorts: true } or { Logical: true } || cell.Length > 0 && PortReader.IsDash(cell) is false && !cell.AsSpan().ContainsAnyInRange('0', '9') && cell.Length < 40;

    /// <summary>"HTTPS, port 80", "10.0.0.1:5000", "Calls over gRPC".</summary>
    private static bool NamesProtocolOrPort(string cell) => Evidence().IsMatch(cell);

    [GeneratedRegex(@"\b(?:TCP|UDP|HTTPS?|TLS|gRPC|AMQPS?|MQTTS?|SSH|SMTPS?|LDAPS?|ICMP|WSS|ports?)\b(?!:)|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|[\w-]+\.[\w.-]+:\d{2,5}\b", RegexOptions.IgnoreCase)]
    private static partial Regex Evidence();
}

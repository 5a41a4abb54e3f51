using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>Several columns for ports: one for TCP and one for UDP, one for each direction, or two that should say the same.</summary>
internal static class PortColumns
{
    public static void Read(RowDraft row, IReadOnlyList<int> columns)
    {
        var cells = columns
            .Where(i => row.Laid.CutAfterColumn != i)
            .Select(i => (Column: row.Header.Columns[i], Cell: PortReader.Read(row.Laid.Text(i))))
            .Where(c => !c.Cell.IsEmpty)
            .ToList();
        if (cells.Count == 0)
            return;

        // a column titled with a protocol adds to the others; of those that are not, the first that says something is meant
        var titled = cells.Where(c => c.Column.Protocol is not null).ToList();
        if (titled.Count == 0 || titled.Count < cells.Count)
        {
            var chosen = cells.Find(c => c.Cell.HasPorts) is { Cell: not null } first ? first : cells[0];
            row.Port = chosen.Cell;
            var others = cells.Where(c => c.Column != chosen.Column && c.Cell.HasPorts && !c.Cell.Ports.SequenceEqual(chosen.Cell.Ports)).ToList();
            if (others.Count > 0)
            {
                row.Warn(
                    DocumentIssueCode.PortColumnsDiffer,
                    $"'{chosen.Column.Title}' says {CellText.Short(chosen.Cell.Text)} and {string.Join(", ", others.Select(o => $"'{o.Column.Title}' {CellText.Short(o.Cell.Text)}"))}: the first was taken; write the right ports into the completions");
            }

            return;
        }

        row.Port = Together(titled);
        var protocols = titled.Where(c => c.Cell.HasPorts).Select(c => c.Column.Protocol!).Distinct().ToList();
        if (row.Protocol.Text is null && protocols.Count > 0)
        {
            row.Protocol = ProtocolReader.Read(string.Join('/', protocols)) with { Ambiguous = false };
            row.Info(DocumentIssueCode.ProtocolFromPortColumn, $"the columns are titled {string.Join(" and ", titled.Select(c => $"'{c.Column.Title}'"))}: read as the protocol of their ports, nothing to do");
        }
    }

    private static PortCell Together(List<(Column Column, PortCell Cell)> cells)
    {
        if (cells is [var only])
            return Stated(only.Column, only.Cell);

        var stated = cells.ConvertAll(c => Stated(c.Column, c.Cell));
        var protocols = new Dictionary<int, string>();
        foreach (var (port, protocol) in stated.SelectMany(c => c.Protocols))
            protocols[port] = protocols.TryGetValue(port, out var before) && before != protocol ? $"{before}/{protocol}" : protocol;
        return new PortCell(
            string.Join("; ", cells.Select(c => $"{c.Cell.Text} ({c.Column.Protocol})")),
            [.. stated.SelectMany(c => c.Ports).Distinct()],
            [.. stated.SelectMany(c => c.Ranges).Distinct()],
            Alternatives: false,
            Logical: stated.TrueForAll(c => c.Logical),
            protocols,
            [.. stated.SelectMany(c => c.Notes)]);
    }

    private static PortCell Stated(Column column, PortCell cell) =>
        cell with { Protocols = cell.Ports.ToDictionary(p => p, p => cell.Protocols.TryGetValue(p, out var own) ? own : column.Protocol!.ToLowerInvariant()) };
}

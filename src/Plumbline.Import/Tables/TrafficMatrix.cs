using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>Sources down, destinations across, and what is open between them where they meet.</summary>
internal static class TrafficMatrix
{
    private const double Most = 0.7;

    public static RawTable? Read(Grid grid, Place place, ICollection<DocumentIssue> issues)
    {
        var rows = grid.Rows.Where(r => !r.IsEmpty).ToList();
        if (rows.Count < 2 || rows[0].Cells.Count < 3)
            return null;

        var corner = CellText.Clean(rows[0].Cells[0]);
        var names = rows[0].Cells.Skip(1).Select(CellText.Clean).ToList();
        var body = rows.Skip(1).Select(r => (Row: r, Name: CellText.Clean(r.Cells[0]), Cells: r.Cells.Skip(1).Take(names.Count).Select(CellText.Clean).ToList())).ToList();
        var cells = body.SelectMany(b => b.Cells).Where(c => c.Length > 0 && !PortReader.IsDash(c)).ToList();
        if (cells.Count == 0 || names.Exists(n => n.Length is 0 or > 60 || PortReader.IsPlain(n)) || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count)
            return null;

        var shared = body.Count(b => names.Contains(b.Name, StringComparer.OrdinalIgnoreCase));
        var cornerSays = IsCorner(corner);
        if (!cornerSays && shared < 2 && shared * 2 < body.Count)
            return null;
        if (!cornerSays && names.Any(n => ColumnVocabulary.RoleOf(n) != ColumnRole.Other))
            return null;
        if (cells.Count(IsOpening) < Most * cells.Count)
            return null;

        var header = new TableHeader(
            [new Column("source", ColumnRole.Source), new Column("destination", ColumnRole.Destination), new Column("cell", ColumnRole.ProtocolPort)],
            [rows[0].Line]);
        var reversed = corner.StartsWith("to", StringComparison.OrdinalIgnoreCase) || corner.StartsWith("dest", StringComparison.OrdinalIgnoreCase);
        var lines = new List<TableLine>();
        foreach (var (row, name, across) in body)
        {
            for (var i = 0; i < across.Count; i++)
            {
                if (across[i].Length == 0 || PortReader.IsDash(across[i]) || IsNothing(across[i]) || name.Length == 0)
                    continue;
                lines.Add(new TableLine.Cells(row.Line, row.LastLine, reversed ? [names[i], name, across[i]] : [name, names[i], across[i]]));
            }
        }

        issues.Add(new DocumentIssue(
            DocumentIssueCode.TrafficMatrix,
            DocumentIssueSeverity.Warning,
            null,
            [rows[0].Line],
            $"the table is a matrix of {body.Count} by {names.Count}: {(reversed ? "a column is a source and a row a destination" : "a row is a source and a column a destination")}; check the direction"));
        return new RawTable(TableLayout.Matrix, header, lines, place with { Caption = grid.Caption ?? place.Caption }, HasRecords: true);
    }

    private static bool IsCorner(string corner) =>
        (corner.Contains("from", StringComparison.OrdinalIgnoreCase) && corner.Contains("to", StringComparison.OrdinalIgnoreCase))
        || (corner.Contains("source", StringComparison.OrdinalIgnoreCase) && corner.Contains("dest", StringComparison.OrdinalIgnoreCase))
        || ColumnVocabulary.RoleOf(corner) is ColumnRole.Source or ColumnRole.Peer or ColumnRole.Parties
        || corner.Contains('\\', StringComparison.Ordinal) || corner.Contains('↓', StringComparison.Ordinal) || corner.Contains('→', StringComparison.Ordinal);

    private static bool IsNothing(string cell) => cell is "x" or "X" or "✗" or "✘" or "no" or "No" or "NO" or "n/a" or "N/A" or "none" or "None" or "deny" or "0" or "same" or "self";

    private static bool IsOpening(string cell) => PortReader.IsPlain(cell) || ProtocolPortText.IsCombined(cell) || ProtocolReader.IsProtocol(cell) || IsNothing(cell);
}

using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>Tables whose titles are not those of a table of connections: a matrix, titles that are not known but cells that are, or another table, which is left out and said so.</summary>
internal static class UntitledTables
{
    /// <summary>How many cells of a column have to look like a port or protocol to make it one.</summary>
    private const double Most = 0.75;

    public static IEnumerable<RawTable> Read(Grid grid, Place place, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        if (TrafficMatrix.Read(grid, place, issues) is { } matrix)
            return [matrix];
        if (ByContent(grid, place, overrides, issues) is { } table)
            return [table];

        Report(grid, issues);
        return [];
    }

    /// <summary>Columns known by what stands in them. A port alone is only a number: a protocol has to stand beside it.</summary>
    private static RawTable? ByContent(Grid grid, Place place, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        var rows = grid.Rows.Where(r => !r.IsEmpty).ToList();
        if (rows.Count < 2 || rows[0].Cells.Any(c => PortReader.IsPlain(CellText.Clean(c))) || rows[0].Cells.Any(c => CellText.Clean(c).Length >= CellText.MaximumTitle))
            return null;

        var body = rows.Skip(1).ToList();
        var width = rows[0].Cells.Count;
        var columns = rows[0].Cells.Select(t => ColumnVocabulary.ColumnOf(t, overrides)).ToList();
        if (columns.Exists(c => c.Role == ColumnRole.Hardware))
            return null;
        int Filled(int i) => body.Count(r => i < r.Cells.Count && CellText.Clean(r.Cells[i]).Length > 0);
        int Matching(int i, Func<string, bool> test) => body.Count(r => i < r.Cells.Count && CellText.Clean(r.Cells[i]) is { Length: > 0 and < 60 } cell && test(cell));
        bool Mostly(int i, Func<string, bool> test) => Filled(i) > 0 && Matching(i, test) >= Most * Filled(i) && Filled(i) * 2 >= body.Count;

        var free = Enumerable.Range(0, width).Where(i => columns[i].Role is ColumnRole.Other or ColumnRole.Description).ToList();
        int First(Predicate<int> test) => free.FindIndex(test) is var at and >= 0 ? free[at] : -1;
        var combined = First(i => Mostly(i, ProtocolPortText.IsCombined));
        var protocol = columns.FindIndex(c => c.Role == ColumnRole.Protocol) is var known and >= 0 ? known : First(i => Mostly(i, ProtocolReader.IsProtocol));
        var port = columns.FindIndex(c => c.Role == ColumnRole.Port) is var titled and >= 0 ? titled : First(i => i != protocol && Mostly(i, PortReader.IsPlain));
        if (combined < 0 && (protocol < 0 || port < 0))
            return null;

        var found = new List<string>();
        Take(combined, ColumnRole.ProtocolPort);
        if (combined < 0)
        {
            Take(protocol, ColumnRole.Protocol);
            Take(port, ColumnRole.Port);
        }

        var header = new TableHeader(ColumnResolver.Resolve(columns), [rows[0].Line]);
        var lacking = header.HasParty ? "" : ", and no title says who connects to whom";
        issues.Add(new DocumentIssue(
            DocumentIssueCode.ColumnByContent,
            DocumentIssueSeverity.Warning,
            null,
            [rows[0].Line],
            $"the titles {Titles(rows[0])} do not say where {string.Join(" and ", found)} stand{lacking}: read by what stands in the cells; check the rows, or name the columns (--columns 'Title=source,…')"));
        return new RawTable(grid.Layout, header, [.. body.Select(r => new TableLine.Cells(r.Line, r.LastLine, r.Cells, r.Cut, r.IsSection))], place with { Caption = grid.Caption ?? place.Caption }, HasRecords: true);

        void Take(int at, ColumnRole role)
        {
            if (at < 0 || columns[at].Role == role)
                return;
            columns[at] = columns[at] with { Role = role };
            found.Add(role switch { ColumnRole.ProtocolPort => "protocols and ports", ColumnRole.Protocol => "protocols", _ => "ports" });
        }
    }

    private static void Report(Grid grid, ICollection<DocumentIssue> issues)
    {
        var rows = grid.Rows.Where(r => !r.IsEmpty).ToList();
        if (rows.Count == 0)
            return;

        var titles = HeaderReader.ReadTitles(rows[0].Cells, [rows[0].Line], ColumnOverrides.None, certain: true);
        if (titles is { IsOfHardware: true })
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.TableLeftOut,
                DocumentIssueSeverity.Warning,
                null,
                [.. rows.Select(r => r.Line)],
                $"the table with the columns {Titles(rows[0])} lists devices, not connections: its {rows.Count - 1} rows were left out; name the columns (--columns 'Title=source,…') if they are connections"));
            return;
        }

        var suspects = rows.Where(r => r.Cells.Any(c => ProtocolPortText.IsCombined(CellText.Clean(c))) || (r.Cells.Any(c => ProtocolReader.IsProtocol(CellText.Clean(c))) && r.Cells.Any(c => PortReader.IsPlain(CellText.Clean(c))))).ToList();
        issues.Add(suspects.Count > 0
            ? new DocumentIssue(
                DocumentIssueCode.TableNotRead,
                DocumentIssueSeverity.Warning,
                null,
                [.. suspects.SelectMany(r => Enumerable.Range(r.Line, r.LastLine - r.Line + 1))],
                $"rows with ports, such as '{CellText.Short(string.Join(" | ", suspects[0].Cells.Select(CellText.Clean)))}', stand under titles that say no connections ({Titles(rows[0])}): not imported; name the columns (--columns 'Title=source,…')")
            : new DocumentIssue(
                DocumentIssueCode.TableLeftOut,
                DocumentIssueSeverity.Info,
                null,
                [rows[0].Line],
                $"the table with the columns {Titles(rows[0])} holds no connections: left out, nothing to do"));
    }

    private static string Titles(GridRow row) => CellText.Short(string.Join(", ", row.Cells.Select(CellText.Clean).Where(t => t.Length > 0).Select(t => $"'{t}'")));
}

using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>From a grid of cells to tables of connections: finds the header (or headers), and says what is left out and why.</summary>
internal static class GridTables
{
    /// <summary>Headers stand near the top: above one there are at most a title and some notes.</summary>
    private const int MaximumPreamble = 40;

    public static IReadOnlyList<RawTable> Read(Grid grid, Place place, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        var tables = new List<RawTable>();
        var preamble = new List<GridRow>();
        TableHeader? header = null;
        var lines = new List<TableLine>();
        for (var i = 0; i < grid.Rows.Count; i++)
        {
            var row = grid.Rows[i];
            if (row.IsEmpty)
                continue;

            if (HeaderAt(grid, i, header, overrides) is { } found)
            {
                if (header is not null && found.Header.Repeats(header))
                {
                    lines.Add(new TableLine.Header(row.Line, found.Header.Lines));
                }
                else
                {
                    Close();
                    header = found.Header;
                }

                i += found.Rows - 1;
            }
            else if (header is null)
            {
                preamble.Add(row);
                if (preamble.Count > MaximumPreamble)
                    break;
            }
            else
            {
                lines.Add(PageFurniture.IsFooter(row.Cells[0]) && row.Cells.Skip(1).All(string.IsNullOrWhiteSpace)
                    ? new TableLine.Furniture(row.Line, row.Cells[0].Trim(), IsFooter: true)
                    : new TableLine.Cells(row.Line, row.LastLine, row.Cells, row.Cut, row.IsSection));
            }
        }

        Close();
        if (tables.Count == 0 && grid.Rows.Any(r => !r.IsEmpty))
            tables.AddRange(UntitledTables.Read(grid, place, overrides, issues));
        return tables;

        void Close()
        {
            if (header is null)
                return;
            var caption = grid.Caption ?? (tables.Count == 0 ? CaptionIn(preamble) : null);
            tables.Add(new RawTable(grid.Layout, header, [.. lines], place with { Caption = caption ?? place.Caption }, HasRecords: true));
            lines.Clear();
        }
    }

    /// <returns>The header that begins at a row, and how many rows it takes.</returns>
    private static (TableHeader Header, int Rows)? HeaderAt(Grid grid, int at, TableHeader? before, ColumnOverrides overrides)
    {
        var row = grid.Rows[at];
        var certain = at < grid.HeaderRows;
        if (before is not null && row.Cells.Count < 2)
            return null;

        var single = HeaderReader.ReadTitles(row.Cells, [row.Line], overrides, certain || at == 0);
        if (at + 1 < grid.Rows.Count && Grouped(grid, at, overrides) is { IsOfConnections: true } grouped && Known(grouped) > (single is null ? 0 : Known(single)))
            return (grouped, 2);
        if (single is not { IsOfConnections: true })
            return null;

        // inside a table only a row of nothing but titles is another header: names of a row can be column words ("Client", "Server")
        if (before is not null && !single.Repeats(before) && (Known(single) < 3 || Known(single) < single.Columns.Count(c => c.Title.Length > 0)))
            return null;
        return (single, 1);
    }

    /// <summary>Titles over two rows: groups ("Source", "Destination") above what they group ("Name", "IP").</summary>
    private static TableHeader? Grouped(Grid grid, int at, ColumnOverrides overrides)
    {
        var (upper, lower) = (grid.Rows[at], grid.Rows[at + 1]);
        if (lower.IsEmpty || upper.Cells.Count < 3 || upper.Cells.Any(c => PortReader.IsPlain(CellText.Clean(c))) || !upper.Cells.Any(c => ColumnVocabulary.ColumnOf(c, overrides).Role != ColumnRole.Other) || lower.Cells.Any(c => c.AsSpan().IndexOfAnyInRange('0', '9') >= 0 && !c.Contains("L4", StringComparison.OrdinalIgnoreCase)))
            return null;

        var width = Math.Max(upper.Cells.Count, lower.Cells.Count);
        var group = "";
        var titles = new List<string>(width);
        var spans = false;
        for (var i = 0; i < width; i++)
        {
            var (above, below) = (Cell(upper, i), Cell(lower, i));
            spans |= above.Length == 0 || (i > 0 && above == Cell(upper, i - 1)) || above == below;
            group = above.Length > 0 ? above : group;
            titles.Add(below.Length == 0 || below == above ? (above.Length > 0 ? above : "") : Title(group, below, overrides));
        }

        return spans ? HeaderReader.ReadTitles(titles, [.. Enumerable.Range(upper.Line, Math.Max(1, lower.LastLine - upper.Line + 1))], overrides, certain: true) : null;
    }

    private static string Title(string group, string below, ColumnOverrides overrides)
    {
        if (group.Length == 0)
            return below;
        var together = $"{group} {below}";
        return ColumnVocabulary.ColumnOf(together, overrides).Role != ColumnRole.Other ? together
            : ColumnVocabulary.ColumnOf(below, overrides).Role != ColumnRole.Other ? below
            : together;
    }

    private static string Cell(GridRow row, int at) => at < row.Cells.Count ? CellText.Clean(row.Cells[at]) : "";

    private static int Known(TableHeader header) => header.Columns.Count(c => c.Role is not (ColumnRole.Other or ColumnRole.Hardware));

    /// <summary>The last lone cell above the header: a spreadsheet's title of the table.</summary>
    private static string? CaptionIn(List<GridRow> preamble) =>
        preamble.LastOrDefault(r => r.Cells.Count(c => !string.IsNullOrWhiteSpace(c)) == 1)?.Cells.First(c => !string.IsNullOrWhiteSpace(c)) is { Length: < 120 } text ? CellText.Clean(text) : null;
}

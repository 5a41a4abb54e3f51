using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>
/// A text that lost its columns: every title and every cell on a line of its own. Cells are dealt out in turn, and only as long as ports stand where ports have to stand: an empty cell
/// leaves no line behind, and then nothing tells which cell is missing.
/// </summary>
internal static class CellPerLine
{
    private static readonly System.Buffers.SearchValues<char> NoTitle = System.Buffers.SearchValues.Create("|\t<>=;{}#.");

    private const int MaximumColumns = 12;

    public static (RawTable Table, int NextLine)? At(SourceText text, int line, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        if (!IsTitle(text, line, overrides))
            return null;

        var titles = new List<int>();
        var n = line;
        for (; n <= text.Count && titles.Count <= MaximumColumns && !text.IsOutside(n); n++)
        {
            if (text.IsBlank(n))
                continue;
            if (!IsTitle(text, n, overrides))
                break;
            titles.Add(n);
        }

        if (titles.Count is < 3 or > MaximumColumns)
            return null;
        var header = HeaderReader.FromTitles([.. titles.Select(t => text[t])], titles, overrides);
        if (header is null || !header.HasPorts)
            return null;

        var cells = new List<int>();
        for (; n <= text.Count && !text.IsOutside(n); n++)
        {
            if (!text.IsBlank(n))
                cells.Add(n);
        }

        return Deal(text, header, cells, issues);
    }

    private static (RawTable Table, int NextLine)? Deal(SourceText text, TableHeader header, List<int> cells, ICollection<DocumentIssue> issues)
    {
        var width = header.Columns.Count;
        var lines = new List<TableLine>();
        var at = 0;
        while (at + width <= cells.Count && Fits(text, header, cells, at))
        {
            lines.Add(new TableLine.Cells(cells[at], cells[at + width - 1], [.. Enumerable.Range(at, width).Select(i => text[cells[i]].Trim())]));
            at += width;
        }

        if (lines.Count == 0)
            return null;

        issues.Add(new DocumentIssue(
            DocumentIssueCode.CellsDealtOut,
            DocumentIssueSeverity.Warning,
            null,
            [.. header.Lines],
            $"every cell stands on a line of its own: {lines.Count} rows of {width} cells were put together; check them, an empty cell would shift those behind it"));
        var rest = cells.Skip(at).TakeWhile(n => !PageFurniture.IsFooter(text[n])).ToList();
        var unreadable = rest.Take(width).Any(n => PortReader.IsPlain(text[n].Trim()));
        if (unreadable)
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.RowUnreadable,
                DocumentIssueSeverity.Error,
                null,
                [.. rest],
                $"from '{CellText.Short(text[rest[0]].Trim())}' on the cells do not fall into rows of {width}: a cell is missing; the rest of the table was not imported, export the page again or add the rows by hand"));
        }

        return (new RawTable(TableLayout.CellPerLine, header, lines, Place.Unknown, HasRecords: true), unreadable ? cells[^1] + 1 : cells[at - 1] + 1);
    }

    private static bool Fits(SourceText text, TableHeader header, List<int> cells, int at)
    {
        for (var i = 0; i < header.Columns.Count; i++)
        {
            var cell = text[cells[at + i]].Trim();
            var fits = header.Columns[i].Role switch
            {
                ColumnRole.Port => PortReader.IsPlain(cell) || ProtocolPortText.IsCombined(cell) || PortReader.IsDash(cell) || PortReader.IsLogical(cell) || cell.Equals("any", StringComparison.OrdinalIgnoreCase),
                ColumnRole.ProtocolPort => ProtocolPortText.IsCombined(cell) || PortReader.IsDash(cell),
                ColumnRole.Protocol => ProtocolReader.IsProtocol(cell) || PortReader.IsDash(cell),
                ColumnRole.Description => true,
                _ => cell.Length < CellText.MaximumTitle && !PortReader.IsPlain(cell) || header.Columns[i].Role == ColumnRole.Number,
            };
            if (!fits)
                return false;
        }

        return true;
    }

    private static bool IsTitle(SourceText text, int line, ColumnOverrides overrides)
    {
        var span = text.Span(line).Trim();
        if (span.Length is 0 or > 40 || span.IndexOfAny(NoTitle) >= 0)
            return false;
        return ColumnVocabulary.ColumnOf(text[line].Trim(), overrides).Role is not (ColumnRole.Other or ColumnRole.Hardware);
    }
}

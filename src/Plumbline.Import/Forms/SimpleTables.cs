using System.Text.RegularExpressions;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>
/// Columns under runs of equals signs or dashes: reStructuredText simple tables, pandoc simple and multi-line tables, and what databases and consoles print. The runs say where columns are.
/// </summary>
internal sealed partial class SimpleTables : IForm
{
    public FoundForm? At(SourceText text, int line)
    {
        if (IsBorder(text[line], '='))
            return Bordered(text, line);
        // a header above a line of dashes
        return line < text.Count && !text.IsOutside(line + 1) && IsBorder(text[line + 1], '-') && !text.IsBlank(line) && text[line].AsSpan().IndexOfAny("|\t") < 0 ? Underlined(text, line) : null;
    }

    /// <summary>From border to border; the last border is behind it.</summary>
    private static FoundForm? Bordered(SourceText text, int line)
    {
        var borders = new List<int> { line };
        var last = line;
        for (var n = line + 1; n <= text.Count && !text.IsOutside(n); n++)
        {
            if (IsBorder(text[n], '='))
            {
                borders.Add(n);
                last = n;
                // the third border ends a table with a header; the second one does where text does not go on
                if (borders.Count == 3 || (borders.Count == 2 && (n == text.Count || text.IsBlank(n + 1) || !text[n + 1].AsSpan().TrimEnd().ContainsAnyExcept("=- "))))
                    break;
            }
            else if (text.IsBlank(n) && (n == text.Count || text.IsBlank(n + 1)))
            {
                break;
            }
            else if (!text.IsBlank(n))
            {
                last = n;
            }
        }

        var columns = ColumnsOf(text[line]);
        if (columns.Count < 2)
            return null;

        var headerEnd = borders.Count > 2 ? borders[1] : borders.Count == 2 && last > borders[1] ? borders[1] : line;
        var rows = new List<GridRow>();
        if (headerEnd > line)
            rows.AddRange(Join(text, line + 1, headerEnd - 1, columns, isHeader: true));
        var header = rows.Count;
        rows.AddRange(Join(text, Math.Max(headerEnd, line) + 1, last, columns, isHeader: false));
        return rows.Count == 0 ? null : new FoundForm([new Grid(TableLayout.ReStructuredText, rows, header)], last + 1);
    }

    private static FoundForm? Underlined(SourceText text, int line)
    {
        var columns = ColumnsOf(text[line + 1]);
        if (columns.Count < 2)
            return null;

        var last = line + 1;
        while (last < text.Count && !text.IsBlank(last + 1) && !text.IsOutside(last + 1))
            last++;
        if (last == line + 1)
            return null;

        var rows = new List<GridRow> { new(line, line, Cells(text[line], columns)) };
        for (var n = line + 2; n <= last; n++)
        {
            if (IsBorder(text[n], '-'))
                break;
            rows.Add(new GridRow(n, n, Cells(text[n], columns)));
        }

        return new FoundForm([new Grid(TableLayout.Aligned, rows, 1)], last + 1);
    }

    /// <summary>A line whose first column is empty goes on with the row above.</summary>
    private static List<GridRow> Join(SourceText text, int first, int last, List<(int Start, int End)> columns, bool isHeader)
    {
        var rows = new List<GridRow>();
        for (var n = first; n <= last; n++)
        {
            if (text.IsBlank(n) || IsBorder(text[n], '='))
                continue;
            if (text[n].AsSpan().IndexOfAnyExcept("- ") < 0)
                continue;

            var cells = Cells(text[n], columns);
            if (rows.Count > 0 && (cells[0].Length == 0 || isHeader))
            {
                var joined = rows[^1].Cells.Zip(cells, (a, b) => a.Length > 0 && b.Length > 0 ? $"{a} {b}" : a + b).ToList();
                rows[^1] = rows[^1] with { Cells = joined, LastLine = n };
            }
            else
            {
                // "\" is an empty first column
                rows.Add(new GridRow(n, n, [.. cells.Select(c => c == "\\" ? "" : c)]));
            }
        }

        return rows;
    }

    private static List<string> Cells(string line, List<(int Start, int End)> columns)
    {
        var cells = new List<string>(columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            var start = Math.Min(columns[i].Start, line.Length);
            var end = i + 1 < columns.Count ? Math.Min(columns[i + 1].Start, line.Length) : line.Length;
            // a word that stands across the border belongs to the column where it begins
            while (start > 0 && start < line.Length && i > 0 && line[start - 1] != ' ' && line[start] != ' ')
                start++;
            while (end > 0 && end < line.Length && i + 1 < columns.Count && line[end - 1] != ' ' && line[end] != ' ')
                end++;
            cells.Add(start < end ? line[start..end].Trim() : "");
        }

        return cells;
    }

    private static List<(int Start, int End)> ColumnsOf(string border) => [.. Run().Matches(border).Select(m => (m.Index, m.Index + m.Length))];

    private static bool IsBorder(string line, char mark)
    {
        var trimmed = line.AsSpan().Trim();
        if (trimmed.Length < 5 || trimmed.IndexOfAnyExcept(mark, ' ') >= 0 || line.Length > 4000)
            return false;
        var gap = trimmed.IndexOf(' ');
        // "- - -" is a rule of Markdown: a run has at least two marks
        return gap > 1 && trimmed[..gap].IndexOfAnyExcept(mark) < 0 && !SingleMark().IsMatch(line);
    }

    [GeneratedRegex("[=-]+")]
    private static partial Regex Run();

    [GeneratedRegex(@"(?:^|\s)[=-](?:\s|$)")]
    private static partial Regex SingleMark();
}

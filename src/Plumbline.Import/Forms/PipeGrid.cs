using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>A Markdown table whose header names no connections by itself: a matrix, unknown titles, or a table of something else.</summary>
internal static class PipeGrid
{
    public static (Grid Grid, int NextLine)? At(SourceText text, int line)
    {
        if (line == text.Count || !text[line].Contains('|', StringComparison.Ordinal) || text.IsOutside(line + 1) || !text[line + 1].Contains('-', StringComparison.Ordinal) || !DelimitedLine.IsSeparator(text[line + 1]))
            return null;

        var titles = DelimitedLine.Split(text[line], TableLayout.Pipes);
        if (titles.Count < 2 || DelimitedLine.Split(text[line + 1], TableLayout.Pipes).Count != titles.Count)
            return null;

        var rows = new List<GridRow> { new(line, line, titles) };
        var n = line + 2;
        for (; n <= text.Count && !text.IsOutside(n) && text[n].Contains('|', StringComparison.Ordinal); n++)
        {
            if (!DelimitedLine.IsSeparator(text[n]))
                rows.Add(new GridRow(n, n, DelimitedLine.Split(text[n], TableLayout.Pipes)));
        }

        return (new Grid(TableLayout.Pipes, rows, 1), n);
    }
}

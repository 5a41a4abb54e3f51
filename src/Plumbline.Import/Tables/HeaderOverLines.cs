using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>A header of a pipe table whose titles hold line breaks: the lines above the dashes up to a blank one, joined until they have as many cells as the dashes have.</summary>
internal static class HeaderOverLines
{
    private const int MaximumLines = 30;

    /// <param name="line">A line with a pipe that is no header by itself: perhaps the first of the header's lines, or a line in its middle.</param>
    public static FoundHeader? At(SourceText text, int line, ColumnOverrides overrides)
    {
        var rule = line + 1;
        while (rule <= text.Count && rule < line + MaximumLines && !text.IsBlank(rule) && !text.IsOutside(rule) && !DelimitedLine.IsSeparator(text[rule]))
            rule++;
        if (rule > text.Count || rule <= line + 1 || rule >= line + MaximumLines || text.IsBlank(rule) || !text[rule].Contains('|', StringComparison.Ordinal))
            return null;

        var columns = DelimitedLine.Split(text[rule], TableLayout.Pipes).Count;
        // the first title may have begun above the first pipe
        for (var first = line; first >= 1 && first > line - 4 && !text.IsBlank(first) && !text.IsOutside(first); first--)
        {
            var joined = string.Join(' ', Enumerable.Range(first, rule - first).Select(l => text[l].Trim()));
            var cells = DelimitedLine.Split(joined, TableLayout.Pipes);
            if (cells.Count != columns || cells.Exists(c => c.Length > CellText.MaximumTitle))
                continue;
            if (HeaderReader.FromTitles(cells, [.. Enumerable.Range(first, rule - first)], overrides, certain: false) is { } header)
                return new FoundHeader(TableLayout.Pipes, header, rule - 1, IsRuled: true);
        }

        return null;
    }
}

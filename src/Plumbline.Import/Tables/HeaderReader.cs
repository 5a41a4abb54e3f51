using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <param name="LastLine">Where the table's rows may begin after.</param>
internal sealed record FoundHeader(TableLayout Layout, TableHeader Header, int LastLine);

/// <summary>Tells a header line from prose and from rows, and what separates its columns.</summary>
internal static partial class HeaderReader
{
    private const int MaximumHeaderLines = 14;
    private const int MaximumHeaderLength = 240;

    public static FoundHeader? At(SourceText text, int line)
    {
        var content = text[line];
        if (content.Length > MaximumHeaderLength * 4 || string.IsNullOrWhiteSpace(content))
            return null;
        if (content.Contains('\t', StringComparison.Ordinal) && Delimited(text, line, TableLayout.Tabs) is { } tabs)
            return tabs;
        if (content.Contains('|', StringComparison.Ordinal) && Delimited(text, line, TableLayout.Pipes) is { } pipes)
            return pipes;
        return Aligned(content, line) ?? Spaced(text, line);
    }

    /// <summary>Whether cells are titles of a table of connections rather than a row of one.</summary>
    public static TableHeader? FromTitles(IReadOnlyList<string> titles, IReadOnlyList<int> lines)
    {
        var columns = titles.Select(t => new Column(CellText.Clean(t), ColumnVocabulary.RoleOf(t))).ToList();
        while (columns.Count > 0 && columns[^1].Title.Length == 0)
            columns.RemoveAt(columns.Count - 1);

        var header = new TableHeader(FirstOfEachRole(columns), lines);
        var named = columns.Count(c => c.Title.Length > 0);
        var known = columns.Count(c => c.Role != ColumnRole.Other);
        return known >= 2 && known * 2 >= named && header.IsOfConnections && columns.All(c => c.Title.Length < 80) && !columns.Any(c => HoldsPort(c.Title)) ? header : null;
    }

    private static bool HoldsPort(string title) => title.Length > 0 && title.All(c => char.IsAsciiDigit(c) || c is ' ' or ',' or '/' or '-');

    private static FoundHeader? Delimited(SourceText text, int line, TableLayout layout)
    {
        var cells = DelimitedLine.Split(text[line], layout);
        if (cells.Count < 2)
            return null;

        var first = FromTitles(cells, [line]);
        var (wrapped, last) = Wrapped(text, line, layout, cells);
        var header = wrapped ?? first;
        return header is null ? null : new FoundHeader(layout, header, wrapped is null ? line : last);
    }

    /// <summary>A title that goes on in the next line's cell, as long as that makes more titles known, or longer ones of the same meaning.</summary>
    private static (TableHeader? Header, int Last) Wrapped(SourceText text, int line, TableLayout layout, List<string> cells)
    {
        if (line == text.Count)
            return (null, line);

        var next = DelimitedLine.Split(text[line + 1], layout);
        if (next.Count < 2 || next.Count > cells.Count + 1 || next.All(string.IsNullOrWhiteSpace) || next.Any(c => c.Any(char.IsAsciiDigit)) || next.All(c => c.Trim().Length > 0))
            return (null, line);

        var joined = cells.Select((cell, i) => i < next.Count && next[i].Trim().Length > 0 ? $"{cell} {next[i].Trim()}" : cell).ToList();
        var changed = Enumerable.Range(0, cells.Count).Where(i => joined[i] != cells[i]).ToList();
        return changed.TrueForAll(i => ColumnVocabulary.RoleOf(joined[i]) != ColumnRole.Other) && FromTitles(joined, [line, line + 1]) is { } header
            ? (header, line + 1)
            : (null, line);
    }

    private static FoundHeader? Aligned(string content, int line)
    {
        var cells = Chunk().Matches(content);
        if (cells.Count < 3 || cells.Any(c => ColumnVocabulary.RoleOf(c.Value) == ColumnRole.Other))
            return null;

        var columns = cells.Select(c => new Column(c.Value, ColumnVocabulary.RoleOf(c.Value), c.Index)).ToList();
        var header = new TableHeader(FirstOfEachRole(columns), [line]);
        return header.IsOfConnections ? new FoundHeader(TableLayout.Aligned, header, line) : null;
    }

    /// <summary>Titles with nothing but blanks between them (or not even those), on one line or on several.</summary>
    private static FoundHeader? Spaced(SourceText text, int line)
    {
        FoundHeader? best = null;
        var key = "";
        var lines = new List<int>();
        for (var at = line; at <= text.Count && at < line + MaximumHeaderLines; at++)
        {
            if (text.IsBlank(at))
                continue;

            key += ColumnVocabulary.Key(LookAlikes.Fold(CellText.Clean(text[at]), _ => true).Text);
            if (key.Length > MaximumHeaderLength || text[at].Any(char.IsAsciiDigit) || text[at].Contains('.', StringComparison.Ordinal))
                break;

            lines.Add(at);
            var titles = TitleParser.Parse(key, out var mayGoOn);
            if (titles is not null)
            {
                var header = new TableHeader(FirstOfEachRole([.. titles.Select(t => new Column(t.Key, t.Role))]), [.. lines]);
                // one title a line is a table whose cells an export wrote one below the other: there are no rows to read
                if (titles.Count >= 3 && titles.Count > lines.Count && header.IsOfConnections)
                    best = new FoundHeader(TableLayout.Spaces, header, at);
            }

            if (!mayGoOn)
                break;
        }

        return best is null ? null : WithPrintedTitles(best, text);
    }

    /// <summary>The parser works on letters only; people are shown the titles as printed.</summary>
    private static FoundHeader WithPrintedTitles(FoundHeader found, SourceText text)
    {
        var printed = CellText.FoldBlanks(string.Join(' ', found.Header.Lines.Select(l => CellText.Clean(text[l]))));
        var at = 0;
        var columns = new List<Column>();
        foreach (var column in found.Header.Columns)
        {
            var start = at;
            for (var letters = 0; at < printed.Length && letters < column.Title.Length; at++)
            {
                if (char.IsLetter(printed[at]))
                    letters++;
            }

            columns.Add(column with { Title = printed[start..at].Trim() });
        }

        return found with { Header = found.Header with { Columns = columns } };
    }

    /// <summary>Only the first column of a role has it; a second description is joined to the first later, anything else is no field of a connection.</summary>
    private static List<Column> FirstOfEachRole(List<Column> columns)
    {
        var seen = new HashSet<ColumnRole>();
        return [.. columns.Select(c => seen.Add(c.Role) || c.Role == ColumnRole.Description ? c : c with { Role = ColumnRole.Other })];
    }

    [GeneratedRegex(@"\S+(?: \S+)*")]
    private static partial Regex Chunk();
}

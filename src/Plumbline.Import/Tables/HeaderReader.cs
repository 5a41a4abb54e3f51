using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <param name="LastLine">Where the table's rows may begin after.</param>
/// <param name="IsRuled">A line of dashes stands under the header, as in Markdown: every line with a delimiter is a row of its own.</param>
internal sealed record FoundHeader(TableLayout Layout, TableHeader Header, int LastLine, bool IsRuled = false);

/// <summary>Tells a header line from prose and from rows, and what separates its columns.</summary>
internal static partial class HeaderReader
{
    private static readonly System.Buffers.SearchValues<char> PortCharacters = System.Buffers.SearchValues.Create("0123456789 ,/-–:`");

    private static readonly System.Buffers.SearchValues<char> NoHeader = System.Buffers.SearchValues.Create("<>{}=;\t|");

    private static readonly System.Buffers.SearchValues<char> NoTitle = System.Buffers.SearchValues.Create("|\t<>#=:;.{}[]→");

    private const int MaximumHeaderLines = 14;
    private const int MaximumHeaderLength = 240;

    /// <summary>Titles are short; what a formatter pads them to is not.</summary>
    private const int MaximumDelimitedLength = 65_536;

    public static FoundHeader? At(SourceText text, int line, ColumnOverrides overrides)
    {
        var content = text[line];
        if (content.Length > MaximumDelimitedLength || string.IsNullOrWhiteSpace(content) || text.IsOutside(line))
            return null;
        if (content.Contains('\t', StringComparison.Ordinal) && Delimited(text, line, TableLayout.Tabs, overrides) is { } tabs)
            return tabs;
        if (content.Contains('|', StringComparison.Ordinal))
            return Delimited(text, line, TableLayout.Pipes, overrides) ?? HeaderOverLines.At(text, line, overrides);
        if (content.Length > MaximumHeaderLength * 4)
            return null;
        return Aligned(content, line, overrides) ?? Spaced(text, line);
    }

    /// <summary>Whether cells are titles of a table of connections rather than a row of one.</summary>
    /// <param name="certain">The form says that this is a header: fewer of its titles have to be known.</param>
    public static TableHeader? FromTitles(IReadOnlyList<string> titles, IReadOnlyList<int> lines, ColumnOverrides overrides, bool certain = false) =>
        ReadTitles(titles, lines, overrides, certain) is { } header && header.IsOfConnections ? header : null;

    /// <summary>As <see cref="FromTitles"/>, also where the titles are those of a table of something else.</summary>
    public static TableHeader? ReadTitles(IReadOnlyList<string> titles, IReadOnlyList<int> lines, ColumnOverrides overrides, bool certain)
    {
        if (titles.Any(HoldsPort))
            return null;

        var columns = titles.Select(t => ColumnVocabulary.ColumnOf(t, overrides)).ToList();
        while (columns.Count > 0 && columns[^1].Title.Length == 0)
            columns.RemoveAt(columns.Count - 1);
        if (columns.Exists(c => c.Title.Length >= CellText.MaximumTitle) || columns.TrueForAll(c => c.Role == ColumnRole.Other))
            return null;

        var header = new TableHeader(ColumnResolver.Resolve(columns), lines);
        var named = columns.Count(c => c.Title.Length > 0);
        var known = columns.Count(c => c.Role is not (ColumnRole.Other or ColumnRole.Hardware));
        var enough = certain ? known >= 1 : known >= 2 && (known * 2 >= named || (known >= 2 && header.HasPorts && header.HasParty));
        return enough ? header : null;
    }

    private static bool HoldsPort(string title) =>
        ProtocolPortText.IsCombined(title.Trim()) || title.Length is > 0 and < 40 && title.AsSpan().IndexOfAnyInRange('0', '9') >= 0 && title.AsSpan().IndexOfAnyExcept(PortCharacters) < 0;

    private static FoundHeader? Delimited(SourceText text, int line, TableLayout layout, ColumnOverrides overrides)
    {
        var cells = DelimitedLine.Split(text[line], layout);
        if (cells.Count < 2 && !(layout == TableLayout.Pipes && IsRuledBelow(text, line)))
            return null;

        var ruled = layout == TableLayout.Pipes && IsRuledBelow(text, line);
        var first = FromTitles(cells, [line], overrides, ruled);
        if (ruled)
            return first is null ? null : new FoundHeader(layout, first, line, IsRuled: true);

        var (wrapped, last) = Wrapped(text, line, layout, cells, overrides);
        var header = wrapped ?? first;
        return header is null ? null : new FoundHeader(layout, header, wrapped is null ? line : last, layout == TableLayout.Pipes && IsRuledBelow(text, wrapped is null ? line : last));
    }

    private static bool IsRuledBelow(SourceText text, int line) =>
        line < text.Count && text[line + 1].Contains('-', StringComparison.Ordinal) && text[line + 1].Contains('|', StringComparison.Ordinal) && DelimitedLine.IsSeparator(text[line + 1]);

    /// <summary>A title that goes on in the next line's cell, as long as that makes more titles known, or longer ones of the same meaning.</summary>
    private static (TableHeader? Header, int Last) Wrapped(SourceText text, int line, TableLayout layout, List<string> cells, ColumnOverrides overrides)
    {
        if (line == text.Count)
            return (null, line);

        var next = DelimitedLine.Split(text[line + 1], layout);
        if (next.Count < 2 || next.Count > cells.Count + 1 || next.All(string.IsNullOrWhiteSpace) || next.Any(c => c.Any(char.IsAsciiDigit)) || next.All(c => c.Trim().Length > 0))
            return (null, line);

        var joined = cells.Select((cell, i) => i < next.Count && next[i].Trim().Length > 0 ? $"{cell} {next[i].Trim()}" : cell).ToList();
        var changed = Enumerable.Range(0, cells.Count).Where(i => joined[i] != cells[i]).ToList();
        return changed.TrueForAll(i => ColumnVocabulary.RoleOf(joined[i]) != ColumnRole.Other) && FromTitles(joined, [line, line + 1], overrides) is { } header
            ? (header, line + 1)
            : (null, line);
    }

    private static FoundHeader? Aligned(string content, int line, ColumnOverrides overrides)
    {
        if (content.AsSpan().IndexOfAny(NoHeader) >= 0)
            return null;
        var cells = Chunk().Matches(content);
        if (cells.Count is < 2 or > 30 || cells.Any(c => HoldsPort(c.Value)))
            return null;

        var columns = cells.Select(c => ColumnVocabulary.ColumnOf(c.Value, overrides, c.Index)).ToList();
        var unknown = columns.Count(c => c.Role == ColumnRole.Other);
        if (unknown > 0 && (unknown * 2 > columns.Count || cells.Count < 4))
            return null;
        var header = new TableHeader(ColumnResolver.Resolve(columns), [line]);
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
            if (text.IsOutside(at))
                break;
            if (text.IsBlank(at))
                continue;
            // a line whose columns stand at places is a header of its own, whatever words stand above it
            if (!CouldBeTitles(text[at]) || (at > line && Aligned(text[at], at, ColumnOverrides.None) is not null))
                break;

            var own = ColumnVocabulary.Key(LookAlikes.Fold(CellText.Clean(text[at]), _ => true).Text);
            // a title that comes again is no title of the same table
            if (at > line && key.EndsWith(own, StringComparison.Ordinal))
                break;
            key += own;
            if (key.Length > MaximumHeaderLength)
                break;

            lines.Add(at);
            var titles = TitleParser.Parse(key, out var mayGoOn);
            if (titles is not null)
            {
                var header = new TableHeader(ColumnResolver.Resolve([.. titles.Select(t => new Column(t.Key, t.Role))]), [.. lines]);
                // one title a line is a table whose cells an export wrote one below the other: there are no rows to read
                if (titles.Count >= 3 && titles.Count > lines.Count && header.IsOfConnections)
                    best = new FoundHeader(TableLayout.Spaces, header, at);
            }

            if (!mayGoOn)
                break;
        }

        return best is null ? null : WithPrintedTitles(best, text);
    }

    /// <summary>Titles are words; what has markup, digits or another table's delimiters is none, and no title goes on behind it.</summary>
    private static bool CouldBeTitles(string line) =>
        line.Length <= MaximumHeaderLength && line.AsSpan().IndexOfAny(NoTitle) < 0 && line.AsSpan().IndexOfAnyInRange('0', '9') < 0;

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

    [GeneratedRegex(@"\S+(?: \S+)*")]
    private static partial Regex Chunk();
}

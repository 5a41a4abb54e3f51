using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>Values between commas, semicolons or tabs (RFC 4180), alone in a file or inside a text. Blank records end nothing: people leave gaps.</summary>
internal static class CsvTables
{
    /// <summary>A block with more lines than this is the file's content, not a table in a text.</summary>
    private const int MaximumHeaderLength = 16_384;

    private static readonly char[] Delimiters = [',', ';', '\t'];

    public static FoundForm? At(SourceText text, int line, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        var content = text[line];
        if (content.Length > MaximumHeaderLength || IsSeparatorLine(content))
            return null;

        foreach (var delimiter in Delimiters)
        {
            var isFile = IsFileOf(text, delimiter);
            // a tab may stand in running text: only quoted cells need more than a line's tabs
            if (delimiter == '\t' && !isFile && (!text.HasQuotedTabs || !Quoted(text, line)))
                continue;
            var count = content.Count(c => c == delimiter);
            if (count < (isFile ? 1 : 2))
                continue;
            var titles = CsvRecords.Read(content, delimiter, quotes: true)[0].Fields;
            if (HeaderReader.FromTitles(titles, [line], overrides) is not null || IsGroupedHeader(text, line, delimiter, titles, overrides) || (isFile && IsFirst(text, line) && count >= 2))
                return Read(text, line, delimiter, isFile, issues);
        }

        return null;
    }

    private static bool IsFileOf(SourceText text, char delimiter) =>
        text.Extension switch { "csv" => delimiter != '\t' || !text.Text.AsSpan(0, Math.Min(text.Text.Length, 4000)).ContainsAny(',', ';'), "tsv" or "tab" => delimiter == '\t', _ => false };

    private static bool IsFirst(SourceText text, int line)
    {
        for (var n = 1; n < line; n++)
        {
            if (!text.IsBlank(n) && !IsSeparatorLine(text[n]))
                return false;
        }

        return true;
    }

    /// <summary>"sep=;" tells a spreadsheet what separates the cells, and is no record.</summary>
    private static bool IsSeparatorLine(string line) => line.AsSpan().Trim() is { Length: 4 or 5 } text && text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase);

    /// <summary>Tabs with quoted cells that hold line breaks, as a spreadsheet copies them.</summary>
    private static bool Quoted(SourceText text, int line)
    {
        for (var n = line + 1; n <= text.Count && n < line + 200; n++)
        {
            var row = text[n];
            if (row.StartsWith('"') || row.Contains("\t\"", StringComparison.Ordinal))
                return row.Count(c => c == '"') % 2 == 1;
        }

        return false;
    }

    private static bool IsGroupedHeader(SourceText text, int line, char delimiter, IReadOnlyList<string> titles, ColumnOverrides overrides)
    {
        if (line == text.Count || text[line + 1].Count(c => c == delimiter) < 2 || !titles.Any(t => t.Length == 0) || ColumnKnown(titles, overrides) == 0)
            return false;
        var rows = new List<GridRow> { new(line, line, titles), new(line + 1, line + 1, CsvRecords.Read(text[line + 1], delimiter, quotes: true)[0].Fields) };
        return GridTables.Read(new Grid(TableLayout.Csv, rows), Place.Unknown, overrides, []).Any(t => t.Header.Lines.Count > 1);
    }

    private static int ColumnKnown(IEnumerable<string> titles, ColumnOverrides overrides) => titles.Count(t => t.Length > 0 && ColumnVocabulary.ColumnOf(t, overrides).Role != ColumnRole.Other);

    private static FoundForm Read(SourceText text, int headerLine, char delimiter, bool isFile, ICollection<DocumentIssue> issues)
    {
        var last = headerLine;
        while (last < text.Count && !text.IsOutside(last + 1))
            last++;
        var body = text.Text[text.StartOf(headerLine)..text.StartOf(last + 1)].Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var records = CsvRecords.Read(body, delimiter, quotes: true);
        if (records.Find(r => r.IsOpen) is { } open)
        {
            // one quotation mark too many would swallow every row behind it
            issues.Add(new DocumentIssue(
                DocumentIssueCode.UnbalancedQuote,
                DocumentIssueSeverity.Warning,
                null,
                [headerLine - 1 + open.FirstLine],
                "a quotation mark is never closed: quotation marks were read as ordinary characters from here to the end of the table; close it and import again"));
            records = CsvRecords.Read(body, delimiter, quotes: false);
        }

        var rows = new List<GridRow>();
        var width = records[0].Fields.Count;
        var next = headerLine + 1;
        foreach (var record in records)
        {
            var (first, end) = (headerLine - 1 + record.FirstLine, headerLine - 1 + record.LastLine);
            var blank = record.Fields.All(string.IsNullOrWhiteSpace);
            if (!isFile && rows.Count > 0 && (blank || (record.Fields.Count == 1 && width > 2)) && !GoesOn(text, end + 1, delimiter, width))
                break;
            next = end + 1;
            if (blank)
                continue;
            var cut = last == text.Count && end == text.Count && !text.EndsWithNewline && record.Fields.Count < width;
            // semicolons at the ends of lines make a column too many
            rows.Add(new GridRow(first, end, record.Fields, cut));
        }

        return new FoundForm([new Grid(TableLayout.Csv, rows)], next);
    }

    /// <summary>Behind a blank or lone line in a text: the table goes on where the next line has the table's delimiters.</summary>
    private static bool GoesOn(SourceText text, int line, char delimiter, int width)
    {
        for (var n = line; n <= text.Count && n < line + 3 && !text.IsOutside(n); n++)
        {
            if (!text.IsBlank(n))
                return text[n].Count(c => c == delimiter) >= width - 1;
        }

        return false;
    }
}

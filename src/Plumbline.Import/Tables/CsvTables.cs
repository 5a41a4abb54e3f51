using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>Comma- or semicolon-separated values (RFC 4180), alone in a file or inside a text.</summary>
internal static class CsvTables
{
    public static (RawTable Table, int NextLine)? At(SourceText text, int line)
    {
        var content = text[line];
        foreach (var delimiter in (ReadOnlySpan<char>)[',', ';'])
        {
            if (content.Count(c => c == delimiter) < 2)
                continue;

            var titles = CsvRecords.Read(content, delimiter, quotes: true)[0].Fields;
            if (HeaderReader.FromTitles(titles, [line]) is { } header)
                return Read(text, header, line, delimiter);
        }

        return null;
    }

    private static (RawTable Table, int NextLine) Read(SourceText text, TableHeader header, int headerLine, char delimiter)
    {
        var body = string.Join('\n', text.Lines.Skip(headerLine));
        var records = CsvRecords.Read(body, delimiter, quotes: true);
        var notes = new List<DocumentIssue>();
        if (records.Find(r => r.IsOpen) is { } open)
        {
            // one quotation mark too many would swallow every row behind it
            notes.Add(new DocumentIssue(
                DocumentIssueCode.UnbalancedQuote,
                DocumentIssueSeverity.Warning,
                null,
                [headerLine + open.FirstLine],
                "a quotation mark is never closed: quotation marks were read as ordinary characters from here to the end of the table; close it and import again"));
            records = CsvRecords.Read(body, delimiter, quotes: false);
        }

        var lines = new List<TableLine>();
        var next = headerLine + 1;
        foreach (var record in records)
        {
            if (record.Fields.All(string.IsNullOrWhiteSpace))
                break;

            var (first, last) = (headerLine + record.FirstLine, headerLine + record.LastLine);
            next = last + 1;
            if (record.Fields.Count == 1 && header.Columns.Count > 1)
            {
                lines.Add(PageFurniture.IsFooter(record.Fields[0])
                    ? new TableLine.Furniture(first, record.Fields[0].Trim(), IsFooter: true)
                    : new TableLine.Cells(first, last, record.Fields));
                continue;
            }

            if (HeaderReader.FromTitles(record.Fields, [first]) is { } again && again.Repeats(header))
                lines.Add(new TableLine.Header(first, [first]));
            else
                lines.Add(new TableLine.Cells(first, last, record.Fields, Cut: last == text.Count && !text.EndsWithNewline && record.Fields.Count < header.Columns.Count));
        }

        return (new RawTable(TableLayout.Csv, header, lines, null, notes), next);
    }
}

using CsvHelper;

namespace Plumbline.Import.Forms;

/// <param name="IsOpen">A quotation mark in the record is never closed.</param>
internal sealed record CsvRecord(int FirstLine, int LastLine, IReadOnlyList<string> Fields, bool IsOpen);

/// <summary>Records of delimited text with the lines they stand on.</summary>
internal static class CsvRecords
{
    /// <param name="text">Line ends are \n.</param>
    /// <param name="quotes">False: quotation marks are ordinary characters and every line is a record.</param>
    public static List<CsvRecord> Read(string text, char delimiter, bool quotes)
    {
        var options = new CsvReaderOptions
        {
            Separator = delimiter,
            HasHeader = false,
            Mode = quotes ? CsvMode.Rfc4180 : CsvMode.NoEscape,
            SkipEmptyLines = false,
            TrackLineNumbers = true,
            TrimWhitespace = true,
        };
        using var reader = CsvReader.FromText(text, options);
        var records = new List<CsvRecord>();
        while (reader.Read())
        {
            var line = (int)reader.LineNumber;
            if (records.Count > 0)
                records[^1] = records[^1] with { LastLine = line - 1 };
            var fields = new string[reader.FieldCount];
            for (var i = 0; i < fields.Length; i++)
                fields[i] = reader.GetString(i).Trim();
            records.Add(new CsvRecord(line, line, fields, IsOpen: false));
        }

        if (records.Count > 0)
            Close(records, text, quotes);
        return records;
    }

    /// <summary>The last record ends with the text; where its quotation marks do not pair, one of them swallowed the rest.</summary>
    private static void Close(List<CsvRecord> records, string text, bool quotes)
    {
        var last = records[^1];
        var lines = 1 + text.AsSpan().TrimEnd('\n').Count('\n');
        var start = 0;
        for (var line = 1; line < last.FirstLine; line++)
            start = text.IndexOf('\n', start) + 1;
        var open = quotes && text.AsSpan(start).Count('"') % 2 == 1 && last.FirstLine <= lines && text.AsSpan(start).TrimEnd().Contains('"') && last.Fields.Any(f => f.Contains('\n', StringComparison.Ordinal) || lines == last.FirstLine);
        records[^1] = last with { LastLine = Math.Max(last.FirstLine, lines), IsOpen = open };
    }
}

using System.Text;

namespace Plumbline.Import.Tables;

/// <param name="IsOpen">A quotation mark in the record is never closed.</param>
internal sealed record CsvRecord(int FirstLine, int LastLine, IReadOnlyList<string> Fields, bool IsOpen);

/// <summary>
/// RFC 4180, with lines counted: a field that begins with a quotation mark ends at the next lone one and may hold delimiters, line ends and doubled quotation marks.
/// </summary>
internal static class CsvRecords
{
    /// <param name="text">Line ends are \n.</param>
    /// <param name="quotes">False: quotation marks are ordinary characters and every line is a record.</param>
    public static List<CsvRecord> Read(string text, char delimiter, bool quotes)
    {
        var records = new List<CsvRecord>();
        var fields = new List<string>();
        var field = new StringBuilder();
        var (line, first, quoted) = (1, 1, false);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (quoted && i < text.Length)
            {
                if (c != '"')
                {
                    field.Append(c);
                    line += c == '\n' ? 1 : 0;
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append(text[++i]);
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"' && quotes && string.IsNullOrWhiteSpace(field.ToString()))
            {
                field.Clear();
                quoted = true;
            }
            else if (c == delimiter || c == '\n')
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
                if (c != '\n')
                    continue;

                records.Add(new CsvRecord(first, line, fields, quoted));
                fields = [];
                first = ++line;
            }
            else
            {
                field.Append(c);
            }
        }

        return records;
    }
}

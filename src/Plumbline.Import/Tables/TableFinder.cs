using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>Finds the tables of connections in a document, in whichever form it comes.</summary>
internal static class TableFinder
{
    public static IReadOnlyList<RawTable> Find(SourceText text)
    {
        if (HtmlTables.LooksLikeHtml(text.Text) && HtmlTables.Find(text) is { Count: > 0 } html)
            return html;

        var tables = new List<RawTable>();
        for (var line = 1; line <= text.Count;)
        {
            if (CsvTables.At(text, line) is { } csv)
            {
                tables.Add(csv.Table);
                line = csv.NextLine;
            }
            else if (HeaderReader.At(text, line) is { } found)
            {
                var (table, next) = LineTable.Read(text, found, HeadingAbove(text, line));
                tables.Add(table);
                line = next;
            }
            else
            {
                line++;
            }
        }

        return tables;
    }

    private static string? HeadingAbove(SourceText text, int line)
    {
        for (var above = line - 1; above >= 1; above--)
        {
            if (PageFurniture.IsHeading(text[above]))
                return Cells.CellText.Clean(text[above].TrimStart(' ', '#'));
        }

        return null;
    }
}

using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>Tables of an HTML page. A cell that spans rows stands in each of them: the page says so, nothing is copied by guess.</summary>
internal static class HtmlTables
{
    private const int MaximumSpan = 200;

    public static bool LooksLikeHtml(string text) =>
        text.Contains("<table", StringComparison.OrdinalIgnoreCase) && text.Contains("<t", StringComparison.OrdinalIgnoreCase) && text.Contains("<tr", StringComparison.OrdinalIgnoreCase);

    public static IReadOnlyList<RawTable> Find(SourceText text)
    {
        var parser = new HtmlParser(new HtmlParserOptions { IsKeepingSourceReferences = true });
        using var document = parser.ParseDocument(text.Text);
        var tables = new List<RawTable>();
        string? heading = null;
        foreach (var element in document.All)
        {
            if (element is IHtmlHeadingElement)
                heading = Cells.CellText.FoldBlanks(element.TextContent);
            else if (element is IHtmlTableElement table && Read(table, heading) is { } read)
                tables.Add(read);
        }

        return tables;
    }

    private static RawTable? Read(IHtmlTableElement table, string? heading)
    {
        TableHeader? header = null;
        var lines = new List<TableLine>();
        var above = new Dictionary<int, (string Text, int Rows)>();
        foreach (var row in table.Rows)
        {
            var (first, last) = LinesOf(row);
            var cells = CellsOf(row, above);
            if (HeaderReader.FromTitles(cells, [first]) is { } titles && (header is null || titles.Repeats(header)))
            {
                if (header is null)
                    header = titles;
                else
                    lines.Add(new TableLine.Header(first, [first]));
            }
            else if (header is not null && cells.Exists(c => c.Length > 0))
            {
                lines.Add(new TableLine.Cells(first, last, cells));
            }
        }

        return header is null ? null : new RawTable(TableLayout.Html, header, lines, heading, []);
    }

    private static (int First, int Last) LinesOf(IElement row)
    {
        // a row that the page opens implicitly has no place of its own: its first cell has
        var first = row.SourceReference?.Position.Line ?? row.Children.Select(c => c.SourceReference?.Position.Line).FirstOrDefault(l => l is not null) ?? 0;
        var last = row.QuerySelectorAll("*").Select(e => e.SourceReference?.Position.Line ?? 0).Append(first).Max();
        return (first, Math.Max(first, last));
    }

    private static List<string> CellsOf(IHtmlTableRowElement row, Dictionary<int, (string Text, int Rows)> above)
    {
        var cells = new List<string>();
        foreach (var cell in row.Cells)
        {
            TakeFromAbove(cells, above);
            var text = TextOf(cell);
            for (var i = 0; i < Math.Clamp(cell.ColumnSpan, 1, MaximumSpan); i++)
            {
                if (cell.RowSpan > 1)
                    above[cells.Count] = (i == 0 ? text : "", Math.Min(cell.RowSpan, MaximumSpan) - 1);
                cells.Add(i == 0 ? text : "");
            }
        }

        TakeFromAbove(cells, above);
        return cells;
    }

    private static void TakeFromAbove(List<string> cells, Dictionary<int, (string Text, int Rows)> above)
    {
        while (above.TryGetValue(cells.Count, out var spanning))
        {
            if (spanning.Rows == 1)
                above.Remove(cells.Count);
            else
                above[cells.Count] = spanning with { Rows = spanning.Rows - 1 };
            cells.Add(spanning.Text);
        }
    }

    private static string TextOf(INode cell)
    {
        var text = new StringBuilder();
        Append(cell, text);
        return Cells.CellText.FoldBlanks(text.ToString()).TrimStart(';', ' ');
    }

    private static void Append(INode node, StringBuilder text)
    {
        foreach (var child in node.ChildNodes)
        {
            switch (child)
            {
                case IText:
                    text.Append(child.TextContent);
                    break;
                case IHtmlBreakRowElement or IHtmlParagraphElement:
                    text.Append(' ');
                    Append(child, text);
                    text.Append(' ');
                    break;
                case IHtmlListItemElement:
                    text.Append("; ");
                    Append(child, text);
                    break;
                case IElement { LocalName: "sup" } sup when IsFootnote(sup.TextContent):
                case IElement { LocalName: "script" or "style" or "table" }:
                    break;
                case IElement:
                    Append(child, text);
                    break;
            }
        }
    }

    private static bool IsFootnote(string text) => text.Trim().Trim('[', ']', '(', ')') is { Length: <= 2 };
}

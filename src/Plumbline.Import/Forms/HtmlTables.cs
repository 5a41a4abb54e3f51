using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>Tables of an HTML page or of a piece of one. A cell that spans rows stands in each of them: the page says so, nothing is copied by guess.</summary>
internal static class HtmlTables
{
    private const int MaximumSpan = 200;

    /// <summary>Titles stand near the top.</summary>
    private const int MaximumPreamble = 5;

    /// <summary>The whole file is HTML, not a text with some HTML in it.</summary>
    public static bool IsPage(SourceText text)
    {
        var start = text.Text.AsSpan().TrimStart();
        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            || (start.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) && start[..Math.Min(start.Length, 2000)].Contains("<html", StringComparison.OrdinalIgnoreCase))
            || (text.Extension is "html" or "htm" or "xhtml" && start.StartsWith("<", StringComparison.Ordinal) && start.Contains("<table", StringComparison.OrdinalIgnoreCase));
    }

    public static IReadOnlyList<RawTable> FindInPage(SourceText text, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        if (HtmlDepth.TooDeepAt(text.Text) is { } offset)
        {
            issues.Add(HtmlDepth.Issue(text.LineAt(offset)));
            return [];
        }

        var parser = new HtmlParser(new HtmlParserOptions { IsKeepingSourceReferences = true });
        using var document = parser.ParseDocument(text.Text);
        var tables = new List<RawTable>();
        var headings = new HeadingStack();
        var outer = new HashSet<IElement>();
        foreach (var node in Nodes(document))
        {
            switch (node)
            {
                case IHtmlHeadingElement heading:
                    headings.Open(heading.LocalName[1] - '0', CellText.FoldBlanks(heading.TextContent), LineOf(heading));
                    break;
                case IHtmlTableElement table when IsHidden(table):
                    ReportHidden(table, "hidden", issues);
                    break;
                case IHtmlTableElement table when !IsInside(table, outer) && ReadGrid(table, 0, issues) is { Rows.Count: > 0 } grid && !IsForLayout(table, ref grid, overrides, outer):
                    tables.AddRange(GridTables.Read(grid, new Place(headings.Current, CaptionOf(table)) { Before = tables.Count > 0 ? tables[^1].Header : null }, overrides, issues));
                    break;
                case IComment comment when comment.Data.Contains("<tr", StringComparison.OrdinalIgnoreCase):
                    issues.Add(new DocumentIssue(DocumentIssueCode.TableCommentedOut, DocumentIssueSeverity.Warning, null, [], $"rows of a table are commented out and left out: '{CellText.Short(CellText.Clean(comment.Data))}'"));
                    break;
            }
        }

        return tables;
    }

    /// <summary>The tables of a piece of HTML that begins at a line of the document.</summary>
    public static IReadOnlyList<Grid> GridsOf(string html, int firstLine, List<DocumentIssue> issues)
    {
        if (HtmlDepth.TooDeepAt(html) is { } offset)
        {
            issues.Add(HtmlDepth.Issue(firstLine + html.AsSpan(0, offset).Count('\n')));
            return [];
        }

        var parser = new HtmlParser(new HtmlParserOptions { IsKeepingSourceReferences = true });
        using var document = parser.ParseDocument(html);
        var grids = new List<Grid>();
        var outer = new HashSet<IElement>();
        foreach (var table in document.All.OfType<IHtmlTableElement>())
        {
            if (IsHidden(table))
                ReportHidden(table, "hidden", issues);
            else if (!IsInside(table, outer) && ReadGrid(table, firstLine - 1, issues) is { Rows.Count: > 0 } grid && !IsForLayout(table, ref grid, ColumnOverrides.None, outer, firstLine - 1))
                grids.Add(grid with { Caption = CaptionOf(table) });
        }

        return grids;
    }

    private static IEnumerable<INode> Nodes(IDocument document)
    {
        // without recursion: the depth is bounded, the stack of a thread pool's thread smaller
        var open = new Stack<INode>();
        open.Push(document);
        while (open.TryPop(out var node))
        {
            yield return node;
            for (var i = node.ChildNodes.Length - 1; i >= 0; i--)
                open.Push(node.ChildNodes[i]);
        }
    }

    /// <summary>
    /// A table that holds tables is for the layout of the page, and what it holds is read on its own; unless it has titles of a table of connections: then the tables inside are what its cells say.
    /// </summary>
    private static bool IsForLayout(IHtmlTableElement table, ref Grid grid, ColumnOverrides overrides, HashSet<IElement> outer, int offset = 0)
    {
        if (table.QuerySelector("table") is null)
            return false;
        if (!grid.Rows.Take(MaximumPreamble).Any(r => r.Cells.Count > 1 && HeaderReader.FromTitles(r.Cells, [r.Line], overrides) is not null))
            return true;

        outer.Add(table);
        grid = ReadGrid(table, offset, [], withTables: true);
        return false;
    }

    private static bool IsInside(IElement table, HashSet<IElement> outer)
    {
        for (var at = outer.Count > 0 ? table.ParentElement : null; at is not null; at = at.ParentElement)
        {
            if (outer.Contains(at))
                return true;
        }

        return false;
    }

    private static string? CaptionOf(IHtmlTableElement table) => table.Caption is { } caption && CellText.FoldBlanks(caption.TextContent) is { Length: > 0 } text ? text : null;

    private static bool IsHidden(IElement element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
        {
            if (at.HasAttribute("hidden") || at.LocalName is "template" || (at.GetAttribute("style") is { } style && style.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase)))
                return true;
        }

        return false;
    }

    private static void ReportHidden(IElement element, string how, ICollection<DocumentIssue> issues, int offset = 0) =>
        issues.Add(new DocumentIssue(DocumentIssueCode.RowHidden, DocumentIssueSeverity.Warning, null, [Math.Max(1, LineOf(element) + offset)], $"'{CellText.Short(CellText.FoldBlanks(element.TextContent))}' is {how} on the page: left out"));

    private static Grid ReadGrid(IHtmlTableElement table, int offset, ICollection<DocumentIssue> issues, bool withTables = false)
    {
        var rows = new List<GridRow>();
        var above = new Dictionary<int, (string Text, int Rows)>();
        var header = 0;
        foreach (var row in table.Rows)
        {
            var (first, last) = LinesOf(row);
            if (IsHidden(row))
            {
                ReportHidden(row, "hidden", issues, offset);
                continue;
            }

            var spanned = row.Cells.Length == 1 && row.Cells[0].ColumnSpan > 1;
            rows.Add(new GridRow(first + offset, last + offset, CellsOf(row, above, withTables), IsSection: spanned));
            if (header == rows.Count - 1 && (row.ParentElement?.LocalName == "thead" || (row.Cells.Length > 0 && row.Cells.All(c => c.LocalName == "th"))))
                header = rows.Count;
        }

        return new Grid(TableLayout.Html, rows, header);
    }

    private static int LineOf(IElement element) => element.SourceReference?.Position.Line ?? 0;

    private static (int First, int Last) LinesOf(IElement row)
    {
        // a row that the page opens implicitly has no place of its own: its first cell has
        var first = row.SourceReference?.Position.Line ?? row.Children.Select(c => c.SourceReference?.Position.Line).FirstOrDefault(l => l is not null) ?? 0;
        var last = row.QuerySelectorAll("*").Select(LineOf).Append(first).Max();
        return (Math.Max(1, first), Math.Max(1, Math.Max(first, last)));
    }

    private static List<string> CellsOf(IHtmlTableRowElement row, Dictionary<int, (string Text, int Rows)> above, bool withTables)
    {
        var cells = new List<string>();
        foreach (var cell in row.Cells)
        {
            TakeFromAbove(cells, above);
            var text = TextOf(cell, withTables);
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

    private static string TextOf(INode cell, bool withTables)
    {
        var text = new StringBuilder();
        Append(cell, text, withTables);
        return CellText.FoldBlanks(text.ToString()).TrimStart(';', ' ').TrimEnd(';', ' ');
    }

    private static void Append(INode node, StringBuilder text, bool withTables)
    {
        foreach (var child in node.ChildNodes)
        {
            switch (child)
            {
                case IText:
                    text.Append(child.TextContent.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal));
                    break;
                case IHtmlBreakRowElement:
                    text.Append(CellText.LineBreak);
                    break;
                case IHtmlParagraphElement or IElement { LocalName: "div" }:
                    if (text.Length > 0 && !char.IsWhiteSpace(text[^1]))
                        text.Append(CellText.LineBreak);
                    Append(child, text, withTables);
                    text.Append(' ');
                    break;
                case IHtmlTableCellElement when withTables:
                case IHtmlListItemElement:
                    text.Append("; ");
                    Append(child, text, withTables);
                    break;
                case IElement { LocalName: "del" or "s" or "strike" }:
                    text.Append("~~");
                    Append(child, text, withTables);
                    text.Append("~~");
                    break;
                case IElement { LocalName: "sup" } sup when IsFootnote(sup.TextContent):
                case IElement { LocalName: "script" or "style" }:
                case IElement { LocalName: "table" } when !withTables:
                    break;
                case IElement element when IsHiddenItself(element):
                    break;
                case IElement:
                    Append(child, text, withTables);
                    break;
            }
        }
    }

    private static bool IsHiddenItself(IElement element) =>
        element.HasAttribute("hidden") || (element.GetAttribute("style") is { } style && style.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase));

    private static bool IsFootnote(string text) => text.Trim().Trim('[', ']', '(', ')') is { Length: <= 2 };
}

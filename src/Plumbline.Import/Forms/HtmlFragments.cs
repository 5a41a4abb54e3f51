using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>An HTML table inside a text of another form.</summary>
internal sealed class HtmlFragments : IForm
{
    public FoundForm? At(SourceText text, int line)
    {
        var content = text[line];
        var start = content.IndexOf("<table", StringComparison.OrdinalIgnoreCase);
        if (start < 0 || content.AsSpan(0, start).Count('`') % 2 == 1)
            return null;

        var (depth, last) = (0, line);
        for (var n = line; n <= text.Count && !(n > line && text.IsOutside(n)); n++)
        {
            depth += Count(text[n], "<table") - Count(text[n], "</table");
            last = n;
            if (depth <= 0)
                break;
        }

        var issues = new List<DocumentIssue>();
        var html = string.Join('\n', Enumerable.Range(line, last - line + 1).Select(n => text[n]));
        var grids = HtmlTables.GridsOf(html, line, issues);
        if (depth > 0)
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.UnclosedTable,
                DocumentIssueSeverity.Warning,
                null,
                [line],
                "an HTML table is never closed: everything behind it was read as part of it; close it and import again"));
        }

        return new FoundForm(grids, last + 1) { Issues = issues };
    }

    private static int Count(string line, string tag)
    {
        var count = 0;
        for (var at = line.IndexOf(tag, StringComparison.OrdinalIgnoreCase); at >= 0; at = line.IndexOf(tag, at + tag.Length, StringComparison.OrdinalIgnoreCase))
            count++;
        return count;
    }
}

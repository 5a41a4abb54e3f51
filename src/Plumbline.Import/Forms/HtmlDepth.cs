namespace Plumbline.Import.Forms;

/// <summary>Elements that are never closed make a parser's work grow with the square of their number: a page with too many is refused before it is parsed.</summary>
internal static class HtmlDepth
{
    /// <summary>Open elements inside each other. Pages of the field have some dozens.</summary>
    public const int Maximum = 500;

    /// <summary>Elements that the next one closes, or that have no content: an open one means nothing.</summary>
    private static readonly HashSet<string> Transparent = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd", "option", "optgroup", "colgroup", "col", "br", "img", "hr", "input", "meta", "link", "area", "base", "embed", "source",
        "track", "wbr", "html", "head", "body", "caption", "param", "rp", "rt",
    };

    /// <returns>Where the depth passes the maximum; null: nowhere.</returns>
    public static int? TooDeepAt(string html)
    {
        var depth = 0;
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < html.Length; at = Next(html, at))
        {
            var closing = html[at + 1] == '/';
            var start = at + (closing ? 2 : 1);
            var end = start;
            while (end < html.Length && char.IsAsciiLetterOrDigit(html[end]))
                end++;
            if (end == start || !char.IsAsciiLetter(html[start]))
                continue;
            var name = html[start..Math.Min(end, start + 12)];
            if (Transparent.Contains(name))
                continue;
            if (closing)
                depth = Math.Max(0, depth - 1);
            else if (++depth > Maximum)
                return at;
        }

        return null;
    }

    public static DocumentIssue Issue(int line) => new(
        DocumentIssueCode.NestedTooDeep,
        DocumentIssueSeverity.Error,
        null,
        [line],
        $"more than {Maximum} HTML elements are open inside each other here: the HTML was not read; save the page again, or its table as CSV");

    private static int Next(string html, int at) => html.IndexOf('<', at + 1);
}

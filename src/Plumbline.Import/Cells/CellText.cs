using System.Text.RegularExpressions;

namespace Plumbline.Import.Cells;

/// <summary>Takes markup off a cell and folds its white space. Names keep their colons, brackets and footnote marks.</summary>
internal static partial class CellText
{
    public static string Clean(string cell)
    {
        var text = cell;
        if (text.Contains('<', StringComparison.Ordinal))
        {
            text = Comment().Replace(text, " ");
            text = ListItem().Replace(text, "; ");
            text = Tag().Replace(text, " ");
        }

        if (text.Contains('&', StringComparison.Ordinal))
            text = System.Net.WebUtility.HtmlDecode(text);
        if (text.Contains("](", StringComparison.Ordinal))
            text = Link().Replace(text, "$1");
        if (text.Contains("[^", StringComparison.Ordinal))
            text = FootnoteReference().Replace(text, "");
        if (text.Contains('`', StringComparison.Ordinal))
            text = text.Replace("`", "", StringComparison.Ordinal);
        if (text.Contains("**", StringComparison.Ordinal) || text.Contains("__", StringComparison.Ordinal))
            text = Strong().Replace(text, "$2");
        if (text.Contains('*', StringComparison.Ordinal) || text.Contains('_', StringComparison.Ordinal))
            text = Emphasis().Replace(text, "$2");
        if (text.Contains('\\', StringComparison.Ordinal))
            text = Escape().Replace(text, "$1");

        var folded = FoldBlanks(text);
        return cell.Contains("<li", StringComparison.OrdinalIgnoreCase) ? folded.Replace(" ;", ";", StringComparison.Ordinal).TrimStart(';', ' ') : folded;
    }

    /// <summary>Runs of white space (no-break blanks too) are one blank; invisible characters are gone.</summary>
    public static string FoldBlanks(string text)
    {
        var folded = new System.Text.StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF' or '\u00AD')
                continue;
            if (!char.IsWhiteSpace(c) && !char.IsControl(c))
                folded.Append(c);
            else if (folded.Length > 0 && folded[^1] != ' ')
                folded.Append(' ');
        }

        return folded.ToString().TrimEnd();
    }

    /// <summary>A trailing * or † is a footnote's mark: part of the text, not of the name.</summary>
    public static bool HasFootnoteMark(string text) => text.Length > 1 && text[^1] is '*' or '†' or '‡';

    public static string WithoutFootnoteMark(string text) => text.TrimEnd('*', '†', '‡', ' ');

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"<li\b[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex ListItem();

    [GeneratedRegex("</?[A-Za-z][^<>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"!?\[([^\[\]]*)\]\([^()]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[\^[^\[\]]*\]")]
    private static partial Regex FootnoteReference();

    [GeneratedRegex(@"(\*\*|__)(?=\S)(.*?\S)\1")]
    private static partial Regex Strong();

    // never across a word: 'a_b_c' is a name and '2*3*4' no emphasis
    [GeneratedRegex(@"(?<![\w*])([*_])(?=[^\s*_])([^*_]*[^\s*_])\1(?![\w*])")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"\\([!-/:-@\[-`{-~])")]
    private static partial Regex Escape();
}

using System.Text.RegularExpressions;

namespace Plumbline.Import.Cells;

/// <summary>Takes markup off a cell and folds its white space. Names keep their colons, brackets and footnote marks.</summary>
internal static partial class CellText
{
    /// <summary>A title that is longer is a sentence.</summary>
    public const int MaximumTitle = 80;

    /// <summary>What forms put where a cell has a line break: it may separate names, or only wrap one.</summary>
    public const string LineBreak = "<br>";

    private static readonly System.Buffers.SearchValues<char> Markup = System.Buffers.SearchValues.Create("<&[`*_\\");

    private const int MaximumShown = 80;

    /// <summary>Elements of HTML that pages have in their cells.</summary>
    private static readonly System.Collections.Frozen.FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> MarkupNames = System.Collections.Frozen.FrozenSet.ToFrozenSet(
        ("a abbr acronym article aside b bdi bdo big blockquote body br button caption center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr html i iframe img input ins kbd label li "
        + "main mark nav nobr ol p path picture pre q s samp section small span strike strong style sub summary sup svg table tbody td tfoot th thead tr tt u ul use var video wbr").Split(' '),
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>As much of a text as a message has room for.</summary>
    public static string Short(string text) => text.Length <= MaximumShown ? text : text[..(MaximumShown - 1)] + "…";

    /// <summary>Characters beyond which a cell is kept as it is: its markup is not worth the time that nested brackets can cost.</summary>
    private const int MaximumMarkup = 16_384;

    public static string Clean(string cell)
    {
        if (cell.Length > MaximumMarkup)
            return FoldBlanks(cell);
        if (cell.AsSpan().IndexOfAny(Markup) < 0)
            return FoldBlanks(cell);
        var text = cell;
        if (text.Contains('<', StringComparison.Ordinal))
        {
            text = Comment().Replace(text, " ");
            text = ListItem().Replace(text, "; ");
            text = Tag().Replace(text, WithoutTag);
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

    /// <summary>Tags go; an address in angle brackets stays, and so does what no markup knows: "sapms&lt;SID&gt;" is a name with a place to fill in.</summary>
    private static string WithoutTag(Match match)
    {
        var tag = match.ValueSpan;
        var name = match.Groups[1].ValueSpan;
        if (tag[1] == '/' || tag[^2] == '/' || tag.Contains('=') || MarkupNames.Contains(name))
            return " ";
        if (tag.Contains("://", StringComparison.Ordinal) || tag.Contains('@'))
            return tag[1..^1].ToString();
        return name.Contains(':') ? " " : match.Value;
    }

    /// <summary>A cell of names: what a line break, a list or a paragraph separates stays separated.</summary>
    public static string CleanName(string cell)
    {
        if (cell.Length > MaximumMarkup || !cell.Contains('<', StringComparison.Ordinal) || !Break().IsMatch(cell))
            return Clean(cell);
        var names = Break().Split(cell).Select(Clean).Where(n => n.Length > 0).ToList();
        var joined = new System.Text.StringBuilder();
        foreach (var name in names)
        {
            // a bracket or a small word goes on with the name of the line above
            var goesOn = joined.Length == 0 || name[0] == '(' || (char.IsLower(name[0]) && char.IsUpper(names[0][0])) || joined[^1] is ',' or ';' or ':' or '/' or '-' or '&';
            joined.Append(joined.Length == 0 ? "" : goesOn ? " " : ", ").Append(name);
        }

        return joined.ToString();
    }

    /// <summary>Runs of white space (no-break blanks too) are one blank; invisible characters are gone.</summary>
    public static string FoldBlanks(string text)
    {
        if (IsFolded(text))
            return text;
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

    private static bool IsFolded(string text)
    {
        if (text.Length == 0)
            return true;
        if (text[0] == ' ' || text[^1] == ' ')
            return false;
        var blank = false;
        foreach (var c in text)
        {
            if (c == ' ')
            {
                if (blank)
                    return false;
                blank = true;
                continue;
            }

            blank = false;
            if (c is < '!' or (>= '\u007F' and <= '\u00A0') or '\u00AD' or '\uFEFF' || c is >= '\u1680' and <= '\u3000' && (char.IsWhiteSpace(c) || c is '\u200B' or '\u200C' or '\u200D' or '\u2060'))
                return false;
        }

        return true;
    }

    /// <summary>A trailing * or † is a footnote's mark: part of the text, not of the name.</summary>
    public static bool HasFootnoteMark(string text) => text.Length > 1 && text[^1] is '*' or '†' or '‡';

    public static string WithoutFootnoteMark(string text) => text.TrimEnd('*', '†', '‡', ' ') is { Length: > 0 } name ? name : text;

    [GeneratedRegex(@"<br\s*/?>", RegexOptions.IgnoreCase)]
    private static partial Regex Break();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"<li\b[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex ListItem();

    [GeneratedRegex("</?([A-Za-z][A-Za-z0-9:-]*)[^<>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"!?\[([^\[\]]*)\]\([^()]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[\^[^\[\]]*\]")]
    private static partial Regex FootnoteReference();

    [GeneratedRegex(@"(\*\*|__)(?=\S)(.*?\S)\1")]
    private static partial Regex Strong();

    // never across a word: 'a_b_c' is a name and '2*3*4' no emphasis
    [GeneratedRegex(@"(?<![\w*])([*_])(?=[^\s*_.])([^*_]*[^\s*_])\1(?![\w*])")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"\\([!-/:-@\[-`{-~])")]
    private static partial Regex Escape();
}

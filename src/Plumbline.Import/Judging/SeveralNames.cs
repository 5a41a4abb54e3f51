using System.Text.RegularExpressions;

namespace Plumbline.Import.Judging;

/// <summary>Tells a cell that names several parties from a name with a comma or an "and" in it.</summary>
internal static partial class SeveralNames
{
    private const int MaximumNames = 100;

    /// <param name="known">Names that stand alone in cells of the document.</param>
    /// <returns>One name unless the cell is a list.</returns>
    public static IReadOnlyList<string> In(string cell, IReadOnlySet<string> known)
    {
        if (cell.AsSpan().IndexOfAny(",;&+/") < 0 && !cell.Contains(" and ", StringComparison.OrdinalIgnoreCase) && !cell.Contains(" or ", StringComparison.OrdinalIgnoreCase) && cell.AsSpan().IndexOfAny("、，；и和") < 0)
            return [cell];
        if (Example().IsMatch(cell))
            return [cell];

        var listed = Split(cell, ListSeparator());
        if (listed.Count > 1)
            return [.. listed.SelectMany(part => Split(part, AndWord()) is { Count: > 1 } both && both.All(IsName) ? both : [part]).Take(MaximumNames)];

        // "Shop and Basket" are two; "Web Services and Applications" is one, unless its parts stand alone elsewhere
        var joined = Split(cell, AndWord());
        if (joined.Count > 1 && (joined.TrueForAll(known.Contains) || joined.TrueForAll(IsSingleWord)))
            return joined;
        var slashed = Split(cell, Slash());
        return slashed.Count > 1 && slashed.TrueForAll(known.Contains) ? slashed : [cell];
    }

    private static List<string> Split(string cell, Regex separator)
    {
        // what stands in brackets belongs to the name before it
        var masked = Brackets().Replace(cell, m => new string('\u0001', m.Length));
        var parts = new List<string>();
        var at = 0;
        foreach (Match match in separator.Matches(masked))
        {
            parts.Add(cell[at..match.Index].Trim());
            at = match.Index + match.Length;
        }

        parts.Add(cell[at..].Trim());
        return parts.TrueForAll(IsName) ? parts : [cell];
    }

    private static bool IsName(string part) => part.Length > 0 && part.Any(char.IsLetterOrDigit);

    private static bool IsSingleWord(string part) => !part.Contains(' ', StringComparison.Ordinal) && part.Length > 1;

    [GeneratedRegex(@"\s*[;；、，]\s*|\s*,\s+(?:and\s+|or\s+)?|\s*,(?=\D)|\s+\+\s+")]
    private static partial Regex ListSeparator();

    [GeneratedRegex(@"\s+(?:and|or|und|oder|et|ou|y|e|and/or|ve|и|или)\s+|\s+&\s+|[和与及]", RegexOptions.IgnoreCase)]
    private static partial Regex AndWord();

    [GeneratedRegex(@"\s*/\s*")]
    private static partial Regex Slash();

    [GeneratedRegex(@"\([^()]*\)|\[[^\[\]]*\]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"\bsuch as\b|\be\.?g\.|\bfor example\b|\bincluding\b|\bi\.e\.|z\. ?B\.|\betc\b|https?://", RegexOptions.IgnoreCase)]
    private static partial Regex Example();
}

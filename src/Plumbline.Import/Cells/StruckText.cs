using System.Text.RegularExpressions;

namespace Plumbline.Import.Cells;

/// <summary>Text that its author struck out: <c>~~x~~</c>, <c>&lt;del&gt;x&lt;/del&gt;</c>. It is there to be seen, not to be true.</summary>
internal static partial class StruckText
{
    /// <summary>Characters beyond which a cell is kept as it is.</summary>
    private const int Longest = 16_384;

    public static bool Occurs(string cell) =>
        cell.Length <= Longest && (cell.Contains("~~", StringComparison.Ordinal) || cell.Contains("<del", StringComparison.OrdinalIgnoreCase) || cell.Contains("<s>", StringComparison.OrdinalIgnoreCase) || cell.Contains("<strike", StringComparison.OrdinalIgnoreCase));

    /// <returns>What stands, and what is struck out.</returns>
    public static (string Standing, string Struck) Split(string cell)
    {
        if (!Occurs(cell))
            return (cell, "");
        var struck = string.Join(' ', Struck().Matches(cell).Select(m => m.Groups["text"].Value));
        return (Struck().Replace(cell, " "), struck);
    }

    [GeneratedRegex(@"~~(?<text>[^~]+)~~|<(del|s|strike)\b[^<>]*>(?<text>[^<]*)</\1>", RegexOptions.IgnoreCase)]
    private static partial Regex Struck();
}

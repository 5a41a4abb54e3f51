using System.Text;

namespace Plumbline.Import.Cells;

/// <summary>
/// Folds Cyrillic and Greek letters that look like Latin ones, cell by cell. A cell with any other foreign letter is left alone: it is really written in that script.
/// </summary>
internal static class LookAlikes
{
    private const string Foreign = "АВЕЅІЈКМНОРСТУХҮԚԜаеосрхуіјѕԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο";
    private const string Latin = "ABESIJKMHOPCTYXYQWaeocpxyijsqwABEZHIKMNOPTYXo";

    /// <param name="isWord">
    /// Says that a text is a word of the column's vocabulary; needed where a cell has no Latin letter at all, since 'ТСР' may be read as TCP and 'СОН' not as COH.
    /// </param>
    /// <returns>The cell, and the letters that were folded (null: none).</returns>
    public static (string Text, string? Folded) Fold(string cell, Func<string, bool> isWord)
    {
        StringBuilder? folded = null;
        var hasLatin = false;
        for (var i = 0; i < cell.Length; i++)
        {
            var c = cell[i];
            if (char.IsAscii(c) || !char.IsLetter(c))
            {
                hasLatin |= char.IsAsciiLetter(c);
                continue;
            }

            var at = Foreign.IndexOf(c, StringComparison.Ordinal);
            if (at < 0)
                return (cell, null);

            folded ??= new StringBuilder(cell);
            folded[i] = Latin[at];
        }

        if (folded is null)
            return (cell, null);

        var text = folded.ToString();
        return hasLatin || isWord(text) ? (text, Describe(cell)) : (cell, null);
    }

    private static string Describe(string cell) =>
        string.Join(' ', cell.Where(c => !char.IsAscii(c) && char.IsLetter(c)).Take(12).Select(c => $"U+{(int)c:X4}"));

    public static string ScriptOf(string cell) => cell.Any(c => c is >= '\u0370' and <= '\u03FF') ? "Greek" : "Cyrillic";
}

namespace Plumbline.Import.Tables;

internal static class DelimitedLine
{
    private static readonly System.Buffers.SearchValues<char> RuleCharacters = System.Buffers.SearchValues.Create("|:+=- \t");

    public static List<string> Split(string line, TableLayout layout) => layout == TableLayout.Tabs ? [.. line.Split('\t')] : Pipes(line);

    /// <summary>A line of dashes between header and rows: <c>---|:---:|</c>, <c>|-|-|</c>, <c>+====+====+</c>.</summary>
    public static bool IsSeparator(string line)
    {
        var text = line.AsSpan().Trim();
        if (text.IsEmpty || text.IndexOfAnyExcept(RuleCharacters) >= 0)
            return false;
        return text.Contains("--", StringComparison.Ordinal) || text.Contains("==", StringComparison.Ordinal) || (text.Contains('-') && text.IndexOfAny('|', '+') >= 0);
    }

    /// <summary>Pipes with or without outer ones; an escaped pipe and one inside back-quotes belong to the cell.</summary>
    private static List<string> Pipes(string line)
    {
        var text = line.Trim();
        var cells = new List<string>();
        var start = text.StartsWith('|') ? 1 : 0;
        var quoted = false;
        var at = start;
        for (; at < text.Length; at++)
        {
            if (text[at] == '`')
            {
                quoted = quoted ? false : text.IndexOf('`', at + 1) > 0;
            }
            else if (text[at] == '|' && !quoted && (at == 0 || text[at - 1] != '\\'))
            {
                cells.Add(text[start..at]);
                start = at + 1;
            }
        }

        if (start < text.Length || cells.Count == 0)
            cells.Add(text[start..]);
        return [.. cells.Select(c => c.Replace("\\|", "|", StringComparison.Ordinal).Trim())];
    }
}

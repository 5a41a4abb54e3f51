using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import;

/// <summary>What the document calls itself: the manual it is part of, and the page.</summary>
internal static partial class DocumentTitle
{
    private const int MaximumLines = 60;

    /// <param name="firstTableLine">Titles stand above the first table.</param>
    public static string Of(SourceText text, int firstTableLine)
    {
        var lines = Enumerable.Range(1, Math.Min(text.Count, Math.Min(firstTableLine - 1, MaximumLines)))
            .Select(number => CellText.Clean(text[number].TrimStart(' ', '#')))
            .TakeWhile(line => !line.Equals("Contents", StringComparison.OrdinalIgnoreCase))
            .Where(line => line.Length > 0)
            .ToList();
        if (HtmlTitle().Match(text.Text) is { Success: true } html && CellText.Clean(html.Groups[2].Value) is { Length: > 0 } tagged)
            return tagged;

        var manual = lines.Select(ManualIn).FirstOrDefault(m => m is not null);
        var page = lines.Find(line => line != manual && IsTitle(line));
        return (manual, page) switch
        {
            ({ } m, { } p) => $"{m} - {p}",
            ({ } m, null) => m,
            (null, { } p) => p,
            _ => NameOf(text.FileName),
        };
    }

    private static string? ManualIn(string line)
    {
        if (PartOfManual().Match(line) is { Success: true } part)
            return part.Groups[1].Value;
        return Manual().IsMatch(line) && IsTitle(line) ? line : null;
    }

    /// <summary>A few words without a full stop; a single word in capitals is a brand.</summary>
    private static bool IsTitle(string line)
    {
        var words = line.Split(' ');
        return words.Length <= 12 && line.Length is > 2 and <= 120 && line[^1] is not ('.' or ':' or ',' or ';') && char.IsLetter(line[0])
            && !(words.Length == 1 && line.All(c => !char.IsLower(c))) && !line.Contains('|', StringComparison.Ordinal);
    }

    private static string NameOf(string fileName)
    {
        var name = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..];
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    [GeneratedRegex(@"part of the manual (.+?)(?: for (?:version|release)\b.*)?\.?$", RegexOptions.IgnoreCase)]
    private static partial Regex PartOfManual();

    [GeneratedRegex(@"\b(Guide|Manual|Handbook|Reference)$")]
    private static partial Regex Manual();

    [GeneratedRegex(@"<(h1|title)\b[^>]*>(.*?)</\1>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex HtmlTitle();
}

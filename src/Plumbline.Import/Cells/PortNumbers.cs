using System.Text.RegularExpressions;

namespace Plumbline.Import.Cells;

/// <summary>Numbers in a port cell that are no ports, and ports that are written like other numbers.</summary>
internal static partial class PortNumbers
{
    /// <summary>Ports below 100 that documents list beside others: "22,443" is two ports, "8,443" one.</summary>
    private static readonly HashSet<int> KnownLow = [20, 21, 22, 23, 25, 37, 43, 49, 53, 67, 68, 69, 70, 79, 80, 81, 82, 83, 84, 85, 88];

    /// <summary>"3 ports: 80, 443" → ": 80, 443"; "443 (max 20 connections)" → "443".</summary>
    public static string WithoutCounts(string text)
    {
        if (!text.Any(char.IsAsciiLetter))
            return text;
        var read = Limit().Replace(text, " ");
        return Count().Replace(read, " ");
    }

    public static string WithoutThousands(string text) =>
        !text.Any(c => c is ',' or '.' or ' ' or '\'') ? text : Thousands().Replace(text, match =>
        {
            var (high, separator, low) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
            var number = int.Parse(high + low, System.Globalization.CultureInfo.InvariantCulture);
            var certain = low[0] == '0' || separator is "." or "'";
            var listed = separator == " " || high.Length == 2 && KnownLow.Contains(int.Parse(high, System.Globalization.CultureInfo.InvariantCulture));
            return number <= 65535 && high[0] != '0' && (certain || !listed) ? high + low : match.Value;
        });

    /// <summary>With a colon, a rising pair of high ports is a range in the notation of packet filters.</summary>
    public static bool IsMapping(string from, string to, string sign) =>
        sign != ":" || !int.TryParse(from, out var low) || !int.TryParse(to, out var high) || high < low || low == high || low < 1024 && high - low < 20_000;

    [GeneratedRegex(@"\b(?:max(?:imum|\.)?|min(?:imum|\.)?|up to|at most|limit(?:ed to)?|about|approx\.?)\s+(?:of\s+)?\d+\s+[A-Za-z]+", RegexOptions.IgnoreCase)]
    private static partial Regex Limit();

    [GeneratedRegex(@"(?<![\w.,-])\d+\s+(?:(?:tcp|udp|open|required|different|consecutive|total)\s+)?(?:ports?\b(?=\s*[:(=–-]|\s*,?\s*(?:starting|from))|connections?\b|sessions?\b|threads?\b|instances?\b|nodes?\b|replicas?\b|hosts?\b|streams?\b|users?\b|retries\b|clients?\b|servers?\b|per\b)|(?<![\w.,-])\d+\s*[x×]\s*(?=\d)", RegexOptions.IgnoreCase)]
    private static partial Regex Count();

    [GeneratedRegex(@"(?<![\d.,'])(\d{1,2})([,.' ])(\d{3})(?![\d.']|,\d)")]
    private static partial Regex Thousands();
}

using System.Text.RegularExpressions;

namespace Plumbline.Lab.Api.Schema;

/// <summary>What Go's reader of times says of a text that is none.</summary>
internal static partial class GoTime
{
    private const string MicroTimeLayout = "2006-01-02T15:04:05.000000Z07:00";

    /// <summary>Null for a <c>metav1.MicroTime</c>: six digits of a second, neither fewer nor more.</summary>
    public static string? MicroTimeError(string text)
    {
        if (MicroTime().IsMatch(text))
        {
            return null;
        }

        var start = ToSecond().Match(text);
        var (rest, element) = start.Success ? (text[start.Length..], ".000000") : (text, "2006");
        return $"parsing time \"{text}\" as \"{MicroTimeLayout}\": cannot parse \"{rest}\" as \"{element}\"";
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(Z|[+-]\d{2}:\d{2})$", RegexOptions.CultureInvariant)]
    private static partial Regex MicroTime();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", RegexOptions.CultureInvariant)]
    private static partial Regex ToSecond();
}

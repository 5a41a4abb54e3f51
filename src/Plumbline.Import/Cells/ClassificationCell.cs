using System.Collections.Frozen;

namespace Plumbline.Import.Cells;

internal static class ClassificationCell
{
    private static readonly FrozenSet<string> Words = new[]
    {
        "ingress", "egress", "intracluster", "inbound", "outbound", "bidirectional", "incoming", "outgoing", "internal", "external", "intercluster", "crosscluster", "both",
        "in", "out", "eastwest", "northsouth",
    }.ToFrozenSet();

    /// <summary>One of the known words, or several with slashes or commas between them.</summary>
    public static bool IsKnown(string text)
    {
        var parts = text.Split(['/', ',', '&'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length > 0 && parts.All(p => Words.Contains(Key(p)));
    }

    private static string Key(string text) => string.Concat(text.Where(char.IsLetter)).ToLowerInvariant();
}

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

    /// <summary>The direction that the cell states, seen from the component that the row is about; arrows and single words too.</summary>
    public static Tables.Flow FlowOf(string text)
    {
        if (text.Length > CellText.MaximumTitle)
            return Tables.Flow.NotStated;
        var flow = Tables.ColumnVocabulary.FlowOf(text);
        return flow != Tables.Flow.NotStated ? flow : text.Trim().ToLowerInvariant() switch
        {
            "in" or "←" or "<-" or "<--" or "⇐" or "<=" or "server" or "eingang" or "ein" or "i" or "rx" or "from" or "entrante" or "entrant" or "入" or "수신" => Tables.Flow.Inbound,
            "out" or "→" or "->" or "-->" or "⇒" or "=>" or "client" or "ausgang" or "aus" or "o" or "tx" or "to" or "initiates" or "initiator" or "出" => Tables.Flow.Outbound,
            "in/out" or "both" or "bi" or "<->" or "↔" or "⇔" or "in + out" or "in and out" or "i/o" => Tables.Flow.Both,
            _ => Tables.Flow.NotStated,
        };
    }

    private static string Key(string text) => string.Concat(text.Where(char.IsLetter)).ToLowerInvariant();
}

using Plumbline.Api;

namespace Plumbline.Import.Mapping;

/// <summary>What the schema of the custom resources takes: a field that is longer would have the API server refuse the whole map.</summary>
internal static class FieldLengths
{
    /// <summary>Titles, classifications, protocols.</summary>
    public const int Text = 253;

    public const int Data = 4096;

    public const int Ports = 64;

    public const int Ranges = 16;

    public static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        // never half of a surrogate pair
        var end = most - 1;
        return text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + "…";
    }

    /// <summary>Text that only people read is cut. A name or a list of ports that does not fit is left out: a part of it would be another name, or fewer ports.</summary>
    public static MapRow Cut(MapRow draft, ICollection<DocumentIssue> issues)
    {
        var row = draft.Row;
        var cut = row with
        {
            From = Name("source", row.From),
            To = Name("destination", row.To),
            ProtocolText = row.ProtocolText is { } protocol ? Shorten("protocol", protocol, Text) : null,
            Classification = row.Classification is { } classification ? Shorten("classification", classification, Text) : null,
            Data = row.Data is { } data ? Shorten("description", data, Data) : null,
            Ports = List("ports", row.Ports, Ports),
            PortRanges = List("port ranges", row.PortRanges, Ranges),
            Reference = row.Reference is { } reference
                ? reference with { Document = Shorten("reference", reference.Document ?? "", Text), Rows = reference.Rows is { } rows ? [.. rows.Take(64).Select(r => Cut(r, 63))] : null }
                : null,
        };
        return draft with { Row = cut.Ports is null ? cut with { PortProtocols = null } : cut };

        string? Name(string what, string? name)
        {
            if (name is null || name.Length <= Text)
                return name;
            Report(DocumentIssueSeverity.Error, $"the {what} '{Cut(name, 60)}' has {name.Length} characters, and a name at most {Text}: left out; write the name into the completions");
            return null;
        }

        string Shorten(string what, string text, int most)
        {
            if (text.Length > most)
                Report(DocumentIssueSeverity.Info, $"the {what} has {text.Length} characters, and a map takes {most}: cut; nothing to do");
            return Cut(text, most);
        }

        IReadOnlyList<T>? List<T>(string what, IReadOnlyList<T>? list, int most)
        {
            if (list is null || list.Count <= most)
                return list;
            Report(DocumentIssueSeverity.Error, $"the row has {list.Count} {what}, and a map takes {most} a row: left out; split the row in the document, or complete 'ports' with those to verify");
            return null;
        }

        void Report(DocumentIssueSeverity severity, string message) =>
            issues.Add(new DocumentIssue(DocumentIssueCode.ValueTooLong, severity, draft.DocumentRow, [row.Line ?? 1], message));
    }
}

using Plumbline.Core.Connections;
using Plumbline.Core.Words;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Mapping;

/// <summary>One documented row and its completion as one connection.</summary>
internal static class RowMapper
{
    public static ConnectionDraft Map(DocumentedRow row, RowCompletion? completion, string? file, ICollection<DocumentIssue> issues)
    {
        var documented = Documented(row);
        return completion is null
            ? documented with { Comments = Doubts(row, null) }
            : Complete(row, documented, completion, file, issues) with { Comments = [.. Completed(completion), .. Doubts(row, completion)] };
    }

    private static ConnectionDraft Documented(DocumentedRow row)
    {
        var (protocol, text) = ProtocolOf(row);
        return new ConnectionDraft
        {
            Id = row.Id,
            From = NameOf(row.Source),
            To = NameOf(row.Destination),
            Protocol = protocol,
            ProtocolText = text,
            Ports = row.Ports,
            PortRanges = row.PortRanges,
            PortMatch = row.PortAlternatives ? PortMatch.Any : PortMatch.All,
            PortProtocols = [.. row.PerPort.Select(f => (f.Port, Protocol: ProtocolOf(f))).Where(f => f.Protocol is not null && row.Ports.Count > 1).Select(f => new PortProtocol(f.Port, f.Protocol!.Value))],
            Classification = row.Classification,
            Data = row.Description,
            Expect = row.ExpectBlocked ? "Blocked" : null,
            ReferenceDocument = row.ReferencesDocument,
            ReferenceRows = row.ReferencesRows,
            Line = row.Line,
        };
    }

    private static string? NameOf(string? party) => party is null ? null : CellText.WithoutFootnoteMark(party);

    private static (ConnectionProtocol? Protocol, string? Text) ProtocolOf(DocumentedRow row)
    {
        var printed = ConnectionWords.Protocol(row.Protocol);
        var perPort = row.PerPort.Any(f => f.Probe is not null);
        ConnectionProtocol? protocol = row switch
        {
            { Transport: Transport.Logical } => ConnectionProtocol.Logical,
            { ApplicationProtocol: "http" } => ConnectionProtocol.Http,
            { ApplicationProtocol: "https" } => ConnectionProtocol.Https,
            { ApplicationProtocol: "tls" } => ConnectionProtocol.Tls,
            // the ports that contradict the printed protocol carry their own
            { Ports.Count: > 1 } when perPort && printed is not null => printed,
            { PerPort: [{ Probe: ProbeKind.Tls }] } => ConnectionProtocol.Tls,
            { Transport: Transport.Tcp } => ConnectionProtocol.Tcp,
            { Transport: Transport.Udp } => ConnectionProtocol.Udp,
            _ => null,
        };
        return (protocol, printed is not null && (printed == protocol || protocol == ConnectionProtocol.Logical) ? null : row.Protocol);
    }

    private static ConnectionProtocol? ProtocolOf(PortFact fact) => fact switch
    {
        { Probe: ProbeKind.TlsOrHttps } => ConnectionProtocol.Https,
        { Probe: ProbeKind.Http } => ConnectionProtocol.Http,
        { Probe: ProbeKind.Tls } => ConnectionProtocol.Tls,
        { Probe: ProbeKind.Tcp } => ConnectionProtocol.Tcp,
        _ => ConnectionWords.Protocol(fact.Protocol),
    };

    private static ConnectionDraft Complete(DocumentedRow row, ConnectionDraft documented, RowCompletion completion, string? file, ICollection<DocumentIssue> issues)
    {
        // a destination that was read from prose was to be confirmed anyway
        Compare("from", documented.From, completion.From);
        if (row.DestinationOrigin == DestinationOrigin.Column)
            Compare("to", documented.To, completion.To);
        Compare("protocol", documented.Protocol?.Word(), completion.Protocol?.Word());
        if (completion.Ports is { } ports && (documented.Ports.Count > 0 || documented.PortRanges.Count > 0))
            Compare("ports", Listing(documented.Ports, documented.PortRanges), Listing(ports, []));
        if (completion.PortMatch is { } match && documented.Ports.Count > 1)
            Compare("portMatch", documented.PortMatch.ToString(), match.ToString());

        var isComplete = completion is { Ports.Count: > 0, Protocol: not null };
        return documented with
        {
            From = completion.From ?? documented.From,
            To = completion.To ?? documented.To,
            Protocol = completion.Protocol ?? documented.Protocol,
            Ports = completion.Ports ?? documented.Ports,
            PortRanges = completion.Ports is null ? documented.PortRanges : [],
            PortMatch = completion.PortMatch ?? documented.PortMatch,
            PortProtocols = completion.PortProtocols ?? (completion.Ports is null ? documented.PortProtocols : []),
            Expect = completion.Expect ?? documented.Expect,
            Http = completion.Http,
            ReferenceDocument = isComplete ? null : documented.ReferenceDocument,
            ReferenceRows = isComplete ? [] : documented.ReferenceRows,
        };

        void Compare(string field, string? document, string? completed)
        {
            if (document is null || completed is null || ObjectNames.Key(document) == ObjectNames.Key(completed))
                return;
            var why = completion.Reason is null ? "" : $" ({completion.Reason.TrimEnd('.')})";
            issues.Add(new DocumentIssue(
                DocumentIssueCode.CompletionOverrides,
                DocumentIssueSeverity.Warning,
                row.Id,
                [completion.Line],
                $"{field} '{completed}' replaces '{document}' of the document{why}; remove it if the document is right",
                file));
        }
    }

    private static string Listing(IReadOnlyList<int> ports, IReadOnlyList<PortRange> ranges) => string.Join(", ", ports.Select(p => $"{p}").Concat(ranges.Select(r => $"{r.From}-{r.To}")));

    private static IEnumerable<string> Completed(RowCompletion completion)
    {
        var fields = new List<string>();
        Add(completion.From is not null, "from");
        Add(completion.To is not null, "to");
        Add(completion.Protocol is not null, "protocol");
        Add(completion.Ports is not null, "ports");
        Add(completion.PortMatch is not null, "portMatch");
        Add(completion.PortProtocols is not null, "portProtocols");
        Add(completion.Http is not null, "http");
        Add(completion.Expect is not null, "expect");
        if (fields.Count > 0)
            yield return $"completed: {string.Join(", ", fields)}{(completion.Reason is null ? "" : $" ({completion.Reason})")}";

        void Add(bool given, string field)
        {
            if (given)
                fields.Add(field);
        }
    }

    private static IReadOnlyList<string> Doubts(DocumentedRow row, RowCompletion? completion)
    {
        var codes = row.Warnings
            .Where(w => w.Severity != DocumentIssueSeverity.Info && (completion is null || !CompletedIssues.Answers(completion, w.Code)))
            .Select(w => w.Code.Word())
            .Distinct()
            .ToList();
        return codes.Count == 0 ? [] : [$"check: {string.Join(", ", codes)}"];
    }
}

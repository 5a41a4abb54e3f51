using Plumbline.Api;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;
using Plumbline.Import.Cells;
using Plumbline.Import.Judging;

namespace Plumbline.Import.Mapping;

/// <summary>One documented row and its completion as one connection.</summary>
internal static class RowMapper
{
    /// <returns>
    /// One connection, or where cells list several parties one for each pair of them. None for a row that is not live: a map holds what is to be verified.
    /// </returns>
    public static IEnumerable<MapRow> Map(DocumentedRow row, RowCompletion? completion, string? file, ICollection<DocumentIssue> issues)
    {
        if (!row.Live)
            yield break;

        var documented = Documented(row);
        var mapped = completion is null
            ? new MapRow(documented, Doubts(row, null))
            : new MapRow(Complete(row, documented, completion, file, issues), [.. Completed(completion), .. Doubts(row, completion)]);
        var sources = completion?.From is null && row.Sources.Count > 1 ? row.Sources : [];
        var destinations = completion?.To is null && row.Destinations.Count > 1 ? row.Destinations : [];
        if (sources.Count == 0 && destinations.Count == 0)
        {
            yield return mapped;
            yield break;
        }

        foreach (var source in sources.DefaultIfEmpty(null))
        {
            foreach (var destination in destinations.DefaultIfEmpty(null))
            {
                var from = source is null ? mapped.Row.From : NameOf(source);
                var to = destination is null ? mapped.Row.To : NameOf(destination);
                yield return mapped with
                {
                    Row = mapped.Row with { Id = IdOf(row, source, destination), From = from, To = to },
                    Comments = [$"one of {Math.Max(1, sources.Count) * Math.Max(1, destinations.Count)} connections of row {row.Id}", .. mapped.Comments],
                    DocumentRow = row.Id,
                };
            }
        }
    }

    /// <summary>A row without a number is known by what it says, and so is each of its connections.</summary>
    private static string IdOf(DocumentedRow row, string? source, string? destination) =>
        row.Number is null ? RowIdentity.Of(row with { Source = source ?? row.Source, Destination = destination ?? row.Destination }) : RowIdentity.Of(row.Id, [.. new[] { source, destination }.OfType<string>()]);

    private static V1Alpha1ConnectionRow Documented(DocumentedRow row)
    {
        var (protocol, text) = ProtocolOf(row);
        return new V1Alpha1ConnectionRow
        {
            Id = row.Id,
            From = NameOf(row.Source),
            To = NameOf(row.Destination),
            Protocol = protocol?.Word(),
            ProtocolText = text,
            Ports = OrNull(row.Ports),
            PortRanges = OrNull<V1Alpha1PortRange>([.. row.PortRanges.Select(r => new V1Alpha1PortRange { From = r.From, To = r.To })]),
            PortMatch = row.PortAlternatives ? nameof(PortMatch.Any) : null,
            PortProtocols = OrNull<V1Alpha1PortProtocol>(
            [
                .. row.PerPort.Select(f => (f.Port, Protocol: ProtocolOf(f))).Where(f => f.Protocol is not null && row.Ports.Count > 1)
                    .Select(f => new V1Alpha1PortProtocol { Port = f.Port, Protocol = f.Protocol!.Value.Word() }),
            ]),
            Expect = row.ExpectBlocked ? "Blocked" : null,
            Classification = row.Classification,
            Data = row.Description,
            Reference = row.ReferencesDocument is null && row.ReferencesRows.Count == 0
                ? null
                : new V1Alpha1DocumentReference { Document = row.ReferencesDocument ?? "not named", Rows = OrNull(row.ReferencesRows) },
            Line = row.Line,
        };
    }

    private static IReadOnlyList<T>? OrNull<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    public static string? NameOf(string? party) => party is null ? null : CellText.WithoutFootnoteMark(party);

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

    private static V1Alpha1ConnectionRow Complete(DocumentedRow row, V1Alpha1ConnectionRow documented, RowCompletion completion, string? file, ICollection<DocumentIssue> issues)
    {
        // a destination that was read from prose was to be confirmed anyway
        Compare("from", documented.From, completion.From);
        if (row.DestinationOrigin == DestinationOrigin.Column)
            Compare("to", documented.To, completion.To);
        Compare("protocol", documented.Protocol, completion.Protocol?.Word());
        if (completion.Ports is { } ports && (row.Ports.Count > 0 || row.PortRanges.Count > 0))
            Compare("ports", Listing(row.Ports, row.PortRanges), Listing(ports, []));
        Compare("expect", documented.Expect, completion.Expect);
        if (completion.PortMatch is { } match && row.Ports.Count > 1)
            Compare("portMatch", documented.PortMatch ?? nameof(PortMatch.All), match.ToString());

        var isComplete = completion is { Ports.Count: > 0, Protocol: not null };
        return documented with
        {
            From = completion.From ?? documented.From,
            To = completion.To ?? documented.To,
            Protocol = completion.Protocol?.Word() ?? documented.Protocol,
            Ports = completion.Ports ?? documented.Ports,
            PortRanges = completion.Ports is null ? documented.PortRanges : null,
            PortMatch = completion.PortMatch switch
            {
                PortMatch.Any => nameof(PortMatch.Any),
                PortMatch.All => null,
                _ => documented.PortMatch,
            },
            PortProtocols = completion.PortProtocols ?? (completion.Ports is null ? documented.PortProtocols : null),
            Expect = completion.Expect ?? documented.Expect,
            Http = completion.Http,
            Reference = isComplete ? null : documented.Reference,
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

using Plumbline.Import.Rows;

namespace Plumbline.Import.Judging;

/// <summary>Cells to facts: the rules in their order, each of which may rely on the ones before it.</summary>
internal static class RowReader
{
    private static readonly Action<RowDraft>[] Rules =
    [
        CellRules.CarryOverLayoutNotes,
        CellRules.ReadDescription,
        CellRules.ReadClassification,
        CellRules.ReadProtocolAndPort,
        CellRules.RecogniseReference,
        PartyRules.ReadParties,
        PartyRules.TakePortFromDestination,
        PortRules.TakeProtocolFromPorts,
        PortRules.TellAlternativesFromLists,
        PortRules.ReportProtocol,
        PortRules.ReportPorts,
        PortRules.CompareProtocolWithPorts,
        PortRules.FindConfigurablePorts,
        PlaceRules.ReadPlaces,
        PartyRules.FindPartyElsewhere,
        PartyRules.ReportMissingParties,
        PartyRules.ReportFootnotes,
        PartyRules.ReportSeveralParties,
        StateRules.ReadAction,
        StateRules.ReadProhibition,
        StateRules.ReadStatus,
        StateRules.FindStateInText,
        UnreadColumns.Report,
        SourceRules.RecogniseOutsideCaller,
        SourceRules.RecogniseNode,
        SourceRules.RecogniseService,
        SourceRules.RecogniseJob,
        SourceRules.RecogniseInitContainer,
        DoubtRules.CompareClassification,
        DoubtRules.ReportVagueNames,
        ProbeRules.CollectReasons,
    ];

    public static DocumentedRow Read(LaidOutRow laid, string id, int ordinal, DocumentContext context)
    {
        var draft = new RowDraft(laid, id, ordinal, context);
        if (laid.Unreadable)
        {
            CellRules.ReadUnreadable(draft);
        }
        else
        {
            foreach (var rule in Rules)
                rule(draft);
        }

        return ToRow(draft);
    }

    private static DocumentedRow ToRow(RowDraft draft)
    {
        var laid = draft.Laid;
        var port = draft.Port;
        var plain = port.Ports is [var only] && port.Text == $"{only}";
        var (probe, origin) = ProbeRules.Decide(draft);
        return new DocumentedRow
        {
            Id = draft.Id,
            Number = laid.Number,
            Ordinal = draft.Ordinal,
            Line = laid.Lines.Min,
            Lines = [.. laid.Lines],
            Source = draft.Source,
            Destination = draft.Destination,
            DestinationOrigin = draft.Origin,
            Protocol = draft.Protocol.Text,
            Ports = port.Ports,
            PortRanges = port.Ranges,
            PortAlternatives = draft.Alternatives,
            PerPort = draft.HasPerPort ? [.. port.Ports.Where(draft.PerPort.ContainsKey).Select(p => draft.PerPort[p])] : [],
            PortText = port.IsEmpty || plain ? null : port.Text,
            Transport = draft.IsLogical ? Transport.Logical : draft.Protocol.Transport,
            ApplicationProtocol = draft.Mismatch ? null : draft.Protocol.Application,
            Scheme = draft.Mismatch ? null : draft.Protocol.Scheme,
            Classification = draft.Classification,
            Description = draft.Description,
            ReferencesRows = draft.ReferencesRows,
            ReferencesDocument = draft.ReferencesDocument,
            Sources = draft.Sources,
            Destinations = draft.Destinations,
            BothDirections = draft.BothDirections,
            ExpectBlocked = draft.ExpectBlocked,
            Live = !draft.NotLive,
            Verifiable = draft.IsVerifiable,
            UnverifiableReason = draft.IsVerifiable ? null : string.Join("; ", draft.Reasons),
            Probe = probe,
            ProbeFrom = origin,
            SourceOutsideCluster = draft.SourceOutsideCluster,
            Places = draft.Places,
            Warnings = draft.Issues,
        };
    }
}

using Plumbline.Core.Connections;

namespace Plumbline.Import.Mapping;

/// <summary>Which of a row's open questions its completion answers.</summary>
internal static class CompletedIssues
{
    public static bool Answers(RowCompletion completion, DocumentIssueCode code) => code switch
    {
        DocumentIssueCode.DestinationMissing or DocumentIssueCode.DestinationFromDescription or DocumentIssueCode.DestinationFromHeading or DocumentIssueCode.DirectionDoubtful
            or DocumentIssueCode.NameVague or DocumentIssueCode.ClassificationDoubtful => completion.To is not null,
        DocumentIssueCode.SourceMissing or DocumentIssueCode.SourceFromHeading => completion.From is not null,
        DocumentIssueCode.DirectionMissing or DocumentIssueCode.Bidirectional => completion is { From: not null, To: not null },
        DocumentIssueCode.MultiParty => completion.From is not null || completion.To is not null,
        DocumentIssueCode.ActionUnknown or DocumentIssueCode.RuleDenies => completion.Expect is not null,
        DocumentIssueCode.SplitGuessed or DocumentIssueCode.SplitFailed => completion is { From: not null, To: not null },
        DocumentIssueCode.ProtocolMissing or DocumentIssueCode.ProtocolUnknown or DocumentIssueCode.ProtocolAmbiguous or DocumentIssueCode.ProtocolPortMismatch
            or DocumentIssueCode.TransportNotStated => completion.Protocol is not null || completion.PortProtocols is not null,
        DocumentIssueCode.MultiPort or DocumentIssueCode.PortAlternatives => completion.Ports is not null || completion.PortMatch is not null || completion.PortProtocols is not null,
        DocumentIssueCode.PortMissing or DocumentIssueCode.PortNotStated or DocumentIssueCode.PortUnreadable or DocumentIssueCode.PortOutOfRange or DocumentIssueCode.PortRange
            or DocumentIssueCode.PortColumnsDiffer or DocumentIssueCode.PortMapping or DocumentIssueCode.PortThousands
            or DocumentIssueCode.PortDecorated or DocumentIssueCode.PortConfigurable or DocumentIssueCode.RefersToOtherDocument => completion.Ports is not null,
        _ => false,
    };
}

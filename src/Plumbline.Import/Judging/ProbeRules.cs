using Plumbline.Core.Connections;

namespace Plumbline.Import.Judging;

/// <summary>Whether and how a row can be verified.</summary>
internal static class ProbeRules
{
    public static void CollectReasons(RowDraft row)
    {
        if (row.IsReference)
        {
            row.Reasons.Add(UnverifiableReasons.RefersToOtherDocument);
            return;
        }

        if (row.IsLogical)
        {
            row.Reasons.Add(UnverifiableReasons.LogicalConnectionOnly);
            return;
        }

        Add(row.Issues.Any(i => i.Code == DocumentIssueCode.TruncatedRow), UnverifiableReasons.TruncatedRow);
        Add(row.Source is null, UnverifiableReasons.SourceMissing);
        Add(row.Destination is null, UnverifiableReasons.DestinationMissing);
        Add(row.Protocol.Text is null, UnverifiableReasons.ProtocolMissing);
        Add(row.Protocol.Text is not null && row.Protocol.Transport == Transport.NotStated, UnverifiableReasons.TransportNotStated);
        Add(row.Protocol.Transport == Transport.Udp && !IsDns(row), UnverifiableReasons.Udp);
        Add(!row.Port.HasPorts, UnverifiableReasons.PortMissing);
        Add(row.Port is { Ports.Count: 0, Ranges.Count: > 0 }, UnverifiableReasons.PortRange);
        Add(row.SourceOutsideCluster, UnverifiableReasons.SourceOutsideCluster);
        Add(row.NotLive, UnverifiableReasons.NotLive);

        void Add(bool holds, string reason)
        {
            if (holds)
                row.Reasons.Add(reason);
        }
    }

    public static (ProbeKind Probe, ProbeOrigin From) Decide(RowDraft row)
    {
        if (!row.IsVerifiable)
            return (ProbeKind.None, ProbeOrigin.None);
        if (row.SourceIsService)
            return (ProbeKind.ServiceEndpoints, ProbeOrigin.Service);

        var probe = row switch
        {
            { Protocol.Transport: Transport.Udp } => ProbeKind.Dns,
            { Mismatch: true, Port.Ports.Count: > 1 } => ProbeKind.PerPort,
            { Mismatch: true } => row.PerPort.Values.First().Probe ?? ProbeKind.Tcp,
            { Protocol.Scheme: not null } => ProbeKind.Http,
            { Protocol.Application: "tls" } => ProbeKind.Tls,
            _ => ProbeKind.Tcp,
        };
        return (probe, row.SourceIsNode ? ProbeOrigin.Node : ProbeOrigin.SourcePod);
    }

    /// <summary>The one use of UDP that owes an answer.</summary>
    private static bool IsDns(RowDraft row) => row.Port.Ports.Count > 0 && row.Port.Ports.All(p => p == DocumentedPort.Dns);
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Core.Resolution;

/// <summary>
/// A documented connection, the Components and the cluster → the pairs to verify, or why there are none. The row's own gaps come
/// first, then its parties, then the cluster: the first obstacle is the one that a human has to remove first.
/// </summary>
public static class ConnectionResolver
{
    /// <param name="places">Keeps what rows have in common; a new one for each when null.</param>
    public static ConnectionResolution Resolve(DocumentedConnection connection, IComponents components, IClusterFacts cluster, Places? places = null)
    {
        places ??= new Places();
        var to = PartyResolver.Look(components, connection.Key.Namespace, connection.To, connection.ToComponent, "destination");
        if (ByNature(connection, to) is { } unprobeable)
        {
            return unprobeable;
        }

        var from = PartyResolver.Look(components, connection.Key.Namespace, connection.From, connection.FromComponent, "source");
        var sources = from is PartyLookup.Bound { Members: var callers } ? SourceResolver.Resolve(callers, cluster, places) : null;
        if (sources is Sources.None { Reason: var reason } outside && reason == Reasons.OutsideCluster)
        {
            return new ConnectionResolution.Unresolved(outside.Reason, outside.Explanation);
        }

        if ((from as PartyLookup.Failed ?? to as PartyLookup.Failed) is { } failed)
        {
            return new ConnectionResolution.Unresolved(failed.Reason, failed.Explanation);
        }

        if (Incomplete(connection) is { } incomplete)
        {
            return incomplete;
        }

        if (connection.Ports.FirstOrDefault(p => IsSilent(p, to)) is { } silent)
        {
            return new ConnectionResolution.Unresolved(Reasons.UnsupportedProtocol, $"port {silent.Port} is {silent.Protocol}, which cannot be verified by connecting{DnsOnly(silent)}; give it a row of its own");
        }

        return Pair(connection, sources!, ((PartyLookup.Bound)to).Members, cluster);
    }

    /// <summary>Rows that no Component and no cluster can make verifiable.</summary>
    private static ConnectionResolution.Unresolved? ByNature(DocumentedConnection c, PartyLookup to) => c switch
    {
        { Suspended: true } => new(Reasons.Suspended, "suspended: it is not probed (spec.suspend)"),
        { Reference: { } r } => new(Reasons.DocumentedElsewhere, $"the row refers to {(r.Rows.IsEmpty ? "connections" : $"connections {string.Join(", ", r.Rows)}")} of the document '{r.Document}'; import that document for them"),
        { Protocol: ConnectionProtocol.Logical } => new(Reasons.LogicalConnection, "a logical connection: no pod opens it and there is no port to probe"),
        { Protocol: ConnectionProtocol.Udp } when c.Ports.All(p => IsSilent(p, to)) =>
            new(Reasons.UnsupportedProtocol, "UDP: a missing answer proves nothing, so the row is not probed; only DNS (port 53) owes an answer"),
        { Protocol: null, ProtocolText: { } text } =>
            new(Reasons.UnsupportedProtocol, $"the protocol '{text}' cannot be verified by connecting; if it runs over TCP, or is DNS over UDP, say so (a completion for this row with 'protocol:')"),
        _ => null,
    };

    private static ConnectionResolution.Unresolved? Incomplete(DocumentedConnection c)
    {
        if (c.Protocol is null)
        {
            return new(Reasons.RowIncomplete, "the row names no protocol; complete it (a completion for this row with 'protocol:')");
        }

        if (c.Ports.IsEmpty)
        {
            return c.HasPortRanges
                ? new(Reasons.UnsupportedProtocol, "the row gives a range of ports only; a human has to name the ports to verify (a completion with 'ports:')")
                : new(Reasons.RowIncomplete, "the row names no port; complete it (a completion for this row with 'ports:')");
        }

        return null;
    }

    /// <summary>Nothing on the port owes an answer. A port override may lead a documented port to DNS, or away from it.</summary>
    private static bool IsSilent(DocumentedPort port, PartyLookup to) => port.Protocol switch
    {
        ConnectionProtocol.Udp => to is PartyLookup.Bound { Members: var members }
            ? members.Any(m => m.ActualPort(port.Port) != DocumentedPort.Dns)
            : port.Port != DocumentedPort.Dns,
        ConnectionProtocol.Logical => true,
        ConnectionProtocol.Tcp or ConnectionProtocol.Tls or ConnectionProtocol.Http or ConnectionProtocol.Https => false,
    };

    private static string DnsOnly(DocumentedPort port) => port.Protocol == ConnectionProtocol.Udp ? " (only DNS, port 53, owes an answer)" : " (portProtocols)";

    private static ConnectionResolution Pair(DocumentedConnection connection, Sources sources, IReadOnlyList<Component> destinations, IClusterFacts cluster)
    {
        if (sources is Sources.None { Reason.Status: VerifiedStatus.False } missing)
        {
            return new ConnectionResolution.Unresolved(missing.Reason, missing.Explanation);
        }

        var targets = DestinationResolver.Resolve(destinations, connection.Ports, cluster);
        if (targets.Missing is not null)
        {
            return targets.Missing;
        }

        return sources switch
        {
            Sources.None none => new ConnectionResolution.Unresolved(none.Reason, none.Explanation),
            Sources.Pods pods => new ConnectionResolution.Resolved(PairSpace.Grid(pods.Places, targets.All), targets.Facts),
            Sources.NodeOfTarget same => FromNodes(same, targets, cluster),
            _ => throw new InvalidOperationException($"unknown sources {sources}"),
        };
    }

    private static ConnectionResolution FromNodes(Sources.NodeOfTarget same, Targets targets, IClusterFacts cluster)
    {
        // The Service's own name is left out: a Service as a source is verified by what it leads to.
        ImmutableArray<ProbePair> pairs =
        [
            .. targets.All
                .Where(t => t.Pod?.Node is not null && (same.Service is null ? t.Kind is TargetKind.Endpoint or TargetKind.Pod : t.Kind == TargetKind.Endpoint && t.Service == same.Service))
                .DistinctBy(t => (t.Host, t.Port, t.DocumentedPort))
                .Select(t => new ProbePair(SourceResolver.OfNode(t.Pod!.Node!, cluster), t))
                .Where(p => PairSpace.CanMeet(p.Source, p.Target)),
        ];
        if (pairs.IsEmpty)
        {
            return targets.Facts.FirstOrDefault(f => f.Reason == Reasons.NoReadyEndpoints) is { } fact
                ? new ConnectionResolution.Unresolved(fact.Reason, fact.Explanation)
                : targets.Facts.FirstOrDefault() is { } other
                    ? new ConnectionResolution.Unresolved(other.Reason, other.Explanation)
                    : new ConnectionResolution.Unresolved(Reasons.NoReadyEndpoints, "the destination has no ready pod to probe from its node");
        }

        return new ConnectionResolution.Resolved(PairSpace.Listed(pairs), targets.Facts);
    }
}

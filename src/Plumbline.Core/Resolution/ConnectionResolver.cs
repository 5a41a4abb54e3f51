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
        if (ByNature(connection) is { } unprobeable)
        {
            return unprobeable;
        }

        var from = PartyResolver.Look(components, connection.Key.Namespace, connection.From, connection.FromComponent, "source");
        var sources = from is PartyLookup.Bound { Members: var callers } ? SourceResolver.Resolve(callers, cluster, places) : null;
        if (sources is Sources.None { Reason: var reason } outside && (reason == Reasons.OutsideCluster || reason == Reasons.NodeUnsupported))
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

        if (connection.Ports.FirstOrDefault(p => p.Protocol == ConnectionProtocol.Logical) is { } logical)
        {
            return new ConnectionResolution.Unresolved(Reasons.UnsupportedProtocol, $"port {logical.Port} is Logical, which cannot be verified by connecting (portProtocols); give it a row of its own");
        }

        return Pair(connection, sources!, ((PartyLookup.Bound)to).Members, cluster);
    }

    /// <summary>Rows that no Component and no cluster can make verifiable.</summary>
    private static ConnectionResolution.Unresolved? ByNature(DocumentedConnection c) => c switch
    {
        { Suspended: true } => new(Reasons.Suspended, "suspended: it is not probed (spec.suspend)"),
        { Reference: { } r } => new(Reasons.DocumentedElsewhere, $"the row refers to {(r.Rows.IsEmpty ? "connections" : $"connections {string.Join(", ", r.Rows)}")} of the document '{r.Document}'; import that document for them"),
        { Protocol: ConnectionProtocol.Logical } => new(Reasons.LogicalConnection, "a logical connection: no pod opens it and there is no port to probe"),
        { Protocol: null, ProtocolText: { } text } =>
            new(Reasons.UnsupportedProtocol, $"the protocol '{text}' cannot be verified by connecting; if it runs over TCP or UDP, say so (a completion for this row with 'protocol:')"),
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
            return new(Reasons.RowIncomplete, "the row names no port; complete it (a completion for this row with 'ports:')");
        }

        return null;
    }

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

        var met = Meet(sources, targets, cluster);
        return met is ConnectionResolution.Resolved resolved
            ? resolved with
            {
                Destination = [.. destinations],
                Ways = [.. targets.All.Where(t => t is { Kind: TargetKind.Service, IsMissing: false, Service: not null }).Select(t => (t.Service!.Value, t.DocumentedPort))],
            }
            : met;
    }

    private static ConnectionResolution Meet(Sources sources, Targets targets, IClusterFacts cluster) => sources switch
    {
        Sources.None none => new ConnectionResolution.Unresolved(none.Reason, none.Explanation),
        Sources.Pods pods when WithoutDns(pods, targets, cluster) is { } unknown => unknown,
        Sources.Pods pods => new ConnectionResolution.Resolved(PairSpace.Grid(pods.Places, targets.All), targets.Facts)
        {
            LeftOut = pods.LeftOut.IsEmpty ? null : Unprobeable.Describe(pods.LeftOut),
        },
        Sources.NodeOfTarget same => FromNodes(same, targets, cluster),
        _ => throw new InvalidOperationException($"unknown sources {sources}"),
    };

    /// <summary>
    /// Where cluster DNS is not found, nobody knows what a name means to a pod: the node's own resolver would give an answer, but another one.
    /// </summary>
    private static ConnectionResolution.Unresolved? WithoutDns(Sources.Pods pods, Targets targets, IClusterFacts cluster) =>
        targets.All.FirstOrDefault(t => t.IsByName) is { } named && pods.Places.FirstOrDefault(p => p.Pod is { } pod && cluster.Dns.IsMissingFor(pod)) is { } place
            ? new(Reasons.ClusterDnsUnknown, $"no Service of the cluster looks like its DNS, so what {named.Display} means to {place.Display} is not known; say where it is with --cluster-dns")
            : null;

    private static ConnectionResolution FromNodes(Sources.NodeOfTarget same, Targets targets, IClusterFacts cluster)
    {
        // The Service's own name is left out: a Service as a source is verified by what it leads to.
        var all = targets.All
            .Where(t => t.Pod?.Node is not null && (same.Service is null ? t.Kind is TargetKind.Endpoint or TargetKind.Pod : t.Kind == TargetKind.Endpoint && t.Service == same.Service))
            .DistinctBy(t => (t.Host, t.Port, t.DocumentedPort))
            .ToLookup(t => cluster.Node(t.Pod!.Node!)?.Obstacle is null);
        ImmutableArray<ProbePair> pairs =
            [.. all[true].Select(t => new ProbePair(SourceResolver.OfNode(t.Pod!.Node!, cluster), t)).Where(p => PairSpace.CanMeet(p.Source, p.Target))];
        ImmutableArray<Unprobeable> leftOut = [.. all[false].Select(t => new Unprobeable($"node {t.Pod!.Node}", t.Pod.Node!, cluster.Node(t.Pod.Node!)!.Obstacle!)).Distinct()];
        if (pairs.IsEmpty && leftOut.Length > 0)
        {
            return new ConnectionResolution.Unresolved(Reasons.NodeUnsupported, Unprobeable.Describe(leftOut));
        }

        if (pairs.IsEmpty)
        {
            return targets.Facts.FirstOrDefault(f => f.Reason == Reasons.NoReadyEndpoints) is { } fact
                ? new ConnectionResolution.Unresolved(fact.Reason, fact.Explanation)
                : targets.Facts.FirstOrDefault() is { } other
                    ? new ConnectionResolution.Unresolved(other.Reason, other.Explanation)
                    : new ConnectionResolution.Unresolved(Reasons.NoReadyEndpoints, "the destination has no ready pod to probe from its node");
        }

        return new ConnectionResolution.Resolved(PairSpace.Listed(pairs), targets.Facts) { LeftOut = leftOut.IsEmpty ? null : Unprobeable.Describe(leftOut) };
    }
}

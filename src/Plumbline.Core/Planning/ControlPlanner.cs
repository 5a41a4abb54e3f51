using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Planning;

/// <summary>
/// Controls for rows that expect <see cref="Expectation.Blocked"/>: the source connects to something (cluster DNS), and the target
/// answers somebody (its own node; for hosts outside, the source's). Without both, silence proves nothing. Both go over the transport of the row: an open TCP port 53
/// tells nothing of UDP.
/// </summary>
public static class ControlPlanner
{
    public static ImmutableArray<PlannedPair> Plan(DocumentedConnection connection, ImmutableArray<PlannedPair> probes, IClusterFacts cluster)
    {
        if (connection.Expect != Expectation.Blocked)
        {
            return [];
        }

        var bySource = probes.Select(p => (p.Pair.Source, Protocol: Transport(p.Pair.Target))).DistinctBy(s => (s.Source.Node, s.Source.Probe.Id, s.Protocol))
            .SelectMany(s => cluster.Dns.Servers.Where(server => s.Source.Families.CanReach(server)).Take(1).Select(server => Control(connection, s.Source, Dns(server, s.Protocol))));
        var byTarget = probes.Select(p => p.Pair).DistinctBy(p => (p.Target.Host, p.Target.Port, Transport(p.Target)))
            .Select(p => (p.Target, Node: WitnessOf(p))).Where(t => t.Node is not null && cluster.Node(t.Node)?.Obstacle is null)
            // The Service stays named: an endpoint that answers is what shows that its Service would.
            .Select(t => Control(connection, SourceResolver.OfNode(t.Node!, cluster), t.Target with { Protocol = Transport(t.Target), Steady = true }));
        return [.. bySource, .. byTarget];
    }

    /// <summary>
    /// The node that is to show that the target answers: a pod's own, which policies always let through. For what is outside the cluster it is the
    /// source's, since policies bind pods and not nodes.
    /// </summary>
    private static string? WitnessOf(ProbePair pair) => pair.Target.Pod?.Node ?? (pair.Target.Kind == TargetKind.External && pair.Source.Probe.Vantage == VantageKind.Pod ? pair.Source.Node : null);

    private static ConnectionProtocol Transport(PairTarget target) => target.Protocol == ConnectionProtocol.Udp ? ConnectionProtocol.Udp : ConnectionProtocol.Tcp;

    private static PairTarget Dns(string server, ConnectionProtocol protocol) =>
        new(TargetKind.Service, server, DocumentedPort.Dns, DocumentedPort.Dns, protocol, true, null, null) { IsDns = true };

    private static PlannedPair Control(DocumentedConnection connection, PairSource source, PairTarget target) => ProbePlanner.Probe(connection, new ProbePair(source, target));
}

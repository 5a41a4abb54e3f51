using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Planning;

/// <summary>
/// Controls for rows that expect <see cref="Expectation.Blocked"/>: the source connects to something (cluster DNS), and the target
/// answers somebody (its own node). Without both, silence proves nothing. Both go over the transport of the row: an open TCP port 53
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
        var byTarget = probes.Select(p => p.Pair.Target).Where(t => t.Pod?.Node is not null).DistinctBy(t => (t.Host, t.Port, Transport(t)))
            // The Service stays named: an endpoint that answers is what shows that its Service would.
            .Select(t => Control(connection, SourceResolver.OfNode(t.Pod!.Node!, cluster), t with { Protocol = Transport(t), Steady = true }));
        return [.. bySource, .. byTarget];
    }

    private static ConnectionProtocol Transport(PairTarget target) => target.Protocol == ConnectionProtocol.Udp ? ConnectionProtocol.Udp : ConnectionProtocol.Tcp;

    private static PairTarget Dns(string server, ConnectionProtocol protocol) =>
        new(TargetKind.Service, server, DocumentedPort.Dns, DocumentedPort.Dns, protocol, true, null, null);

    private static PlannedPair Control(DocumentedConnection connection, PairSource source, PairTarget target) => ProbePlanner.Probe(connection, new ProbePair(source, target));
}

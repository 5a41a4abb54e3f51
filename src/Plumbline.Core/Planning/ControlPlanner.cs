using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;

namespace Plumbline.Core.Planning;

/// <summary>
/// Controls for rows that expect <see cref="Expectation.Blocked"/>: the source connects to something (cluster DNS), and the target
/// answers somebody (its own node). Without both, silence proves nothing.
/// </summary>
public static class ControlPlanner
{
    private const int DnsPort = 53;

    public static ImmutableArray<PairProbe> Plan(DocumentedConnection connection, ImmutableArray<PairProbe> probes, ClusterSnapshot cluster)
    {
        if (connection.Expect != Expectation.Blocked)
        {
            return [];
        }

        var bySource = probes.Select(p => p.Pair.Source).DistinctBy(s => (s.Node, s.Probe.Id))
            .SelectMany(s => cluster.Dns.Servers.Take(1).Select(server => Control(connection, s, Dns(server))));
        var byTarget = probes.Select(p => p.Pair.Target).Where(t => t.Pod?.Node is not null).DistinctBy(t => (t.Host, t.Port))
            // The Service stays named: an endpoint that answers is what shows that its Service would.
            .Select(t => Control(connection, SourceResolver.OfNode(t.Pod!.Node!), t with { Protocol = ConnectionProtocol.Tcp, Steady = true }));
        return [.. bySource, .. byTarget];
    }

    private static PairTarget Dns(string server) =>
        new(TargetKind.Service, server, DnsPort, DnsPort, ConnectionProtocol.Tcp, HostAndPort.Format(server, DnsPort), true, null, null);

    private static PairProbe Control(DocumentedConnection connection, PairSource source, PairTarget target) =>
        new(new ProbePair(source, target), ProbePlanner.Create(source, target.Host, target.Port, ProbeProtocol.Tcp, null, connection.Settings));
}

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
            .SelectMany(s => cluster.Dns.Servers.Take(1).Select(server => Control(connection, s, Target(TargetKind.Service, server, DnsPort, null))));
        var byTarget = probes.Select(p => p.Pair.Target).Where(t => t.Pod?.Node is not null).DistinctBy(t => (t.Host, t.Port))
            .Select(t => Control(connection, SourceResolver.OfNode(t.Pod!.Node!), Target(t.Kind, t.Host, t.Port, t.Pod)));
        return [.. bySource, .. byTarget];
    }

    private static PairTarget Target(TargetKind kind, string host, int port, PodFacts? pod) =>
        new(kind, host, port, port, ConnectionProtocol.Tcp, HostAndPort.Format(host, port), true, null, pod);

    private static PairProbe Control(DocumentedConnection connection, PairSource source, PairTarget target) =>
        new(new ProbePair(source, target), ProbePlanner.Create(source, target.Host, target.Port, ProbeProtocol.Tcp, null, connection.Settings));
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Planning;

/// <summary>A pod that does not answer on a port. Its sockets tell whether that is its fault or the path's.</summary>
public readonly record struct Suspect(string PodUid, string Host, int Port)
{
    /// <summary>Null for what is no pod, or not reached over TCP.</summary>
    public static Suspect? Of(PairTarget target) =>
        target is { Pod: { Node: not null } pod, Proxy: null, Protocol: not (ConnectionProtocol.Udp or ConnectionProtocol.Logical), IsByName: false } ? new Suspect(pod.Uid, target.Host, target.Port) : null;
}

/// <summary>The far end: while pairs fail, the agent on the destination's node looks whether the pod listens.</summary>
public static class ListenerPlanner
{
    public static ImmutableArray<PlannedPair> Plan(DocumentedConnection connection, ImmutableArray<PlannedPair> probes, ImmutableArray<Suspect> suspects, IClusterFacts cluster, Places places) => suspects.IsEmpty
        ? []
        :
        [
            .. probes.Select(p => p.Pair.Target).Where(t => Suspect.Of(t) is { } suspect && suspects.Contains(suspect)).DistinctBy(Suspect.Of)
                .Where(t => cluster.Node(t.Pod!.Node!)?.Obstacle is null)
                .Select(t => ProbePlanner.Listeners(connection, new ProbePair(SourceResolver.PlaceOf(t.Pod!, cluster, places), t with { Steady = true }))),
        ];
}

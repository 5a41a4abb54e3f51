using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Resolution;

/// <summary>Where a row's probes can start.</summary>
public abstract record Sources
{
    private Sources()
    {
    }

    /// <summary>Each source is paired with every target.</summary>
    /// <param name="LeftOut">Those on nodes that can have no agent.</param>
    public sealed record Pods(ImmutableArray<PairSource> Places, ImmutableArray<Unprobeable> LeftOut) : Sources;

    /// <summary>Each target is probed from the node of its own pod: the kubelet's view, and the way a Service reaches its endpoints.</summary>
    /// <param name="Service">When set, only this Service's endpoints are targets.</param>
    public sealed record NodeOfTarget(NamespacedName? Service) : Sources;

    public sealed record None(Reason Reason, string Explanation) : Sources;
}

/// <summary>A source that runs where no agent ever can.</summary>
/// <param name="Obstacle">See <see cref="NodeFacts.Obstacle"/>.</param>
public readonly record struct Unprobeable(string Display, string Node, string Obstacle)
{
    private const int Most = 3;

    /// <summary>As a clause: who is left out, and why.</summary>
    public static string Describe(ImmutableArray<Unprobeable> all)
    {
        var nodes = all.Select(u => (u.Node, u.Obstacle)).Distinct().ToList();
        var named = string.Join(", ", nodes.Take(Most).Select(n => $"{n.Node} is {n.Obstacle}")) + (nodes.Count > Most ? $" and {nodes.Count - Most} nodes more" : "");
        return $"{(all.Length == 1 ? all[0].Display : $"{all.Length} sources ({all[0].Display} …)")} cannot be probed, since no agent can run there: {named}";
    }
}

/// <summary>Source Components → places where probes start.</summary>
public static class SourceResolver
{
    public static Sources Resolve(IReadOnlyList<Component> members, IClusterFacts cluster, Places places)
    {
        var found = ImmutableArray.CreateBuilder<PairSource>();
        var leftOut = ImmutableArray.CreateBuilder<Unprobeable>();
        Sources.None? none = null;
        foreach (var member in members)
        {
            switch (Of(member, cluster, places))
            {
                case Sources.Pods pods:
                    found.AddRange(pods.Places);
                    leftOut.AddRange(pods.LeftOut);
                    break;
                case Sources.NodeOfTarget same when members.Count == 1:
                    return same;
                case Sources.NodeOfTarget:
                    return new Sources.None(Reasons.ComponentInvalid, $"Component '{member.Key.Name}' (a Service, or nodes with scope SameNode) cannot be a member of a group that is a source");
                case Sources.None missing:
                    // A member that does not exist is drift even when the other members run: the document says that it calls.
                    if (none is null || missing.Reason.Status == VerifiedStatus.False)
                    {
                        none = missing;
                    }

                    break;
            }
        }

        if (none?.Reason.Status == VerifiedStatus.False)
        {
            return none;
        }

        ImmutableArray<Unprobeable> unprobeable = [.. leftOut.Distinct()];
        return found.Count > 0 ? new Sources.Pods([.. found.DistinctBy(p => (p.Node, p.Probe.Id))], unprobeable)
            : unprobeable.IsEmpty ? none ?? new Sources.None(Reasons.SourceNotRunning, "no source pod is running")
            : new Sources.None(Reasons.NodeUnsupported, Unprobeable.Describe(unprobeable));
    }

    /// <summary>A place on the node itself.</summary>
    public static PairSource OfNode(string node, IClusterFacts cluster) => new(
        node,
        new ProbeSource { Id = ProbeSource.NodeId, Vantage = VantageKind.Node },
        $"node {node}",
        true,
        null)
    {
        Families = cluster.Node(node) is { } facts ? IpFamily.Of(facts.Addresses) : IpFamilies.Unknown,
    };

    /// <summary>A place in the pod, the same for whoever asks.</summary>
    public static PairSource PlaceOf(PodFacts pod, IClusterFacts cluster, Places places) => places.Of(pod, cluster.DnsOf(pod), OfPod);

    private static Sources Of(Component component, IClusterFacts cluster, Places places) => component.Binding switch
    {
        Binding.Workload w => OfWorkload(w.Key, cluster, places),
        Binding.Pods p => OfPods(cluster.PodsMatching(p.Namespace, p.Selector), cluster, places, $"no pod in namespace {p.Namespace} matches {p.Selector}"),
        Binding.Service s => cluster.Service(s.Key) is not null
            ? new Sources.NodeOfTarget(s.Key)
            : new Sources.None(Reasons.SourceMissing, $"Service {s.Key} (Component '{component.Key.Name}') does not exist"),
        Binding.Nodes { SameNode: true } => new Sources.NodeOfTarget(null),
        Binding.Nodes n => OfNodes(n, cluster),
        Binding.External => new Sources.None(Reasons.OutsideCluster, $"the source '{component.Names.FirstOrDefault() ?? component.Key.Name}' is outside the cluster (spec.external): no probe can start there"),
        Binding.Outside => new Sources.None(Reasons.OutsideCluster, $"the source '{component.Names.FirstOrDefault() ?? component.Key.Name}' is outside the cluster: no probe can start there"),
        Binding.Group or Binding.None or Binding.Invalid => throw new InvalidOperationException("parties are flattened and bound before their places are looked up"),
        _ => throw new InvalidOperationException($"unknown binding {component.Binding}"),
    };

    private static Sources OfWorkload(WorkloadKey key, IClusterFacts cluster, Places places)
    {
        var pods = cluster.PodsOf(key);
        if (key.Kind == WorkloadKind.Other && pods.Count == 0)
        {
            return new Sources.None(Reasons.SourceNotRunning, Unwatched(key));
        }

        if (!cluster.HasWorkload(key) && pods.Count == 0)
        {
            return new Sources.None(Reasons.SourceMissing, $"{key} does not exist");
        }

        return OfPods(pods, cluster, places, $"{key} has no running pod");
    }

    /// <summary>Whether a workload of a kind that is not watched exists shows by its pods only.</summary>
    public static string Unwatched(WorkloadKey key) => $"no running pod belongs to {key}; workloads of this kind are known by their pods only, so it may also be misspelt";

    private static Sources OfPods(IEnumerable<PodFacts> pods, IClusterFacts cluster, Places places, string whenNone)
    {
        var found = ImmutableArray.CreateBuilder<PairSource>();
        var leftOut = ImmutableArray.CreateBuilder<Unprobeable>();
        foreach (var pod in pods.Where(p => p.CanBeSource))
        {
            if (cluster.Node(pod.Node!)?.Obstacle is { } obstacle)
            {
                leftOut.Add(new Unprobeable(pod.Key.ToString(), pod.Node!, obstacle));
            }
            else
            {
                found.Add(PlaceOf(pod, cluster, places));
            }
        }

        return found.Count == 0 && leftOut.Count == 0
            ? new Sources.None(Reasons.SourceNotRunning, whenNone)
            : new Sources.Pods(found.ToImmutable(), leftOut.ToImmutable());
    }

    private static Sources OfNodes(Binding.Nodes nodes, IClusterFacts cluster)
    {
        var matching = cluster.NodesMatching(nodes.Selector);
        return matching.Count == 0
            ? new Sources.None(Reasons.SourceMissing, $"no node matches {nodes.Selector}")
            : new Sources.Pods(
                [.. matching.Where(n => n.Obstacle is null).Select(n => OfNode(n.Name, cluster) with { Steady = n.Ready })],
                [.. matching.Where(n => n.Obstacle is not null).Select(n => new Unprobeable($"node {n.Name}", n.Name, n.Obstacle!))]);
    }

    private static PairSource OfPod(PodFacts pod, DnsSettings dns)
    {
        // A host-network pod has the node's network and the node's addresses, so the node's namespace is its namespace. Only where it resolves
        // names by other means than the node does, it is a source of its own.
        var isNode = pod.HostNetwork && pod.HostAliases.IsEmpty && dns.Equals(DnsSettings.Node);
        var probe = isNode
            ? new ProbeSource { Id = ProbeSource.NodeId, Vantage = VantageKind.Node }
            : new ProbeSource
            {
                Id = pod.Uid,
                Vantage = pod.HostNetwork ? VantageKind.Node : VantageKind.Pod,
                Namespace = pod.Key.Namespace,
                Name = pod.Key.Name,
                Addresses = pod.Addresses,
                Dns = dns,
                HostAliases = pod.HostAliases,
            };
        return new PairSource(pod.Node!, probe, pod.Key.ToString(), pod.Ready, pod) { Families = IpFamily.Of(pod.Addresses) };
    }
}

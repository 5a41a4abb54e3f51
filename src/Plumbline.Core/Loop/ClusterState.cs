using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Words;

namespace Plumbline.Core.Loop;

/// <summary>The cluster's facts as events tell them; hands out immutable snapshots.</summary>
public sealed class ClusterState(ImmutableArray<string> clusterDnsServers, string clusterDomain)
{
    private static readonly NamespacedName DnsService = new("kube-system", "kube-dns");

    private ImmutableSortedDictionary<NamespacedName, PodFacts> _pods = ImmutableSortedDictionary<NamespacedName, PodFacts>.Empty;
    private ImmutableSortedDictionary<NamespacedName, ServiceFacts> _services = ImmutableSortedDictionary<NamespacedName, ServiceFacts>.Empty;
    private ImmutableSortedDictionary<NamespacedName, EndpointSliceFacts> _slices = ImmutableSortedDictionary<NamespacedName, EndpointSliceFacts>.Empty;
    private ImmutableDictionary<WorkloadKey, WorkloadFacts> _workloads = ImmutableDictionary<WorkloadKey, WorkloadFacts>.Empty;
    private ImmutableSortedDictionary<string, NodeFacts> _nodes = ImmutableSortedDictionary<string, NodeFacts>.Empty;
    private ImmutableSortedDictionary<string, NamespaceFacts> _namespaces = ImmutableSortedDictionary<string, NamespaceFacts>.Empty;
    private ImmutableSortedDictionary<NamespacedName, NetworkPolicy> _policies = ImmutableSortedDictionary<NamespacedName, NetworkPolicy>.Empty;

    public bool Dirty { get; private set; } = true;

    public IEnumerable<NetworkPolicy> Policies => _policies.Values;

    /// <summary>An event that changes no field that is kept is no change: most updates of pods and nodes are of that kind.</summary>
    /// <returns>False when the event is none of the cluster's.</returns>
    public bool Handle(LoopEvent e)
    {
        Dirty |= e switch
        {
            LoopEvent.PodChanged p => Set(ref _pods, p.Key, p.Pod),
            LoopEvent.ServiceChanged s => Set(ref _services, s.Key, s.Service),
            LoopEvent.EndpointSliceChanged s => Set(ref _slices, s.Key, s.Slice),
            LoopEvent.WorkloadChanged w => Set(ref _workloads, w.Key, w.Workload),
            LoopEvent.NodeChanged n => Set(ref _nodes, n.Name, n.Node),
            LoopEvent.NamespaceChanged n => Set(ref _namespaces, n.Name, n.Namespace),
            LoopEvent.PolicyChanged p => Set(ref _policies, p.Key, p.Policy),
            _ => false,
        };
        return e is LoopEvent.PodChanged or LoopEvent.ServiceChanged or LoopEvent.EndpointSliceChanged or LoopEvent.WorkloadChanged
            or LoopEvent.NodeChanged or LoopEvent.NamespaceChanged or LoopEvent.PolicyChanged;
    }

    public ClusterSnapshot Snapshot()
    {
        Dirty = false;
        var servers = clusterDnsServers.IsEmpty && _services.TryGetValue(DnsService, out var dns) ? dns.ClusterIps : clusterDnsServers;
        return new ClusterSnapshot
        {
            Pods = _pods,
            Services = _services,
            EndpointSlices = _slices,
            Workloads = _workloads,
            Nodes = _nodes,
            Namespaces = _namespaces,
            Dns = new ClusterDns(servers, clusterDomain),
        };
    }

    /// <returns>Whether anything changed.</returns>
    private static bool Set<TKey, TValue, TFacts>(ref TFacts facts, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
        where TFacts : IImmutableDictionary<TKey, TValue>
    {
        if (facts.TryGetValue(key, out var known) ? known.Equals(value) : value is null)
            return false;

        facts = (TFacts)(value is null ? facts.Remove(key) : facts.SetItem(key, value));
        return true;
    }
}

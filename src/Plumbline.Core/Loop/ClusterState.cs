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

    /// <returns>False when the event is none of the cluster's.</returns>
    public bool Handle(LoopEvent e)
    {
        switch (e)
        {
            case LoopEvent.PodChanged p:
                Set(ref _pods, p.Key, p.Pod);
                break;
            case LoopEvent.ServiceChanged s:
                Set(ref _services, s.Key, s.Service);
                break;
            case LoopEvent.EndpointSliceChanged s:
                Set(ref _slices, s.Key, s.Slice);
                break;
            case LoopEvent.WorkloadChanged w:
                _workloads = w.Workload is null ? _workloads.Remove(w.Key) : _workloads.SetItem(w.Key, w.Workload);
                break;
            case LoopEvent.NodeChanged n:
                Set(ref _nodes, n.Name, n.Node);
                break;
            case LoopEvent.NamespaceChanged n:
                Set(ref _namespaces, n.Name, n.Namespace);
                break;
            case LoopEvent.PolicyChanged p:
                Set(ref _policies, p.Key, p.Policy);
                break;
            default:
                return false;
        }

        Dirty = true;
        return true;
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

    private static void Set<TKey, TValue>(ref ImmutableSortedDictionary<TKey, TValue> facts, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
        => facts = value is null ? facts.Remove(key) : facts.SetItem(key, value);
}

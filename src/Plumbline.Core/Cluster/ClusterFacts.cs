using System.Collections.Immutable;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>
/// The facts as events tell them, found by what is asked of them. Setting a fact says which questions have another answer now: none when
/// the fact says the same as before, as most updates of pods and nodes do.
/// </summary>
public sealed class ClusterFacts : IClusterFacts
{
    private readonly SortedDictionary<string, NodeFacts> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NamespaceFacts> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeFacts> _nodesByAddress = new(StringComparer.Ordinal);
    private readonly PolicyIndex _policies = new();
    private readonly HashSet<LabelSelector> _nodeSelectors = [];
    private readonly WorkloadIndex _workloads = new();
    private readonly PodIndex _pods;
    private readonly ServiceIndex _services;
    private readonly bool _findsDns;
    private readonly SortedDictionary<NamespacedName, ServiceFacts> _dnsServices = [];

    // Nearly all pods of a namespace have the same.
    private readonly Dictionary<(string Namespace, bool HostNetwork), DnsSettings> _usualDns = [];

    /// <param name="dns">Without servers: those of the Service that is likeliest to be the cluster's DNS.</param>
    public ClusterFacts(ClusterDns dns)
    {
        _pods = new PodIndex(_workloads);
        _services = new ServiceIndex(_pods);
        (Dns, _findsDns) = (dns, dns.Servers.IsEmpty);
    }

    public ClusterDns Dns { get; private set; }

    public DnsSettings DnsOf(PodFacts pod)
    {
        if (!pod.Dns.Equals(PodDns.ClusterFirst))
        {
            return Dns.For(pod);
        }

        if (!_usualDns.TryGetValue((pod.Key.Namespace, pod.HostNetwork), out var settings))
        {
            _usualDns[(pod.Key.Namespace, pod.HostNetwork)] = settings = Dns.For(pod);
        }

        return settings;
    }

    public PodFacts? Pod(NamespacedName key) => _pods.Find(key);

    public PodFacts? PodAt(string address) => _pods.At(address);

    public IReadOnlyList<PodFacts> PodsOf(WorkloadKey workload) => _pods.Of(workload);

    public IReadOnlyList<PodFacts> PodsMatching(string @namespace, LabelSelector selector) => _pods.Matching(@namespace, selector);

    public bool HasWorkload(WorkloadKey key) => _workloads.Contains(key);

    public ServiceFacts? Service(NamespacedName key) => _services.Find(key);

    public ServiceFacts? ServiceAt(string address) => _services.At(address);

    public IReadOnlyList<EndpointSliceFacts> SlicesOf(NamespacedName service) => _services.SlicesOf(service);

    public IReadOnlyList<ServiceFacts> ServicesOf(PodFacts pod) => _services.Of(pod);

    public NodeFacts? Node(string name) => _nodes.GetValueOrDefault(name);

    public IReadOnlyList<NodeFacts> NodesMatching(LabelSelector selector)
    {
        _nodeSelectors.Add(selector);
        return [.. _nodes.Values.Where(n => selector.Matches(n.Labels))];
    }

    public NodeFacts? NodeAt(string address) => _nodesByAddress.GetValueOrDefault(address);

    public ImmutableArray<NetworkPolicy> PoliciesOf(string @namespace) => _policies.Of(@namespace);

    public ImmutableArray<AdminPolicy> AdminPolicies => _policies.Admin;

    public ImmutableArray<OtherPolicy> OtherPoliciesOf(string @namespace) => _policies.OthersOf(@namespace);

    public IReadOnlyDictionary<string, string>? LabelsOfNode(string name) => Node(name)?.Labels;

    public IReadOnlyDictionary<string, string>? LabelsOf(string @namespace) => _namespaces.GetValueOrDefault(@namespace)?.Labels;

    /// <param name="next">Null when the pod is gone; so for all facts.</param>
    /// <param name="changed">Takes the questions whose answer changed. May name one twice.</param>
    public void Set(NamespacedName key, PodFacts? next, ICollection<FactKey> changed) => _pods.Set(key, next, changed);

    public void Set(WorkloadKey key, WorkloadFacts? next, ICollection<FactKey> changed) => _workloads.Set(key, next, changed);

    public void Set(NamespacedName key, EndpointSliceFacts? next, ICollection<FactKey> changed) => _services.Set(key, next, changed);

    public void Set(NamespacedName key, ServiceFacts? next, ICollection<FactKey> changed)
    {
        _services.Set(key, next, changed);
        if (_findsDns && (next?.DnsRank > 0 || _dnsServices.ContainsKey(key)))
        {
            FindDns(key, next, changed);
        }
    }

    public void Set(string name, NodeFacts? next, ICollection<FactKey> changed)
    {
        var old = Node(name);
        if (!Replace(_nodes, name, old, next))
        {
            return;
        }

        changed.Add(FactKey.Node(name));
        SetAddresses(old, next, changed);
        foreach (var selector in _nodeSelectors)
        {
            if ((old is not null && selector.Matches(old.Labels)) || (next is not null && selector.Matches(next.Labels)))
            {
                changed.Add(FactKey.NodesMatching(selector));
            }
        }
    }

    public void Set(string name, NamespaceFacts? next, ICollection<FactKey> changed)
    {
        if (Replace(_namespaces, name, _namespaces.GetValueOrDefault(name), next))
        {
            changed.Add(FactKey.NamespaceLabels(name));
        }
    }

    public void Set(NamespacedName key, NetworkPolicy? next, ICollection<FactKey> changed) => _policies.Set(key, next, changed);

    public void Set(AdminPolicyKind kind, string name, AdminPolicy? next, ICollection<FactKey> changed) => _policies.Set(kind, name, next, changed);

    public void Set(OtherPolicy policy, bool isThere, ICollection<FactKey> changed) => _policies.Set(policy, isThere, changed);

    /// <summary>Nobody asks this any more: what is kept for it may go.</summary>
    public void Forget(FactKey key)
    {
        switch (key)
        {
            case { Kind: FactKind.PodsMatching, Selector: { } selector }:
                _pods.Forget(key.Namespace, selector);
                break;
            case { Kind: FactKind.NodesMatching, Selector: { } selector }:
                _nodeSelectors.Remove(selector);
                break;
        }
    }

    private void SetAddresses(NodeFacts? old, NodeFacts? next, ICollection<FactKey> changed)
    {
        foreach (var address in old?.Addresses ?? [])
        {
            // It may have gone to another node meanwhile.
            if (_nodesByAddress.GetValueOrDefault(address)?.Name == old!.Name)
            {
                _nodesByAddress.Remove(address);
            }

            changed.Add(FactKey.NodeAt(address));
        }

        foreach (var address in next?.Addresses ?? [])
        {
            _nodesByAddress[address] = next!;
            changed.Add(FactKey.NodeAt(address));
        }
    }

    private void FindDns(NamespacedName key, ServiceFacts? next, ICollection<FactKey> changed)
    {
        if (next is { DnsRank: > 0, ClusterIps.IsEmpty: false })
        {
            _dnsServices[key] = next;
        }
        else
        {
            _dnsServices.Remove(key);
        }

        ImmutableArray<string> servers = _dnsServices.Values.MaxBy(s => s.DnsRank)?.ClusterIps ?? [];
        if (!Values.Same(Dns.Servers, servers))
        {
            Dns = Dns with { Servers = servers };
            _usualDns.Clear();
            changed.Add(FactKey.Dns);
        }
    }

    /// <returns>Whether anything changed.</returns>
    internal static bool Replace<TKey, T>(IDictionary<TKey, T> facts, TKey key, T? old, T? next)
        where T : class
    {
        if (old is null ? next is null : old.Equals(next))
        {
            return false;
        }

        if (next is null)
        {
            facts.Remove(key);
        }
        else
        {
            facts[key] = next;
        }

        return true;
    }
}

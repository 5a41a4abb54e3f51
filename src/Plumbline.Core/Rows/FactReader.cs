using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>
/// The only way to the facts for what is decided by them: notes each question, so that whoever asked is asked again when its answer changes.
/// A dependency cannot be forgotten, since there is no other way in.
/// </summary>
internal sealed class FactReader(IClusterFacts cluster, IComponents components) : IClusterFacts, IComponents
{
    private readonly HashSet<FactKey> _asked = [];

    /// <summary>What was asked since <see cref="Begin"/>.</summary>
    public IReadOnlySet<FactKey> Asked => _asked;

    public ClusterDns Dns
    {
        get
        {
            Note(FactKey.Dns);
            return cluster.Dns;
        }
    }

    public DnsSettings DnsOf(PodFacts pod)
    {
        Note(FactKey.Dns);
        return cluster.DnsOf(pod);
    }

    public void Begin() => _asked.Clear();

    /// <summary>For questions that are not of the cluster's objects: agents, controls.</summary>
    public void Note(FactKey key) => _asked.Add(key);

    public PodFacts? Pod(NamespacedName key)
    {
        Note(FactKey.Pod(key));
        return cluster.Pod(key);
    }

    public PodFacts? PodAt(string address)
    {
        Note(FactKey.PodAt(address));
        return cluster.PodAt(address);
    }

    public IReadOnlyList<PodFacts> PodsOf(WorkloadKey workload)
    {
        Note(FactKey.PodsOf(workload));
        return cluster.PodsOf(workload);
    }

    public IReadOnlyList<PodFacts> PodsMatching(string @namespace, LabelSelector selector)
    {
        Note(FactKey.PodsMatching(@namespace, selector));
        return cluster.PodsMatching(@namespace, selector);
    }

    public bool HasWorkload(WorkloadKey key)
    {
        Note(FactKey.Workload(key));
        return cluster.HasWorkload(key);
    }

    public ServiceFacts? Service(NamespacedName key)
    {
        Note(FactKey.Service(key));
        return cluster.Service(key);
    }

    public ServiceFacts? ServiceAt(string address)
    {
        Note(FactKey.ServiceAt(address));
        return cluster.ServiceAt(address);
    }

    public IReadOnlyList<EndpointSliceFacts> SlicesOf(NamespacedName service)
    {
        Note(FactKey.SlicesOf(service));
        return cluster.SlicesOf(service);
    }

    public IReadOnlyList<ServiceFacts> ServicesOf(PodFacts pod)
    {
        Note(FactKey.ServicesOf(pod.Key));
        return cluster.ServicesOf(pod);
    }

    public NodeFacts? Node(string name)
    {
        Note(FactKey.Node(name));
        return cluster.Node(name);
    }

    public IReadOnlyList<NodeFacts> NodesMatching(LabelSelector selector)
    {
        Note(FactKey.NodesMatching(selector));
        return cluster.NodesMatching(selector);
    }

    public ImmutableArray<NetworkPolicy> PoliciesOf(string @namespace)
    {
        Note(FactKey.Policies(@namespace));
        return cluster.PoliciesOf(@namespace);
    }

    public ImmutableArray<AdminPolicy> AdminPolicies
    {
        get
        {
            Note(FactKey.AdminPolicies);
            return cluster.AdminPolicies;
        }
    }

    public ImmutableArray<OtherPolicy> OtherPoliciesOf(string @namespace)
    {
        Note(FactKey.OtherPolicies(@namespace));
        return cluster.OtherPoliciesOf(@namespace);
    }

    public IReadOnlyDictionary<string, string>? LabelsOfNode(string name)
    {
        Note(FactKey.Node(name));
        return cluster.LabelsOfNode(name);
    }

    public NodeFacts? NodeAt(string address)
    {
        Note(FactKey.NodeAt(address));
        return cluster.NodeAt(address);
    }

    public IReadOnlyDictionary<string, string>? LabelsOf(string @namespace)
    {
        Note(FactKey.NamespaceLabels(@namespace));
        return cluster.LabelsOf(@namespace);
    }

    public Component? Find(NamespacedName key)
    {
        Note(FactKey.Component(key));
        return components.Find(key);
    }

    public IReadOnlyList<Component> Claiming(string @namespace, string word)
    {
        Note(FactKey.Word(@namespace, PartyName.Normalize(word)));
        return components.Claiming(@namespace, word);
    }
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>
/// The cluster as far as we look at it. Everything that is decided by facts asks them here, and nowhere else, so that it can be noted what
/// was asked. Lists are in the order of their keys and are to be read before the facts change.
/// </summary>
public interface IClusterFacts : IPolicyFacts
{
    PodFacts? Pod(NamespacedName key);

    /// <summary>The running or starting pod that has the address for itself; of two, the one that is not on its way out.</summary>
    PodFacts? PodAt(string address);

    /// <summary>Pods of the workload and of the workloads that it owns (Deployment → ReplicaSet → pod).</summary>
    IReadOnlyList<PodFacts> PodsOf(WorkloadKey workload);

    IReadOnlyList<PodFacts> PodsMatching(string @namespace, LabelSelector selector);

    bool HasWorkload(WorkloadKey key);

    ServiceFacts? Service(NamespacedName key);

    /// <summary>The Service that has the cluster IP.</summary>
    ServiceFacts? ServiceAt(string address);

    IReadOnlyList<EndpointSliceFacts> SlicesOf(NamespacedName service);

    /// <summary>
    /// Services that lead to the pod: by its EndpointSlices, or by a selector that matches it (a Service whose slices are not written yet
    /// is still the way in).
    /// </summary>
    IReadOnlyList<ServiceFacts> ServicesOf(PodFacts pod);

    NodeFacts? Node(string name);

    NodeFacts? NodeAt(string address);

    /// <summary>Policies of kinds that are not evaluated, sorted.</summary>
    /// <param name="namespace">Empty: those of the whole cluster.</param>
    ImmutableArray<OtherPolicy> OtherPoliciesOf(string @namespace);

    IReadOnlyList<NodeFacts> NodesMatching(LabelSelector selector);

    ClusterDns Dns { get; }

    /// <summary>How the pod resolves names.</summary>
    DnsSettings DnsOf(PodFacts pod);
}

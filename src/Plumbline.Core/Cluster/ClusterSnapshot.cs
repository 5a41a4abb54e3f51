using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>The cluster as far as we look at it, at one moment. Immutable; indexes are built once, when first asked for.</summary>
public sealed class ClusterSnapshot
{
    private readonly Lazy<ILookup<WorkloadKey, PodFacts>> _podsByWorkload;
    private readonly Lazy<ILookup<NamespacedName, EndpointSliceFacts>> _slicesByService;
    private readonly Lazy<ILookup<NamespacedName, NamespacedName>> _servicesByPod;
    private readonly Lazy<ILookup<string, PodFacts>> _podsByAddress;

    public ClusterSnapshot()
    {
        _podsByWorkload = new(() => Pods.Values
            .SelectMany(pod => OwnerChain(pod).Select(owner => (owner, pod)))
            .ToLookup(p => p.owner, p => p.pod));
        _slicesByService = new(() => EndpointSlices.Values.ToLookup(s => new NamespacedName(s.Key.Namespace, s.Service)));
        _servicesByPod = new(() => EndpointSlices.Values
            .SelectMany(s => s.Endpoints.Where(e => e.Pod is not null)
                .Select(e => (Pod: e.Pod!.Value, Service: new NamespacedName(s.Key.Namespace, s.Service))))
            .Distinct()
            .ToLookup(p => p.Pod, p => p.Service));
        _podsByAddress = new(() => Pods.Values
            .Where(p => !p.HostNetwork && p.Phase is PodPhase.Running or PodPhase.Pending)
            .SelectMany(p => p.Addresses.Select(a => (a, p)))
            .ToLookup(x => x.a, x => x.p));
    }

    public static ClusterSnapshot Empty { get; } = new();

    public ImmutableSortedDictionary<NamespacedName, PodFacts> Pods { get; init; } = ImmutableSortedDictionary<NamespacedName, PodFacts>.Empty;

    public ImmutableSortedDictionary<NamespacedName, ServiceFacts> Services { get; init; } = ImmutableSortedDictionary<NamespacedName, ServiceFacts>.Empty;

    public ImmutableSortedDictionary<NamespacedName, EndpointSliceFacts> EndpointSlices { get; init; } = ImmutableSortedDictionary<NamespacedName, EndpointSliceFacts>.Empty;

    public ImmutableDictionary<WorkloadKey, WorkloadFacts> Workloads { get; init; } = ImmutableDictionary<WorkloadKey, WorkloadFacts>.Empty;

    public ImmutableSortedDictionary<string, NodeFacts> Nodes { get; init; } = ImmutableSortedDictionary<string, NodeFacts>.Empty;

    public ImmutableSortedDictionary<string, NamespaceFacts> Namespaces { get; init; } = ImmutableSortedDictionary<string, NamespaceFacts>.Empty;

    public ClusterDns Dns { get; init; } = ClusterDns.Default;

    public IEnumerable<PodFacts> PodsOf(WorkloadKey workload) => _podsByWorkload.Value[workload].OrderBy(p => p.Key);

    public IEnumerable<PodFacts> PodsMatching(string @namespace, LabelSelector selector) =>
        Pods.Values.Where(p => p.Key.Namespace == @namespace && selector.Matches(p.Labels));

    public IEnumerable<EndpointSliceFacts> SlicesOf(NamespacedName service) => _slicesByService.Value[service];

    public PodFacts? PodAt(string address) => _podsByAddress.Value[address].OrderBy(p => p.Terminating).FirstOrDefault();

    /// <summary>
    /// Services that lead to the pod: by its EndpointSlices, or by a selector that matches it (a Service whose slices are not written yet
    /// is still the way in).
    /// </summary>
    public IEnumerable<ServiceFacts> ServicesOf(PodFacts pod)
    {
        var bySlice = _servicesByPod.Value[pod.Key].ToHashSet();
        return Services.Values.Where(service => bySlice.Contains(service.Key)
            || (service.Key.Namespace == pod.Key.Namespace && service.Selector.Count > 0
                && service.Selector.All(pair => pod.Labels.TryGetValue(pair.Key, out var value) && value == pair.Value)));
    }

    private IEnumerable<WorkloadKey> OwnerChain(PodFacts pod)
    {
        var owner = pod.Owner;

        // An owner cycle cannot be made through the API server, but a chain is still bounded here.
        for (var depth = 0; owner is not null && depth < 4; depth++)
        {
            yield return owner.Value;
            owner = Workloads.TryGetValue(owner.Value, out var facts) ? facts.Owner : null;
        }
    }
}

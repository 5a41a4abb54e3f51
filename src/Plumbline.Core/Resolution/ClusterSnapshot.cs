using System.Collections.Immutable;
using Plumbline.Core.Planning;

namespace Plumbline.Core.Resolution;

public readonly record struct NamespacedName(string Namespace, string Name) : IComparable<NamespacedName>
{
    public int CompareTo(NamespacedName other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>Kinds whose pods a Component can name.</summary>
public enum WorkloadKind
{
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
}

public readonly record struct WorkloadKey(WorkloadKind Kind, string Namespace, string Name)
{
    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}

/// <summary>A workload and the workload that owns it (ReplicaSet → Deployment, Job → CronJob).</summary>
/// <param name="Replicas">Replicas wanted; null where the kind has no such number.</param>
public sealed record WorkloadFacts(WorkloadKey Key, WorkloadKey? Owner, int? Replicas);

public enum PodPhase
{
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

public sealed record ContainerPort(string? Name, int Port, string Protocol);

/// <summary>What the pod's spec says of name resolution, before the cluster's own settings are filled in.</summary>
public sealed record PodDns(string Policy, ImmutableArray<string> Nameservers, ImmutableArray<string> Searches, int? Ndots)
{
    public static PodDns ClusterFirst { get; } = new("ClusterFirst", [], [], null);
}

public sealed record PodFacts
{
    public required NamespacedName Key { get; init; }

    public required string Uid { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public string? Node { get; init; }

    public PodPhase Phase { get; init; }

    public bool Ready { get; init; }

    public bool Terminating { get; init; }

    public bool HostNetwork { get; init; }

    public ImmutableArray<string> Addresses { get; init; } = [];

    public WorkloadKey? Owner { get; init; }

    public ImmutableArray<ContainerPort> ContainerPorts { get; init; } = [];

    public PodDns Dns { get; init; } = PodDns.ClusterFirst;

    public ImmutableArray<HostAlias> HostAliases { get; init; } = [];

    /// <summary>Has a network namespace that a probe can start from.</summary>
    public bool CanBeSource => Phase == PodPhase.Running && !Terminating && Node is not null && Addresses.Length > 0;
}

public sealed record ServicePortFacts(string? Name, int Port, string Protocol, string TargetPort);

public sealed record ServiceFacts
{
    public required NamespacedName Key { get; init; }

    public string Type { get; init; } = "ClusterIP";

    /// <summary>Empty for headless Services.</summary>
    public ImmutableArray<string> ClusterIps { get; init; } = [];

    public string? ExternalName { get; init; }

    public ImmutableArray<ServicePortFacts> Ports { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Selector { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

public sealed record EndpointFacts(string Address, bool Ready, bool Terminating, NamespacedName? Pod, string? Node);

public sealed record EndpointPortFacts(string? Name, int? Port, string Protocol);

/// <summary>One EndpointSlice of a Service.</summary>
public sealed record EndpointSliceFacts(
    NamespacedName Key,
    string Service,
    ImmutableArray<EndpointPortFacts> Ports,
    ImmutableArray<EndpointFacts> Endpoints);

public sealed record NodeFacts(string Name, ImmutableArray<string> Addresses, ImmutableSortedDictionary<string, string> Labels, bool Ready);

public sealed record NamespaceFacts(string Name, ImmutableSortedDictionary<string, string> Labels);

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

/// <param name="Servers">Addresses of the cluster DNS Service.</param>
/// <param name="Domain">Cluster domain. Default <c>cluster.local</c>.</param>
public sealed record ClusterDns(ImmutableArray<string> Servers, string Domain)
{
    public static ClusterDns Default { get; } = new([], "cluster.local");

    /// <summary>The resolver settings of a pod, as the kubelet writes its resolv.conf.</summary>
    public DnsSettings For(PodFacts pod)
    {
        var own = pod.Dns;
        var ndots = own.Ndots;
        ImmutableArray<string> cluster = [$"{pod.Key.Namespace}.svc.{Domain}", $"svc.{Domain}", Domain];

        // ClusterFirst on the host network means Default; ClusterFirstWithHostNet is how such a pod asks for cluster DNS.
        var usesCluster = own.Policy == "ClusterFirstWithHostNet" || (own.Policy is "ClusterFirst" or "" && !pod.HostNetwork);
        if (own.Policy == "None")
        {
            return new DnsSettings(false, own.Nameservers, own.Searches, ndots ?? 1);
        }

        return usesCluster && Servers.Length > 0
            ? new DnsSettings(false, [.. Servers, .. own.Nameservers], [.. cluster, .. own.Searches], ndots ?? 5)
            : new DnsSettings(true, own.Nameservers, own.Searches, ndots ?? 1);
    }
}

using k8s;
using k8s.Models;
using Plumbline.Api.Schema;

namespace Plumbline.Api;

/// <summary>
/// Binds names that documents use to what runs in (or outside) the cluster. A name is looked up in the Components of the ConnectionMap's own
/// namespace. Without a binding it says that nobody has bound the name yet.
/// </summary>
[KubernetesEntityShortNames("cmp")]
[KubernetesEntityCategories(V1Alpha1Api.Category)]
[EntityScope(EntityScope.Namespaced)]
[StorageVersion]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Resolved\")].status", "Resolved", "string", Description = "Whether the binding leads to something that exists")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Resolved\")].reason", "Reason", "string")]
[GenericAdditionalPrinterColumn(".status.pods", "Pods", "integer")]
[GenericAdditionalPrinterColumn(".status.ready", "Ready", "integer", Description = "Pods that are ready")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[KubernetesEntity(Group = V1Alpha1Api.Group, ApiVersion = V1Alpha1Api.Version, Kind = EntityKind, PluralName = "components")]
public sealed record V1Alpha1Component : IKubernetesObject<V1ObjectMeta>, ISpec<V1Alpha1ComponentSpec>, IStatus<V1Alpha1ComponentStatus?>
{
    public const string EntityKind = "Component";

    public string ApiVersion { get; set => field = value ?? V1Alpha1Api.GroupVersion; } = V1Alpha1Api.GroupVersion;

    public string Kind { get; set => field = value ?? EntityKind; } = EntityKind;

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    public V1Alpha1ComponentSpec Spec { get; set => field = value ?? new V1Alpha1ComponentSpec(); } = new();

    public V1Alpha1ComponentStatus? Status { get; set; }
}

/// <summary>The names and what they stand for.</summary>
/// <remarks>At most one of the bindings is set; with none, nobody has bound the names yet.</remarks>
[ValidationRule(
    "size([has(self.workload), has(self.pods), has(self.service), has(self.external), has(self.nodes), has(self.group), has(self.outside)].filter(b, b)) <= 1",
    "a Component binds its names to one thing: give at most one of workload, pods, service, external, nodes, group, outside")]
public sealed record V1Alpha1ComponentSpec
{
    /// <summary>
    /// Names as documents write them. White space, case and a trailing footnote mark (* or †) do not count. Two Components of a namespace that claim
    /// one name make the rows that use it unresolved.
    /// </summary>
    [Items(0, 64)]
    [Length(1, 253)]
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The pods of a workload.</summary>
    public V1Alpha1WorkloadBinding? Workload { get; init; }

    /// <summary>Pods by their labels, for pods that no workload of ours owns.</summary>
    public V1Alpha1PodsBinding? Pods { get; init; }

    /// <summary>A Service, and the pods behind it if it has any.</summary>
    public V1Alpha1ServiceBinding? Service { get; init; }

    /// <summary>Hosts outside the cluster. Can be a destination only.</summary>
    public V1Alpha1ExternalBinding? External { get; init; }

    /// <summary>The nodes' own network - the kubelet, host daemons.</summary>
    public V1Alpha1NodesBinding? Nodes { get; init; }

    /// <summary>A word that stands for several Components. Each member is verified.</summary>
    public V1Alpha1GroupBinding? Group { get; init; }

    /// <summary>Callers that no probe can start from - the public internet, a laptop. Rows from here are Unknown with reason OutsideCluster.</summary>
    public V1Alpha1OutsideBinding? Outside { get; init; }

    /// <summary>Ports that this cluster has configured otherwise than the documents say.</summary>
    [Items(0, 64)]
    [XListMapKeys("documented")]
    public IReadOnlyList<V1Alpha1PortOverride>? PortOverrides { get; init; }
}

public sealed record V1Alpha1WorkloadBinding
{
    /// <summary>
    /// The workload's kind - Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, or any kind that owns pods or ReplicaSets (Rollout,
    /// CloneSet, Revision), which is known by its pods only. Pods of a Job or CronJob are probed while they run.
    /// </summary>
    [Required]
    [Length(1, 63)]
    [Pattern("^[A-Z][A-Za-z0-9]*$")]
    public string? Kind { get; init; }

    /// <summary>Namespace of the workload.</summary>
    [Required]
    [Length(1, 63)]
    [Pattern(Patterns.Label)]
    public string? Namespace { get; init; }

    /// <summary>Name of the workload.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string? Name { get; init; }
}

public sealed record V1Alpha1PodsBinding
{
    /// <summary>Namespace of the pods.</summary>
    [Required]
    [Length(1, 63)]
    [Pattern(Patterns.Label)]
    public string? Namespace { get; init; }

    /// <summary>Which pods. The empty selector means all pods of the namespace.</summary>
    [Required]
    public V1LabelSelector? Selector { get; init; }
}

public sealed record V1Alpha1ServiceBinding
{
    /// <summary>Namespace of the Service.</summary>
    [Required]
    [Length(1, 63)]
    [Pattern(Patterns.Label)]
    public string? Namespace { get; init; }

    /// <summary>Name of the Service.</summary>
    [Required]
    [Length(1, 63)]
    [Pattern(Patterns.Label)]
    public string? Name { get; init; }
}

/// <summary>At least one of the two is set.</summary>
[ValidationRule(
    "has(self.hosts) && size(self.hosts) > 0 || has(self.endpoints) && size(self.endpoints) > 0",
    "external needs at least one entry in hosts or endpoints")]
public sealed record V1Alpha1ExternalBinding
{
    /// <summary>DNS names or IP addresses that serve every documented port. No scheme and no port.</summary>
    [Items(0, 64)]
    [Length(1, 253)]
    [Pattern(Patterns.Host)]
    public IReadOnlyList<string>? Hosts { get; init; }

    /// <summary>Hosts that serve only some of the documented ports.</summary>
    [Items(0, 64)]
    [XListMapKeys("host")]
    public IReadOnlyList<V1Alpha1ExternalEndpoint>? Endpoints { get; init; }

    /// <summary>Clients go through an HTTP proxy (CONNECT). The source resolves the proxy's host, the proxy those of the destination.</summary>
    public V1Alpha1Proxy? Proxy { get; init; }
}

public sealed record V1Alpha1Proxy
{
    /// <summary>DNS name or IP address of the proxy, as clients have it. No scheme and no port.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.Host)]
    public string? Host { get; init; }

    /// <summary>Port of the proxy.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? Port { get; init; }
}

public sealed record V1Alpha1ExternalEndpoint
{
    /// <summary>DNS name or IP address. No scheme and no port.</summary>
    [Length(1, 253)]
    [Pattern(Patterns.Host)]
    public string? Host { get; init; }

    /// <summary>The documented ports that this host serves.</summary>
    [Required]
    [Items(1, 64)]
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public IReadOnlyList<int>? Ports { get; init; }
}

public sealed record V1Alpha1NodesBinding
{
    /// <summary>Which nodes, by label. Missing or empty means all nodes.</summary>
    public V1LabelSelector? Selector { get; init; }

    /// <summary>SameNode - the node that the other party's pod runs on (a kubelet reaches the pods of its node). All - every node with every pod.</summary>
    [EnumValues("SameNode", "All")]
    [DefaultValue("SameNode")]
    public string? Scope { get; init; }
}

public sealed record V1Alpha1GroupBinding
{
    /// <summary>Names of Component objects of this namespace.</summary>
    [Required]
    [Items(1, 64)]
    [XListType(XListType.Set)]
    [Length(1, 253)]
    public IReadOnlyList<string>? Components { get; init; }
}

/// <summary>Has no members: to be there is all that it says.</summary>
public sealed record V1Alpha1OutsideBinding;

public sealed record V1Alpha1PortOverride
{
    /// <summary>The port in the documents.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? Documented { get; init; }

    /// <summary>The port that is probed instead.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? Actual { get; init; }
}

/// <summary>What the names lead to now. Written by the operator.</summary>
public sealed record V1Alpha1ComponentStatus
{
    /// <summary>The metadata.generation that this status was made from. Older than the object's means that the status is still to come.</summary>
    [RangeMinimum(0)]
    public long? ObservedGeneration { get; init; }

    /// <summary>Resolved - the binding leads to something that exists. Its reason NotBound says that there is no binding yet.</summary>
    [Items(0, 16)]
    [XListMapKeys("type")]
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>Pods found, ready or not.</summary>
    [RangeMinimum(0)]
    public int? Pods { get; init; }

    /// <summary>Pods that are ready.</summary>
    [RangeMinimum(0)]
    public int? Ready { get; init; }

    /// <summary>Services that lead to it, as namespace/name.</summary>
    [Items(0, 1024)]
    [Length(0, 127)]
    public IReadOnlyList<string>? Services { get; init; }

    /// <summary>Addresses that connections to it can go to.</summary>
    [RangeMinimum(0)]
    public int? Addresses { get; init; }
}

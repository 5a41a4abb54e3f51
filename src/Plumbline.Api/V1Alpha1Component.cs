using System.ComponentModel.DataAnnotations;
using k8s;
using k8s.Models;

namespace Plumbline.Api;

/// <summary>Binds names that documents use to what runs in or outside the cluster.</summary>
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

/// <summary>At most one of the bindings is set; with none, nobody has bound the names yet.</summary>
public sealed record V1Alpha1ComponentSpec
{
    /// <summary>As documents write them; compared without white space, case and footnote marks.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    public V1Alpha1WorkloadBinding? Workload { get; init; }

    public V1Alpha1PodsBinding? Pods { get; init; }

    public V1Alpha1ServiceBinding? Service { get; init; }

    public V1Alpha1ExternalBinding? External { get; init; }

    public V1Alpha1NodesBinding? Nodes { get; init; }

    public V1Alpha1GroupBinding? Group { get; init; }

    public V1Alpha1OutsideBinding? Outside { get; init; }

    public IReadOnlyList<V1Alpha1PortOverride>? PortOverrides { get; init; }
}

public sealed record V1Alpha1WorkloadBinding
{
    [AllowedValues("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob")]
    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }
}

public sealed record V1Alpha1PodsBinding
{
    public string? Namespace { get; init; }

    /// <summary>The empty selector means all pods of the namespace.</summary>
    public V1LabelSelector? Selector { get; init; }
}

public sealed record V1Alpha1ServiceBinding
{
    public string? Namespace { get; init; }

    public string? Name { get; init; }
}

/// <summary>At least one of the two is set.</summary>
public sealed record V1Alpha1ExternalBinding
{
    /// <summary>Names or addresses that serve every documented port.</summary>
    public IReadOnlyList<string>? Hosts { get; init; }

    /// <summary>Hosts that serve only some of the documented ports.</summary>
    public IReadOnlyList<V1Alpha1ExternalEndpoint>? Endpoints { get; init; }
}

public sealed record V1Alpha1ExternalEndpoint
{
    public string? Host { get; init; }

    public IReadOnlyList<int>? Ports { get; init; }
}

public sealed record V1Alpha1NodesBinding
{
    /// <summary>Missing or empty means all nodes.</summary>
    public V1LabelSelector? Selector { get; init; }

    /// <value>Default: SameNode.</value>
    [AllowedValues("SameNode", "All")]
    public string? Scope { get; init; }
}

public sealed record V1Alpha1GroupBinding
{
    /// <summary>Names of Component objects of the same namespace.</summary>
    public IReadOnlyList<string>? Components { get; init; }
}

/// <summary>Has no members: to be there is all that it says.</summary>
public sealed record V1Alpha1OutsideBinding;

public sealed record V1Alpha1PortOverride
{
    public int? Documented { get; init; }

    public int? Actual { get; init; }
}

public sealed record V1Alpha1ComponentStatus
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    public int? Pods { get; init; }

    public int? Ready { get; init; }

    /// <summary>As namespace/name; at most 1024.</summary>
    public IReadOnlyList<string>? Services { get; init; }

    public int? Addresses { get; init; }
}

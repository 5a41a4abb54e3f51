using k8s;
using k8s.Models;

namespace Plumbline.Kubernetes.Contracts.Policies;

/// <summary>Policies that administrators set for the whole cluster. Of each kind the fields that decide; what later versions of the API add shows as something with nothing set.</summary>
[KubernetesEntity(Group = "policy.networking.k8s.io", ApiVersion = "v1alpha1", Kind = "AdminNetworkPolicy", PluralName = "adminnetworkpolicies")]
public sealed record AdminNetworkPolicyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "policy.networking.k8s.io/v1alpha1"; } = "policy.networking.k8s.io/v1alpha1";

    public string Kind { get; set => field = value ?? "AdminNetworkPolicy"; } = "AdminNetworkPolicy";

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    public AdminPolicySpec? Spec { get; set; }
}

/// <inheritdoc cref="AdminNetworkPolicyObject"/>
[KubernetesEntity(Group = "policy.networking.k8s.io", ApiVersion = "v1alpha1", Kind = "BaselineAdminNetworkPolicy", PluralName = "baselineadminnetworkpolicies")]
public sealed record BaselineAdminNetworkPolicyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "policy.networking.k8s.io/v1alpha1"; } = "policy.networking.k8s.io/v1alpha1";

    public string Kind { get; set => field = value ?? "BaselineAdminNetworkPolicy"; } = "BaselineAdminNetworkPolicy";

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    public AdminPolicySpec? Spec { get; set; }
}

/// <inheritdoc cref="AdminNetworkPolicyObject"/>
[KubernetesEntity(Group = "policy.networking.k8s.io", ApiVersion = "v1alpha2", Kind = "ClusterNetworkPolicy", PluralName = "clusternetworkpolicies")]
public sealed record ClusterNetworkPolicyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "policy.networking.k8s.io/v1alpha2"; } = "policy.networking.k8s.io/v1alpha2";

    public string Kind { get; set => field = value ?? "ClusterNetworkPolicy"; } = "ClusterNetworkPolicy";

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    public AdminPolicySpec? Spec { get; set; }
}

/// <summary>Of all three kinds; a field that a kind lacks stays null.</summary>
public sealed record AdminPolicySpec
{
    /// <summary>ClusterNetworkPolicy only: <c>Admin</c> or <c>Baseline</c>.</summary>
    public string? Tier { get; init; }

    public int? Priority { get; init; }

    public AdminPolicyPods? Subject { get; init; }

    public IReadOnlyList<AdminPolicyRule>? Ingress { get; init; }

    public IReadOnlyList<AdminPolicyRule>? Egress { get; init; }
}

public sealed record AdminPolicyRule
{
    public string? Name { get; init; }

    /// <summary><c>Allow</c> (<c>Accept</c> in ClusterNetworkPolicy), <c>Deny</c> or <c>Pass</c>.</summary>
    public string? Action { get; init; }

    public IReadOnlyList<AdminPolicyPods>? From { get; init; }

    public IReadOnlyList<AdminPolicyPods>? To { get; init; }

    /// <summary>Not in ClusterNetworkPolicy.</summary>
    public IReadOnlyList<AdminPolicyPort>? Ports { get; init; }

    /// <summary>ClusterNetworkPolicy only.</summary>
    public IReadOnlyList<AdminPolicyProtocol>? Protocols { get; init; }
}

/// <summary>A subject or a peer: one of the fields is set.</summary>
public sealed record AdminPolicyPods
{
    public V1LabelSelector? Namespaces { get; init; }

    public AdminPolicyNamespacedPods? Pods { get; init; }

    public V1LabelSelector? Nodes { get; init; }

    public IReadOnlyList<string>? Networks { get; init; }

    public IReadOnlyList<string>? DomainNames { get; init; }
}

public sealed record AdminPolicyNamespacedPods
{
    public V1LabelSelector? NamespaceSelector { get; init; }

    public V1LabelSelector? PodSelector { get; init; }
}

/// <summary>One of the fields is set.</summary>
public sealed record AdminPolicyPort
{
    public AdminPolicyPortNumber? PortNumber { get; init; }

    public string? NamedPort { get; init; }

    public AdminPolicyPortRange? PortRange { get; init; }
}

public sealed record AdminPolicyPortNumber
{
    public string? Protocol { get; init; }

    public int? Port { get; init; }
}

public sealed record AdminPolicyPortRange
{
    public string? Protocol { get; init; }

    public int? Start { get; init; }

    public int? End { get; init; }
}

/// <summary>One of the fields is set.</summary>
public sealed record AdminPolicyProtocol
{
    public AdminPolicyDestination? Tcp { get; init; }

    public AdminPolicyDestination? Udp { get; init; }

    public AdminPolicyDestination? Sctp { get; init; }

    public string? DestinationNamedPort { get; init; }
}

public sealed record AdminPolicyDestination
{
    public AdminPolicyDestinationPort? DestinationPort { get; init; }
}

/// <summary>One of the fields is set.</summary>
public sealed record AdminPolicyDestinationPort
{
    public int? Number { get; init; }

    public AdminPolicyPortRange? Range { get; init; }
}

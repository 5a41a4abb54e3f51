using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(Group = "networking.k8s.io", ApiVersion = "v1", Kind = "NetworkPolicy", PluralName = "networkpolicies")]
public sealed record V1NetworkPolicy : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "networking.k8s.io/v1"; } = "networking.k8s.io/v1";

    public string Kind { get; init => field = value ?? "NetworkPolicy"; } = "NetworkPolicy";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1NetworkPolicySpec? Spec { get; init; }
}

public sealed record V1NetworkPolicySpec
{
    /// <summary>Empty or absent selects every pod of the namespace.</summary>
    public V1LabelSelector? PodSelector { get; init; }

    /// <summary>Absent means <c>Ingress</c>, and <c>Egress</c> too where there are egress rules.</summary>
    public IReadOnlyList<string>? PolicyTypes { get; init; }

    public IReadOnlyList<V1NetworkPolicyIngressRule>? Ingress { get; init; }

    public IReadOnlyList<V1NetworkPolicyEgressRule>? Egress { get; init; }
}

public sealed record V1NetworkPolicyIngressRule
{
    /// <summary>Empty or absent allows every source.</summary>
    public IReadOnlyList<V1NetworkPolicyPeer>? From { get; init; }

    /// <summary>Empty or absent allows every port.</summary>
    public IReadOnlyList<V1NetworkPolicyPort>? Ports { get; init; }
}

public sealed record V1NetworkPolicyEgressRule
{
    /// <summary>Empty or absent allows every destination.</summary>
    public IReadOnlyList<V1NetworkPolicyPeer>? To { get; init; }

    /// <summary>Empty or absent allows every port.</summary>
    public IReadOnlyList<V1NetworkPolicyPort>? Ports { get; init; }
}

/// <summary>An absent selector is not the same as an empty one, which selects everything.</summary>
public sealed record V1NetworkPolicyPeer
{
    public V1LabelSelector? PodSelector { get; init; }

    public V1LabelSelector? NamespaceSelector { get; init; }

    public V1IPBlock? IpBlock { get; init; }
}

public sealed record V1IPBlock
{
    public string? Cidr { get; init; }

    public IReadOnlyList<string>? Except { get; init; }
}

public sealed record V1NetworkPolicyPort
{
    /// <summary><c>TCP</c> when absent.</summary>
    public string? Protocol { get; init; }

    /// <summary>Absent allows every port of the protocol.</summary>
    public IntOrString? Port { get; init; }

    /// <summary>The last port of a range that starts at <see cref="Port"/>.</summary>
    public int? EndPort { get; init; }
}

using System.Text.Json.Serialization;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(ApiVersion = "v1", Kind = "Namespace", PluralName = "namespaces")]
public sealed record V1Namespace : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string Kind { get; init => field = value ?? "Namespace"; } = "Namespace";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();
}

[KubernetesEntity(ApiVersion = "v1", Kind = "Node", PluralName = "nodes")]
public sealed record V1Node : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string Kind { get; init => field = value ?? "Node"; } = "Node";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1NodeSpec? Spec { get; init; }

    public V1NodeStatus? Status { get; init; }
}

public sealed record V1NodeSpec
{
    [JsonPropertyName("podCIDR")]
    public string? PodCIDR { get; init; }

    [JsonPropertyName("podCIDRs")]
    public IReadOnlyList<string>? PodCIDRs { get; init; }

    public bool? Unschedulable { get; init; }
}

public sealed record V1NodeStatus
{
    public IReadOnlyList<V1NodeAddress>? Addresses { get; init; }

    public IReadOnlyList<V1Condition>? Conditions { get; init; }
}

public sealed record V1NodeAddress
{
    /// <summary><c>InternalIP</c>, <c>ExternalIP</c>, <c>Hostname</c>, <c>InternalDNS</c> or <c>ExternalDNS</c>.</summary>
    public string? Type { get; init; }

    public string? Address { get; init; }
}

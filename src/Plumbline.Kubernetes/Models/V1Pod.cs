using System.Text.Json.Serialization;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(ApiVersion = "v1", Kind = "Pod", PluralName = "pods")]
public sealed record V1Pod : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string Kind { get; init => field = value ?? "Pod"; } = "Pod";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1PodSpec? Spec { get; init; }

    public V1PodStatus? Status { get; init; }
}

public sealed record V1PodSpec
{
    public string? NodeName { get; init; }

    public bool? HostNetwork { get; init; }

    public string? Hostname { get; init; }

    public string? Subdomain { get; init; }

    /// <summary><c>ClusterFirst</c> (also when absent), <c>ClusterFirstWithHostNet</c>, <c>Default</c> or <c>None</c>.</summary>
    public string? DnsPolicy { get; init; }

    public V1PodDnsConfig? DnsConfig { get; init; }

    public IReadOnlyList<V1HostAlias>? HostAliases { get; init; }

    public IReadOnlyList<V1Container>? Containers { get; init; }

    public IReadOnlyList<V1Container>? InitContainers { get; init; }

    public string? ServiceAccountName { get; init; }
}

public sealed record V1PodDnsConfig
{
    public IReadOnlyList<string>? Nameservers { get; init; }

    public IReadOnlyList<string>? Searches { get; init; }

    public IReadOnlyList<V1PodDnsConfigOption>? Options { get; init; }
}

public sealed record V1PodDnsConfigOption
{
    public string? Name { get; init; }

    public string? Value { get; init; }
}

public sealed record V1HostAlias
{
    public string? Ip { get; init; }

    public IReadOnlyList<string>? Hostnames { get; init; }
}

public sealed record V1Container
{
    public string? Name { get; init; }

    public string? Image { get; init; }

    /// <summary><c>Always</c> makes an init container a sidecar, which has ports that others reach.</summary>
    public string? RestartPolicy { get; init; }

    public IReadOnlyList<V1ContainerPort>? Ports { get; init; }
}

public sealed record V1ContainerPort
{
    public string? Name { get; init; }

    public int ContainerPort { get; init; }

    public int? HostPort { get; init; }

    /// <summary><c>TCP</c> when absent.</summary>
    public string? Protocol { get; init; }
}

public sealed record V1PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; init; }

    public string? Reason { get; init; }

    [JsonPropertyName("podIP")]
    public string? PodIP { get; init; }

    [JsonPropertyName("podIPs")]
    public IReadOnlyList<V1PodIP>? PodIPs { get; init; }

    [JsonPropertyName("hostIP")]
    public string? HostIP { get; init; }

    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    public IReadOnlyList<V1ContainerStatus>? ContainerStatuses { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }
}

public sealed record V1PodIP
{
    public string? Ip { get; init; }
}

public sealed record V1ContainerStatus
{
    public string? Name { get; init; }

    public bool? Ready { get; init; }

    public bool? Started { get; init; }

    public int? RestartCount { get; init; }

    [JsonPropertyName("containerID")]
    public string? ContainerID { get; init; }
}

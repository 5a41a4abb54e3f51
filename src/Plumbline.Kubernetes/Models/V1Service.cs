using System.Text.Json.Serialization;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(ApiVersion = "v1", Kind = "Service", PluralName = "services")]
public sealed record V1Service : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string Kind { get; init => field = value ?? "Service"; } = "Service";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1ServiceSpec? Spec { get; init; }
}

public sealed record V1ServiceSpec
{
    /// <summary><c>ClusterIP</c> (also when absent), <c>NodePort</c>, <c>LoadBalancer</c> or <c>ExternalName</c>.</summary>
    public string? Type { get; init; }

    /// <summary><c>None</c> for a headless Service.</summary>
    [JsonPropertyName("clusterIP")]
    public string? ClusterIP { get; init; }

    [JsonPropertyName("clusterIPs")]
    public IReadOnlyList<string>? ClusterIPs { get; init; }

    public IReadOnlyDictionary<string, string>? Selector { get; init; }

    public IReadOnlyList<V1ServicePort>? Ports { get; init; }

    public string? ExternalName { get; init; }

    public bool? PublishNotReadyAddresses { get; init; }

    public IReadOnlyList<string>? IpFamilies { get; init; }
}

public sealed record V1ServicePort
{
    public string? Name { get; init; }

    public int Port { get; init; }

    /// <summary>The same as <see cref="Port"/> when absent.</summary>
    public IntOrString? TargetPort { get; init; }

    /// <summary><c>TCP</c> when absent.</summary>
    public string? Protocol { get; init; }

    public string? AppProtocol { get; init; }

    public int? NodePort { get; init; }
}

using System.Text.Json.Serialization;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(Group = "coordination.k8s.io", ApiVersion = "v1", Kind = "Lease", PluralName = "leases")]
public sealed record V1Lease : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "coordination.k8s.io/v1"; } = "coordination.k8s.io/v1";

    public string Kind { get; init => field = value ?? "Lease"; } = "Lease";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1LeaseSpec? Spec { get; init; }
}

public sealed record V1LeaseSpec
{
    /// <summary>Empty or absent when the last holder released it.</summary>
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(KubernetesMicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(KubernetesMicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }
}

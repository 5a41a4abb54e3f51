using System.Text.Json.Serialization;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

/// <summary>An event of events.k8s.io/v1; core/v1 serves the same objects under its own field names.</summary>
[KubernetesEntity(Group = "events.k8s.io", ApiVersion = "v1", Kind = "Event", PluralName = "events")]
public sealed record Eventsv1Event : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "events.k8s.io/v1"; } = "events.k8s.io/v1";

    public string Kind { get; init => field = value ?? "Event"; } = "Event";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    [JsonConverter(typeof(KubernetesMicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }

    public Eventsv1EventSeries? Series { get; init; }

    public string? ReportingController { get; init; }

    /// <summary>At most 128 characters.</summary>
    public string? ReportingInstance { get; init; }

    /// <summary>At most 128 characters.</summary>
    public string? Action { get; init; }

    /// <summary>At most 128 characters.</summary>
    public string? Reason { get; init; }

    public V1ObjectReference? Regarding { get; init; }

    public V1ObjectReference? Related { get; init; }

    /// <summary>At most 1024 bytes.</summary>
    public string? Note { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }
}

public sealed record Eventsv1EventSeries
{
    public int Count { get; init; }

    [JsonConverter(typeof(KubernetesMicroTimeConverter))]
    public DateTimeOffset? LastObservedTime { get; init; }
}

using System.Text.Json.Serialization;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "Deployment", PluralName = "deployments")]
public sealed record V1Deployment : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "apps/v1"; } = "apps/v1";

    public string Kind { get; init => field = value ?? "Deployment"; } = "Deployment";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1WorkloadSpec? Spec { get; init; }

    public V1WorkloadStatus? Status { get; init; }
}

[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "ReplicaSet", PluralName = "replicasets")]
public sealed record V1ReplicaSet : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "apps/v1"; } = "apps/v1";

    public string Kind { get; init => field = value ?? "ReplicaSet"; } = "ReplicaSet";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1WorkloadSpec? Spec { get; init; }

    public V1WorkloadStatus? Status { get; init; }
}

[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "StatefulSet", PluralName = "statefulsets")]
public sealed record V1StatefulSet : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "apps/v1"; } = "apps/v1";

    public string Kind { get; init => field = value ?? "StatefulSet"; } = "StatefulSet";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1WorkloadSpec? Spec { get; init; }

    public V1WorkloadStatus? Status { get; init; }
}

[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "DaemonSet", PluralName = "daemonsets")]
public sealed record V1DaemonSet : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "apps/v1"; } = "apps/v1";

    public string Kind { get; init => field = value ?? "DaemonSet"; } = "DaemonSet";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1WorkloadSpec? Spec { get; init; }

    public V1WorkloadStatus? Status { get; init; }
}

[KubernetesEntity(Group = "batch", ApiVersion = "v1", Kind = "Job", PluralName = "jobs")]
public sealed record V1Job : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "batch/v1"; } = "batch/v1";

    public string Kind { get; init => field = value ?? "Job"; } = "Job";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1JobSpec? Spec { get; init; }

    public V1JobStatus? Status { get; init; }
}

[KubernetesEntity(Group = "batch", ApiVersion = "v1", Kind = "CronJob", PluralName = "cronjobs")]
public sealed record V1CronJob : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "batch/v1"; } = "batch/v1";

    public string Kind { get; init => field = value ?? "CronJob"; } = "CronJob";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1CronJobSpec? Spec { get; init; }

    public V1CronJobStatus? Status { get; init; }
}

/// <summary>What we use of the spec of a Deployment, ReplicaSet, StatefulSet or DaemonSet.</summary>
public sealed record V1WorkloadSpec
{
    /// <summary>1 when absent; a DaemonSet has none.</summary>
    public int? Replicas { get; init; }

    public V1LabelSelector? Selector { get; init; }

    public string? ServiceName { get; init; }
}

/// <summary>What we use of the status of a Deployment, ReplicaSet, StatefulSet or DaemonSet.</summary>
public sealed record V1WorkloadStatus
{
    public int? Replicas { get; init; }

    public int? ReadyReplicas { get; init; }

    /// <summary>DaemonSets only.</summary>
    public int? DesiredNumberScheduled { get; init; }

    /// <summary>DaemonSets only.</summary>
    public int? NumberReady { get; init; }

    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<V1Condition>? Conditions { get; init; }
}

public sealed record V1JobSpec
{
    public V1LabelSelector? Selector { get; init; }

    public bool? Suspend { get; init; }
}

public sealed record V1JobStatus
{
    public int? Active { get; init; }

    public int? Ready { get; init; }

    public int? Succeeded { get; init; }

    public int? Failed { get; init; }

    public IReadOnlyList<V1Condition>? Conditions { get; init; }
}

public sealed record V1CronJobSpec
{
    public string? Schedule { get; init; }

    public bool? Suspend { get; init; }
}

public sealed record V1CronJobStatus
{
    public IReadOnlyList<V1ObjectReference>? Active { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? LastScheduleTime { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? LastSuccessfulTime { get; init; }
}

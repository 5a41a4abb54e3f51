namespace Plumbline.Core.Cluster;

/// <summary>Kinds whose pods a Component can name.</summary>
public enum WorkloadKind
{
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,

    /// <summary>A kind that is not watched (an Argo Rollout, an OpenKruise CloneSet): known by what it owns.</summary>
    Other,
}

public readonly record struct WorkloadKey(WorkloadKind Kind, string Namespace, string Name)
{
    /// <summary>The kind as owner references name it, where it is <see cref="WorkloadKind.Other"/>.</summary>
    public string? OtherKind { get; init; }

    public static WorkloadKey Of(string kind, string @namespace, string name) => Enum.TryParse<WorkloadKind>(kind, out var known) && known != WorkloadKind.Other && known.ToString() == kind
        ? new(known, @namespace, name)
        : new(WorkloadKind.Other, @namespace, name) { OtherKind = kind };

    public override string ToString() => $"{OtherKind ?? Kind.ToString()} {Namespace}/{Name}";
}

/// <summary>A workload and the workload that owns it (ReplicaSet → Deployment, Job → CronJob).</summary>
/// <param name="Replicas">Replicas wanted; null where the kind has no such number.</param>
public sealed record WorkloadFacts(WorkloadKey Key, WorkloadKey? Owner, int? Replicas);

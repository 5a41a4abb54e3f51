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
}

public readonly record struct WorkloadKey(WorkloadKind Kind, string Namespace, string Name)
{
    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}

/// <summary>A workload and the workload that owns it (ReplicaSet → Deployment, Job → CronJob).</summary>
/// <param name="Replicas">Replicas wanted; null where the kind has no such number.</param>
public sealed record WorkloadFacts(WorkloadKey Key, WorkloadKey? Owner, int? Replicas);

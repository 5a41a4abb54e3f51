namespace Plumbline.Lab.Estate;

/// <summary>A pod to be: where it runs and what listens in it.</summary>
/// <param name="Name">As its controller would name it.</param>
/// <param name="Owner">Kind and name of the direct owner (ReplicaSet of a Deployment, Job of a CronJob).</param>
public sealed record PlannedPod(EstateWorkload Workload, string Name, string Node, string OwnerKind, string OwnerName);

/// <summary>Workloads → pods, spread over nodes, named as their controllers would name them; the same each time.</summary>
public static class EstatePlan
{
    public static IReadOnlyList<string> Nodes(EstateModel estate) => [.. Enumerable.Range(1, estate.Nodes).Select(i => $"node-{i}")];

    public static IReadOnlyList<PlannedPod> Pods(EstateModel estate)
    {
        var nodes = Nodes(estate);
        var pods = new List<PlannedPod>();
        var next = 0;
        foreach (var workload in estate.Workloads)
        {
            var count = workload.Kind == "DaemonSet" ? nodes.Count : workload.Replicas;
            for (var i = 0; i < count; i++)
            {
                var node = workload.Kind == "DaemonSet" ? nodes[i] : nodes[next++ % nodes.Count];
                var (ownerKind, ownerName) = OwnerOf(workload);
                var name = workload.Kind == "StatefulSet" ? $"{workload.Name}-{i}" : $"{ownerName}-{Suffix(workload.Key, i, 5)}";
                pods.Add(new PlannedPod(workload, name, node, ownerKind, ownerName));
            }
        }

        return pods;
    }

    public static (string Kind, string Name) OwnerOf(EstateWorkload workload) => workload.Kind switch
    {
        "Deployment" => ("ReplicaSet", $"{workload.Name}-{Suffix(workload.Key, -1, 9)}"),
        "CronJob" => ("Job", $"{workload.Name}-29384640"),
        _ => (workload.Kind, workload.Name),
    };

    /// <summary>The alphabet of Kubernetes' own suffixes: no vowels, no look-alikes.</summary>
    internal static string Suffix(string seed, int index, int length)
    {
        const string alphabet = "bcdfghjklmnpqrstvwxz2456789";
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{seed}/{index}"));
        return string.Concat(hash.Take(length).Select(b => alphabet[b % alphabet.Length]));
    }
}

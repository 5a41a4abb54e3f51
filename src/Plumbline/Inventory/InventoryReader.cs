using k8s;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Import.Binding;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Inventory;

/// <param name="Inventory">What could be read.</param>
/// <param name="Missing">Kinds that the credentials may not list, each as a sentence.</param>
public sealed record ReadInventory(ClusterInventory Inventory, IReadOnlyList<string> Missing);

/// <summary>Reads what names can be bound to. Only lists, and nothing of what objects hold but names, labels and ports.</summary>
public sealed class InventoryReader(IKubernetesClient client)
{
    private readonly List<string> _missing = [];

    /// <exception cref="KubernetesRequestException">The API cannot be reached, or does not know us. A kind that we may not list is only left out.</exception>
    public async Task<ReadInventory> ReadAsync(CancellationToken cancellation)
    {
        var inventory = InventoryBuilder.Build(
            await ListAsync<V1Deployment>(cancellation),
            await ListAsync<V1StatefulSet>(cancellation),
            await ListAsync<V1DaemonSet>(cancellation),
            await ListAsync<V1Job>(cancellation),
            await ListAsync<V1CronJob>(cancellation),
            await ListAsync<V1Service>(cancellation),
            await ListAsync<V1Pod>(cancellation));
        return new ReadInventory(inventory, _missing);
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(CancellationToken cancellation)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return (await client.ListAsync<T>(null, cancellation)).Items;
        }
        catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.Forbidden or KubernetesErrorKind.NotFound)
        {
            _missing.Add($"{typeof(T).Name[2..]}s cannot be listed, so nothing is bound to them ({e.Message})");
            return [];
        }
    }
}

/// <summary>Objects of the API as an inventory.</summary>
public static class InventoryBuilder
{
    public static ClusterInventory Build(
        IEnumerable<V1Deployment> deployments,
        IEnumerable<V1StatefulSet> statefulSets,
        IEnumerable<V1DaemonSet> daemonSets,
        IEnumerable<V1Job> jobs,
        IEnumerable<V1CronJob> cronJobs,
        IEnumerable<V1Service> services,
        IEnumerable<V1Pod> pods)
    {
        var byOwner = pods.Where(p => OwnerOf(p) is not null).ToLookup(p => OwnerOf(p)!.Value);
        return new ClusterInventory(
            [
                .. deployments.Select(d => Of(WorkloadKind.Deployment, d.Metadata, d.Spec?.Template)),
                .. statefulSets.Select(s => Of(WorkloadKind.StatefulSet, s.Metadata, s.Spec?.Template)),
                .. daemonSets.Select(d => Of(WorkloadKind.DaemonSet, d.Metadata, d.Spec?.Template)),
                // a CronJob's Jobs come and go: it is the CronJob that has a name
                .. jobs.Where(j => j.Metadata.OwnerReferences is not { Count: > 0 }).Select(j => Of(WorkloadKind.Job, j.Metadata, j.Spec?.Template)),
                .. cronJobs.Select(c => Of(WorkloadKind.CronJob, c.Metadata, c.Spec?.JobTemplate?.Spec?.Template)),
            ],
            [.. services.Select(ServiceOf)]);

        InventoryWorkload Of(WorkloadKind kind, V1ObjectMeta metadata, V1PodTemplateSpec? template)
        {
            var key = new WorkloadKey(kind, metadata.NamespaceProperty ?? "", metadata.Name ?? "");
            var podLabels = Labels(template?.Metadata?.Labels);
            var labels = new Dictionary<string, string>(podLabels, StringComparer.Ordinal);
            foreach (var (name, value) in Labels(metadata.Labels))
                labels[name] = value;
            var specs = byOwner[key].Select(p => p.Spec).Append(template?.Spec).OfType<V1PodSpec>().ToList();
            var containers = specs.SelectMany(s => (s.Containers ?? []).Concat(s.InitContainers ?? [])).ToList();
            return new InventoryWorkload(
                key, labels, podLabels, [.. containers.Select(c => c.Name).OfType<string>().Distinct()], [.. containers.SelectMany(c => c.Ports ?? []).Select(p => p.ContainerPort).Distinct().Order()]);
        }
    }

    private static InventoryService ServiceOf(V1Service service) => new(
        service.Metadata.NamespaceProperty ?? "",
        service.Metadata.Name ?? "",
        Labels(service.Metadata.Labels),
        Labels(service.Spec?.Selector),
        [.. (service.Spec?.Ports ?? []).SelectMany(p => new[] { p.Port, p.TargetPort?.Number() ?? p.Port }).Distinct().Order()]);

    /// <summary>The workload that a pod belongs to, by the names that controllers give to what they make: web-6c9f7 is a ReplicaSet of web, backup-29384640 a Job of backup.</summary>
    private static WorkloadKey? OwnerOf(V1Pod pod)
    {
        if (pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true) is not { Name: { } name } owner)
            return null;
        var @namespace = pod.Metadata.NamespaceProperty ?? "";
        var dash = name.LastIndexOf('-');
        return owner.Kind switch
        {
            "StatefulSet" => new WorkloadKey(WorkloadKind.StatefulSet, @namespace, name),
            "DaemonSet" => new WorkloadKey(WorkloadKind.DaemonSet, @namespace, name),
            "ReplicaSet" when dash > 0 => new WorkloadKey(WorkloadKind.Deployment, @namespace, name[..dash]),
            "Job" when dash > 0 && name[(dash + 1)..].All(char.IsAsciiDigit) => new WorkloadKey(WorkloadKind.CronJob, @namespace, name[..dash]),
            "Job" => new WorkloadKey(WorkloadKind.Job, @namespace, name),
            _ => null,
        };
    }

    private static Dictionary<string, string> Labels(IDictionary<string, string>? labels) => labels is null ? [] : new Dictionary<string, string>(labels, StringComparer.Ordinal);
}

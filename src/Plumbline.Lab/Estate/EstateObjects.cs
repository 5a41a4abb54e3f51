using System.Net;
using System.Text.Json.Nodes;
using Plumbline.Lab.Cluster;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Estate;

/// <summary>Writes the estate into the API, and plays the kubelets that report on its pods.</summary>
internal sealed class EstateObjects(ApiObjects api, PlacedEstate estate, LabNetwork network, TimeProvider time)
{
    private const string Manager = "plumbline-lab";
    private const string Kubelet = "kubelet";

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly Dictionary<string, IReadOnlyDictionary<int, int>> _servicePorts = [];
    private HashSet<string> _notReady = [];
    private bool _reported;

    public async Task CreateAsync(IEnumerable<string> moreNamespaces, CancellationToken cancellation)
    {
        await api.ApplyAllAsync(estate.Namespaces.Concat(moreNamespaces).Distinct().Select(Manifests.Namespace), Manager, cancellation);
        await api.ApplyAllAsync(
            network.Nodes.Select(n => Manifests.Node(n.Name, n.Address.ToString(), n.PodCidr.ToString())), Manager, cancellation);
        await Task.WhenAll(network.Nodes.Select(n => api.ApplyStatusAsync(Manifests.NodeStatus(n.Name, n.Address.ToString(), _started), Kubelet, cancellation)));
        await Task.WhenAll(estate.Pods.GroupBy(p => p.Plan.Workload).Select(g => CreateWorkloadAsync(g.Key, g, cancellation)));
    }

    /// <summary>Brings Services in line: their ports are what the estate says but for <paramref name="changes"/> (Service → old port → new port).</summary>
    public async Task SetServicePortsAsync(IReadOnlyDictionary<string, IReadOnlyDictionary<int, int>> changes, CancellationToken cancellation)
    {
        var all = estate.Pods.Select(p => p.Plan.Workload).Distinct().Where(w => w.Service is not null).ToList();
        foreach (var (workload, i) in all.Select((w, i) => (w, i)))
        {
            var key = $"{workload.Namespace}/{workload.Service}";
            var change = changes.GetValueOrDefault(key) ?? new Dictionary<int, int>();
            if (_servicePorts.GetValueOrDefault(key) is { } present && present.OrderBy(p => p.Key).SequenceEqual(change.OrderBy(p => p.Key)))
            {
                continue;
            }

            await api.ApplyAsync(Service(workload, i, change), Manager, cancellation);
            _servicePorts[key] = change;
        }
    }

    /// <summary>Reports every pod running, and ready but for those of <paramref name="notReady"/> (workloads as namespace/name).</summary>
    public async Task ReportAsync(IReadOnlySet<string> notReady, CancellationToken cancellation)
    {
        var changed = estate.Pods.Where(p => !_reported || notReady.Contains(p.Plan.Workload.Key) != _notReady.Contains(p.Plan.Workload.Key));
        await Task.WhenAll(changed.Select(p => api.ApplyStatusAsync(
            Manifests.PodStatus(
                p.Plan.Workload.Namespace, p.Plan.Name, p.Network.Address.ToString(), p.Network.Node.Address.ToString(),
                !notReady.Contains(p.Plan.Workload.Key), time.GetUtcNow(), _started),
            Kubelet, cancellation)).ToList());
        _notReady = [.. notReady];
        _reported = true;
    }

    private static JsonObject Service(EstateWorkload workload, int index, IReadOnlyDictionary<int, int> change)
    {
        if (workload == ClusterDns.Workload)
        {
            return ClusterDns.Service();
        }

        var service = Manifests.Service(workload, new IPAddress([10, 96, 1, (byte)(index + 1)]).ToString());
        foreach (var port in service["spec"]!["ports"]!.AsArray())
        {
            port!["port"] = change.GetValueOrDefault((int)port["port"]!, (int)port["port"]!);
        }

        return service;
    }

    private async Task CreateWorkloadAsync(EstateWorkload workload, IEnumerable<PlacedPod> pods, CancellationToken cancellation)
    {
        var owner = await api.ApplyAsync(Manifests.Controllers(workload, null).Single(), Manager, cancellation);
        foreach (var between in Manifests.Controllers(workload, Uid(owner)))
        {
            owner = await api.ApplyAsync(between, Manager, cancellation);
        }

        await api.ApplyAllAsync(pods.Select(p => Manifests.Pod(p.Plan, Uid(owner))), Manager, cancellation);
    }

    private static string Uid(JsonObject made) => (string)made["metadata"]!["uid"]!;
}

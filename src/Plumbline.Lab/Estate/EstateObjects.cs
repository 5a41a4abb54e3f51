using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Plumbline.Lab.Cluster;
using Plumbline.Lab.Network;
using Plumbline.Lab.Pods;

namespace Plumbline.Lab.Estate;

/// <summary>Writes the estate into the API, and plays the kubelets that report on its pods.</summary>
internal sealed class EstateObjects(ApiObjects api, PlacedEstate estate, LabNetwork network, TimeProvider time)
{
    private const string Manager = "plumbline-lab";
    private const string Kubelet = "kubelet";

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly Dictionary<string, IReadOnlyDictionary<int, int>> _servicePorts = [];
    private readonly ConcurrentDictionary<string, bool> _ready = [];
    private string _dnsName = ClusterDns.Name;
    private readonly ConcurrentDictionary<string, string> _owners = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _startedAt = [];

    public async Task CreateAsync(IEnumerable<string> moreNamespaces, CancellationToken cancellation)
    {
        await api.ApplyAllAsync(estate.Namespaces.Concat(moreNamespaces).Distinct().Select(Manifests.Namespace), Manager, cancellation);
        await api.ApplyAllAsync(
            network.Nodes.Select(n => Manifests.Node(n.Name, [.. n.PodCidrs.Select(c => c.ToString())])), Manager, cancellation);
        await Task.WhenAll(network.Nodes.Select(n => api.MergeStatusAsync(Manifests.NodeStatus(n.Name, [.. n.Addresses.Select(a => a.ToString())], _started), cancellation)));
        await Task.WhenAll(estate.Plans.GroupBy(p => p.Workload).Select(g => CreateWorkloadAsync(g.Key, g, cancellation)));
    }

    /// <summary>Brings Services in line: their ports are what the estate says but for <paramref name="changes"/> (Service → old port → new port).</summary>
    public async Task SetServicePortsAsync(IReadOnlyDictionary<string, IReadOnlyDictionary<int, int>> changes, CancellationToken cancellation)
    {
        var all = estate.Plans.Select(p => p.Workload).Distinct().Where(w => w.Service is not null).ToList();
        foreach (var (workload, i) in all.Select((w, i) => (w, i)))
        {
            var key = $"{workload.Namespace}/{workload.Service}";
            if (workload == ClusterDns.Workload && _servicePorts.ContainsKey(key))
            {
                continue;
            }

            var change = changes.GetValueOrDefault(key) ?? new Dictionary<int, int>();
            if (_servicePorts.GetValueOrDefault(key) is { } present && present.OrderBy(p => p.Key).SequenceEqual(change.OrderBy(p => p.Key)))
            {
                continue;
            }

            await api.ApplyAsync(Service(workload, i, change), Manager, cancellation);
            _servicePorts[key] = change;
        }
    }

    /// <summary>Gives the cluster's DNS Service another name (namespace/name); its address stays.</summary>
    public async Task SetClusterDnsAsync(string name, CancellationToken cancellation)
    {
        if (_dnsName == name)
        {
            return;
        }

        await api.DeleteAsync(ClusterDns.Service(_dnsName), cancellation);
        if (ClusterDns.Slice(_dnsName, estate.Dns.Address) is { } old)
        {
            await api.DeleteAsync(old, cancellation);
        }

        await api.ApplyAsync(Manifests.Namespace(name.Split('/')[0]), Manager, cancellation);
        await api.ApplyAsync(ClusterDns.Service(name), Manager, cancellation);
        if (ClusterDns.Slice(name, estate.Dns.Address) is { } slice)
        {
            await api.ApplyAsync(slice, Manager, cancellation);
        }

        _dnsName = name;
    }

    /// <summary>Reports every pod of the estate running, and ready but for those of <paramref name="notReady"/> (workloads as namespace/name).</summary>
    public async Task ReportAsync(IReadOnlySet<string> notReady, CancellationToken cancellation)
    {
        var pods = estate.Pods.All.Where(p => p.Workload is not null && _owners.ContainsKey(p.Workload)).ToList();
        var changed = pods.Where(p => !_ready.TryGetValue(p.Key, out var ready) || ready == notReady.Contains(p.Workload!)).ToList();
        await Task.WhenAll(changed.Select(p => ReportAsync(p, !notReady.Contains(p.Workload!), cancellation)));
        foreach (var pod in changed)
        {
            _ready[pod.Key] = !notReady.Contains(pod.Workload!);
        }
    }

    /// <summary>Makes the object of one more pod of a workload. Its network must be there, and it is not ready yet.</summary>
    public async Task CreatePodAsync(PlannedPod plan, RunningPod pod, CancellationToken cancellation)
    {
        _startedAt[pod.Key] = time.GetUtcNow();
        await api.ApplyAsync(Manifests.Pod(plan, _owners[plan.Workload.Key]), Manager, cancellation);
        await ReportAsync(pod, ready: false, cancellation);
        _ready[pod.Key] = false;
    }

    /// <summary>A pod that is gone; its name may come back.</summary>
    public void Forget(string pod) => _ready.TryRemove(pod, out _);

    private Task<JsonObject> ReportAsync(RunningPod pod, bool ready, CancellationToken cancellation) => api.ApplyStatusAsync(
        Manifests.PodStatus(new PodReport(
            pod.Namespace, pod.Name, [pod.Workload!.Split('/')[1]], [.. pod.Addresses.Select(a => a.ToString())], network.Node(pod.Node).Address.ToString(), ready,
            _startedAt.TryGetValue(pod.Key, out var startedAt) ? startedAt : _started, time.GetUtcNow())),
        Kubelet, cancellation);

    private JsonObject Service(EstateWorkload workload, int index, IReadOnlyDictionary<int, int> change)
    {
        if (workload == ClusterDns.Workload)
        {
            return ClusterDns.Service();
        }

        var service = Manifests.Service(workload, new IPAddress([10, 96, 1, (byte)(index + 1)]).ToString(), network.Nodes[0].Address6 is null ? null : $"fd00:10:96::1:{index + 1:x}");
        foreach (var port in service["spec"]!["ports"]!.AsArray())
        {
            port!["port"] = change.GetValueOrDefault((int)port["port"]!, (int)port["port"]!);
        }

        return service;
    }

    private async Task CreateWorkloadAsync(EstateWorkload workload, IEnumerable<PlannedPod> pods, CancellationToken cancellation)
    {
        var owner = await api.ApplyAsync(Manifests.Controllers(workload, null).Single(), Manager, cancellation);
        foreach (var between in Manifests.Controllers(workload, Uid(owner)))
        {
            owner = await api.ApplyAsync(between, Manager, cancellation);
        }

        _owners[workload.Key] = Uid(owner);
        await api.ApplyAllAsync(pods.Select(p => Manifests.Pod(p, Uid(owner))), Manager, cancellation);
    }

    private static string Uid(JsonObject made) => (string)made["metadata"]!["uid"]!;
}

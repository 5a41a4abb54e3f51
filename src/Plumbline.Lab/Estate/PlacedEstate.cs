using System.Net;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;
using Plumbline.Lab.Pods;

namespace Plumbline.Lab.Estate;

/// <summary>The estate in the network: every pod a namespace, every external host an address.</summary>
internal sealed class PlacedEstate
{
    private readonly LabNetwork _network;

    private PlacedEstate(EstateModel model, LabNetwork network, RunningPods pods, IReadOnlyList<PlannedPod> plans, IReadOnlyDictionary<string, IPAddress> hosts, LabPod dns)
    {
        (_network, Model, Pods, Plans, Hosts, Dns) = (network, model, pods, plans, hosts, dns);
        HostListeners = [.. from host in model.External from port in host.Ports select Of(host, port)];
    }

    public EstateModel Model { get; }

    /// <summary>The pods as they are at the moment, cluster DNS among them.</summary>
    public RunningPods Pods { get; }

    /// <summary>The pods as they were at the start.</summary>
    public IReadOnlyList<PlannedPod> Plans { get; }

    /// <summary>Workloads, cluster DNS among them.</summary>
    public IEnumerable<EstateWorkload> Workloads => Model.Workloads.Append(ClusterDns.Workload);

    /// <summary>External hosts' addresses by name.</summary>
    public IReadOnlyDictionary<string, IPAddress> Hosts { get; }

    public LabPod Dns { get; }

    /// <summary>What listens outside the cluster when nothing is broken.</summary>
    public IReadOnlyList<PlacedListener> HostListeners { get; }

    /// <summary>Namespaces of the cluster that the estate needs.</summary>
    public IEnumerable<string> Namespaces => Plans.Select(p => p.Workload.Namespace).Distinct();

    public static async Task<PlacedEstate> PlaceAsync(EstateModel model, LabNetwork network, RunningPods pods, CancellationToken cancellation)
    {
        IReadOnlyList<PlannedPod> plans = [.. EstatePlan.Pods(model), ClusterDns.Plan(EstatePlan.Nodes(model)[0])];
        var own = plans.Where(p => !p.Workload.HostNetwork).ToList();
        var placed = own.Zip(await network.AddPodsAsync([.. own.Select(p => new PodPlacement(p.Node))], cancellation)).ToDictionary(p => p.First, p => p.Second);

        var hosts = new Dictionary<string, IPAddress>();
        foreach (var host in model.External)
        {
            var address = new IPAddress([198, 51, 100, (byte)(10 + hosts.Count)]);
            network.AddExternalHost(address);
            hosts.Add(host.Host, address);
        }

        var estate = new PlacedEstate(model, network, pods, plans, hosts, placed[plans[^1]]);
        foreach (var plan in plans)
        {
            pods.Set(estate.Running(plan, placed.GetValueOrDefault(plan)));
        }

        return estate;
    }

    /// <param name="network">Null for a pod in its node's network.</param>
    public RunningPod Running(PlannedPod plan, LabPod? network)
    {
        var workload = plan.Workload;
        var node = _network.Node(plan.Node);
        var place = network?.Namespace ?? node.Namespace;
        IReadOnlyList<IPAddress> addresses = network is null ? node.Addresses : network.Addresses;
        IReadOnlyList<string> names = workload.Service is { } service
            ? [$"{service}.{workload.Namespace}.svc.cluster.local", $"{service}.{workload.Namespace}.svc", $"{service}.{workload.Namespace}"]
            : [workload.Name];

        // Cluster DNS is answered by the lab itself.
        IEnumerable<EstatePort> ports = workload == ClusterDns.Workload ? [] : workload.Ports;
        return new RunningPod(
            workload.Namespace, plan.Name, workload.Key, plan.Node, place, network, addresses,
            [.. ports.Select(p => new PlacedListener(workload.Key, $"{workload.Namespace}/{plan.Name}", p.Listens, new ListenerSpec(place, p.Listens, Kind(p.Speaks)) { HostNames = names }))]);
    }

    /// <summary>A listener at a port that the external host does not have by itself.</summary>
    public PlacedListener Extra(EstateHost host, int port, ListenerKind kind = ListenerKind.Tcp) => Of(host, new EstatePort { Port = port, Speaks = ListenerWords.Of(kind) });

    private PlacedListener Of(EstateHost host, EstatePort port) => new(
        host.Host, null, port.Listens, new ListenerSpec(_network.Outside, port.Listens, Kind(port.Speaks)) { Address = Hosts[host.Host], HostNames = [host.Host] });

    private static ListenerKind Kind(string speaks) =>
        ListenerWords.TryFind(speaks, out var kind) ? kind : throw new InvalidOperationException($"the estate: nothing in the lab speaks '{speaks}': {ListenerWords.List}");
}

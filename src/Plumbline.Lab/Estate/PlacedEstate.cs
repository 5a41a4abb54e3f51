using System.Net;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Estate;

/// <summary>A pod that has its network.</summary>
internal sealed record PlacedPod(PlannedPod Plan, LabPod Network)
{
    public string Key => $"{Plan.Workload.Namespace}/{Plan.Name}";
}

/// <summary>The estate in the network: every pod a namespace, every external host an address.</summary>
internal sealed class PlacedEstate
{
    private PlacedEstate(EstateModel model, IReadOnlyList<PlacedPod> pods, IReadOnlyDictionary<string, IPAddress> hosts, PlacedPod dns, NetworkNamespace outside)
    {
        (Model, Pods, Hosts, Dns) = (model, pods, hosts, dns);
        Listeners =
        [
            .. from pod in pods from port in pod.Plan.Workload.Ports where pod != dns select Of(pod, port),
            .. from host in model.External from port in host.Ports select Of(outside, host, port),
        ];
        Outside = outside;
    }

    public EstateModel Model { get; }

    /// <summary>Cluster DNS among them.</summary>
    public IReadOnlyList<PlacedPod> Pods { get; }

    /// <summary>External hosts' addresses by name.</summary>
    public IReadOnlyDictionary<string, IPAddress> Hosts { get; }

    public PlacedPod Dns { get; }

    public NetworkNamespace Outside { get; }

    /// <summary>Everything that listens when nothing is broken.</summary>
    public IReadOnlyList<PlacedListener> Listeners { get; }

    /// <summary>Namespaces of the cluster that the estate needs.</summary>
    public IEnumerable<string> Namespaces => Pods.Select(p => p.Plan.Workload.Namespace).Distinct();

    public static async Task<PlacedEstate> PlaceAsync(EstateModel model, LabNetwork network, CancellationToken cancellation)
    {
        var dns = ClusterDns.Plan(EstatePlan.Nodes(model)[0]);
        IReadOnlyList<PlannedPod> plans = [.. EstatePlan.Pods(model), dns];
        var placed = await network.AddPodsAsync([.. plans.Select(p => new PodPlacement(p.Node))], cancellation);
        var pods = plans.Zip(placed, (plan, pod) => new PlacedPod(plan, pod)).ToList();

        var hosts = new Dictionary<string, IPAddress>();
        foreach (var host in model.External)
        {
            var address = new IPAddress([198, 51, 100, (byte)(10 + hosts.Count)]);
            network.AddExternalHost(address);
            hosts.Add(host.Host, address);
        }

        return new PlacedEstate(model, pods, hosts, pods[^1], network.Outside);
    }

    /// <summary>A listener at a port that the external host does not have by itself.</summary>
    public PlacedListener Extra(EstateHost host, int port) => Of(Outside, host, new EstatePort { Port = port });

    private PlacedListener Of(NetworkNamespace outside, EstateHost host, EstatePort port) =>
        new(host.Host, port.Listens, new ListenerSpec(outside, port.Listens, Kind(port.Speaks)) { Address = Hosts[host.Host], HostNames = [host.Host] });

    private static PlacedListener Of(PlacedPod pod, EstatePort port)
    {
        var workload = pod.Plan.Workload;
        IReadOnlyList<string> names = workload.Service is { } service
            ? [$"{service}.{workload.Namespace}.svc.cluster.local", $"{service}.{workload.Namespace}.svc", $"{service}.{workload.Namespace}"]
            : [workload.Name];
        return new PlacedListener(workload.Key, port.Listens, new ListenerSpec(pod.Network.Namespace, port.Listens, Kind(port.Speaks)) { HostNames = names });
    }

    private static ListenerKind Kind(string speaks) => speaks switch
    {
        "tcp" => ListenerKind.Tcp,
        "http" => ListenerKind.Http,
        "https" => ListenerKind.Https,
        "tls" => ListenerKind.Tls,
        "smtp" => ListenerKind.Banner,
        _ => throw new InvalidOperationException($"estate.yaml: nothing in the lab speaks '{speaks}'"),
    };
}

/// <param name="Owner">Namespace and name of the workload, or the name of the external host.</param>
internal sealed record PlacedListener(string Owner, int Port, ListenerSpec Spec);

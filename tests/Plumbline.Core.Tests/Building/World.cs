using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Building;

/// <summary>A small cluster for tests: pods by workload, Services over them, Components for both.</summary>
internal sealed class World
{
    private readonly List<Component> _components = [];
    private int _address = 1;

    public World()
    {
        foreach (var node in new[] { "n1", "n2" })
        {
            Cluster.Set(node, new NodeFacts(node, [$"192.0.2.{node[1]}"], ImmutableSortedDictionary<string, string>.Empty, true), []);
        }
    }

    public ClusterFacts Cluster { get; } = new(new ClusterDns(["10.96.0.10"], "cluster.local"));

    public ComponentDirectory Components => new(_components);

    public World Workload(string name, int replicas = 2, bool ready = true, WorkloadKind kind = WorkloadKind.StatefulSet, bool steady = true)
    {
        var key = new WorkloadKey(kind, name, name);
        Cluster.Set(key, new WorkloadFacts(key, null, replicas), []);
        for (var i = 0; i < replicas; i++)
        {
            var pod = new PodFacts
            {
                Key = new NamespacedName(name, $"{name}-{i}"),
                Uid = $"uid-{name}-{i}",
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add("app", name),
                Node = i % 2 == 0 ? "n1" : "n2",
                Phase = steady ? PodPhase.Running : PodPhase.Pending,
                Ready = ready,
                Addresses = [$"10.0.0.{_address++}"],
                Owner = key,
            };
            Cluster.Set(pod.Key, pod, []);
        }

        return Component(name, new Binding.Workload(key));
    }

    public World Service(string name, int port, int targetPort, bool ready = true, string protocol = "TCP")
    {
        var key = new NamespacedName(name, name);
        Cluster.Set(key, new ServiceFacts
        {
            Key = key,
            ClusterIps = ["10.96.1.1"],
            Ports = [new ServicePortFacts("main", port, protocol, targetPort.ToString(System.Globalization.CultureInfo.InvariantCulture))],
            Selector = ImmutableSortedDictionary<string, string>.Empty.Add("app", name),
        }, []);
        var endpoints = Cluster.PodsMatching(name, LabelSelector.Everything).Select(p => new EndpointFacts(p.Addresses[0], p.Ready && ready, false, p.Key, p.Node));
        Cluster.Set(key, new EndpointSliceFacts(key, name, [new EndpointPortFacts("main", targetPort, protocol)], [.. endpoints]), []);
        return this;
    }

    public World Component(string name, Binding binding, params string[] names)
    {
        _components.Add(new Component(new NamespacedName("docs", name), names.Length == 0 ? [name] : [.. names], binding, ImmutableDictionary<int, int>.Empty));
        return this;
    }

    public ConnectionResolution Resolve(DocumentedConnection connection) => ConnectionResolver.Resolve(connection, Components, Cluster);

    public static DocumentedConnection UdpRow(string? from, string? to, params int[] ports) => Row(from, to, ports) with
    {
        Protocol = ConnectionProtocol.Udp,
        Ports = [.. ports.Select(p => new DocumentedPort(p, ConnectionProtocol.Udp))],
    };

    public static DocumentedConnection Row(string? from, string? to, params int[] ports) => new()
    {
        Key = new NamespacedName("docs", "row-1"),
        Id = "1",
        Map = "map",
        From = from,
        To = to,
        Protocol = ConnectionProtocol.Tcp,
        Ports = [.. ports.Select(p => new DocumentedPort(p, ConnectionProtocol.Tcp))],
    };
}

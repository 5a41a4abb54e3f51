using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Loop;

/// <summary>
/// A small cluster that changes at random: few names, so that what comes, goes and comes again gets in each other's way. Knows its facts as
/// the API server does, so that another loop can be told all of them.
/// </summary>
internal sealed class SimulatedCluster(Random random)
{
    public static readonly string[] NodeNames = ["n1", "n2", "n3"];
    private static readonly string[] Spaces = ["red", "blue"];
    private static readonly string[] Apps = ["a", "b", "c"];
    private static readonly string[] ComponentNames = ["a", "b", "c", "all", "svc", "out", "kubelet"];

    // By what the event is of: the newest one is the fact.
    private readonly SortedDictionary<string, LoopEvent> _facts = new(StringComparer.Ordinal);
    private int _versions;

    /// <summary>Everything that the API server has of the cluster, Components and maps; in the order of its keys.</summary>
    public IEnumerable<LoopEvent> Facts => _facts.Values;

    public ObservedMap? Map { get; private set; }

    public IEnumerable<LoopEvent> Begin()
    {
        LoopEvent[] begin =
        [
            .. NodeNames.Select(n => Node(n, true)),
            .. Spaces.Select(s => Namespace(s, "x")),
            Dns(exists: true),
            .. from space in Spaces from app in Apps from e in Application(space, app) select e,
            .. ComponentNames.Select(Component),
            MakeMap(),
        ];
        foreach (var e in begin)
        {
            Remember(e);
        }

        return begin;
    }

    /// <summary>Something changes.</summary>
    public IEnumerable<LoopEvent> Change()
    {
        LoopEvent[] events = random.Next(20) switch
        {
            < 6 => [Pod(Pick(Spaces), Pick(Apps), random.Next(3))],
            6 => [new LoopEvent.PodChanged(PodKey(Pick(Spaces), Pick(Apps), random.Next(3)), null)],
            7 => [Service(Pick(Spaces), Pick(Apps))],
            < 10 => [Slice(Pick(Spaces), Pick(Apps))],
            10 => [Workload(Pick(Spaces), Pick(Apps))],
            11 => [Node(Pick(NodeNames), random.Next(5) > 0)],
            12 => [Namespace(Pick(Spaces), Pick(["x", "y"]))],
            < 14 => [Policy(Pick(Spaces))],
            14 => [random.Next(3) == 0 ? OtherPolicy() : AdminPolicy()],
            < 17 => [Component(Pick(ComponentNames))],
            17 => [MakeMap()],
            18 => [Dns()],
            _ => [Stranger()],
        };
        foreach (var e in events)
        {
            Remember(e);
        }

        return events;
    }

    /// <summary>Nobody documented anything of this namespace.</summary>
    public LoopEvent Stranger()
    {
        var e = Pod("green", "z", random.Next(5));
        Remember(e);
        return e;
    }

    /// <summary>Everything goes.</summary>
    public IEnumerable<LoopEvent> End()
    {
        LoopEvent[] gone = [.. Facts.Reverse().Select(Gone)];
        _facts.Clear();
        Map = null;
        return gone;
    }

    private static LoopEvent Gone(LoopEvent e) => e switch
    {
        LoopEvent.PodChanged p => p with { Pod = null },
        LoopEvent.ServiceChanged s => s with { Service = null },
        LoopEvent.EndpointSliceChanged s => s with { Slice = null },
        LoopEvent.WorkloadChanged w => w with { Workload = null },
        LoopEvent.NodeChanged n => n with { Node = null },
        LoopEvent.NamespaceChanged n => n with { Namespace = null },
        LoopEvent.PolicyChanged p => p with { Policy = null },
        LoopEvent.AdminPolicyChanged p => p with { Policy = null },
        LoopEvent.OtherPolicyChanged p => p with { IsThere = false },
        LoopEvent.ComponentChanged c => c with { Component = null },
        LoopEvent.MapChanged m => m with { Map = null },
        _ => throw new InvalidOperationException($"{e} is no fact"),
    };

    private void Remember(LoopEvent e)
    {
        var (key, isThere) = e switch
        {
            LoopEvent.PodChanged p => ($"pod {p.Key}", p.Pod is not null),
            LoopEvent.ServiceChanged s => ($"service {s.Key}", s.Service is not null),
            LoopEvent.EndpointSliceChanged s => ($"slice {s.Key}", s.Slice is not null),
            LoopEvent.WorkloadChanged w => ($"workload {w.Key}", w.Workload is not null),
            LoopEvent.NodeChanged n => ($"node {n.Name}", n.Node is not null),
            LoopEvent.NamespaceChanged n => ($"namespace {n.Name}", n.Namespace is not null),
            LoopEvent.PolicyChanged p => ($"policy {p.Key}", p.Policy is not null),
            LoopEvent.AdminPolicyChanged p => ($"policy {p.Kind} {p.Name}", p.Policy is not null),
            LoopEvent.OtherPolicyChanged p => ($"policy {p.Policy}", p.IsThere),
            LoopEvent.ComponentChanged c => ($"component {c.Key}", c.Component is not null),
            LoopEvent.MapChanged m => ($"map {m.Key}", m.Map is not null),
            _ => throw new InvalidOperationException($"{e} is no fact"),
        };
        _facts[key] = e;
        if (!isThere)
        {
            _facts.Remove(key);
        }

        if (e is LoopEvent.MapChanged map)
        {
            Map = map.Map;
        }
    }

    private IEnumerable<LoopEvent> Application(string space, string app)
    {
        yield return Workload(space, app, exists: true);
        for (var i = 0; i < 2; i++)
        {
            yield return Pod(space, app, i, steady: true);
        }

        yield return Service(space, app, exists: true);
        yield return Slice(space, app, exists: true);
    }

    private LoopEvent.PodChanged Pod(string space, string app, int index, bool steady = false)
    {
        var key = PodKey(space, app, index);
        return new(key, new PodFacts
        {
            Key = key,
            Uid = $"uid-{key}-{(steady ? 0 : random.Next(2))}",
            Labels = Labels(("app", steady || random.Next(8) > 0 ? app : Pick(Apps)), ("tier", random.Next(2) == 0 ? "x" : "y")),
            Node = Pick(NodeNames),
            Phase = steady || random.Next(8) > 0 ? PodPhase.Running : PodPhase.Pending,
            Ready = steady || random.Next(3) > 0,
            Terminating = !steady && random.Next(8) == 0,
            HostNetwork = !steady && random.Next(12) == 0,
            Addresses = [$"10.{Array.IndexOf(Spaces, space) + 1}.{Array.IndexOf(Apps, app) + 1}.{(steady ? index : random.Next(4))}"],
            Owner = steady || random.Next(10) > 0 ? Inner(space, app) : null,
        });
    }

    private static NamespacedName PodKey(string space, string app, int index) => new(space, $"{app}-{index}");

    private static WorkloadKey Outer(string space, string app) => new(WorkloadKind.Deployment, space, app);

    private static WorkloadKey Inner(string space, string app) => new(WorkloadKind.ReplicaSet, space, $"{app}-rs");

    private LoopEvent.WorkloadChanged Workload(string space, string app, bool exists = false)
    {
        if (!exists && random.Next(2) == 0)
        {
            return new(Outer(space, app), random.Next(3) == 0 ? null : new WorkloadFacts(Outer(space, app), null, random.Next(3)));
        }

        return new(Inner(space, app), !exists && random.Next(4) == 0 ? null : new WorkloadFacts(Inner(space, app), exists || random.Next(4) > 0 ? Outer(space, app) : null, 2));
    }

    private LoopEvent.ServiceChanged Service(string space, string app, bool exists = false)
    {
        var key = new NamespacedName(space, app);
        var headless = random.Next(5) == 0;
        return new(key, !exists && random.Next(5) == 0
            ? null
            : new ServiceFacts
            {
                Key = key,
                Headless = headless,
                LocalOnly = !headless && random.Next(8) == 0,
                ClusterIps = headless ? [] : [$"10.96.{Array.IndexOf(Spaces, space)}.{Array.IndexOf(Apps, app)}"],
                Ports = random.Next(6) == 0 ? [] : [new("p", 80, "TCP", "8080"), new("q", 443, "TCP", "8443")],
                Selector = random.Next(6) switch { 0 => Labels(), 1 => Labels(("tier", "x")), _ => Labels(("app", app)) },
            });
    }

    private LoopEvent.EndpointSliceChanged Slice(string space, string app, bool exists = false)
    {
        var key = new NamespacedName(space, $"{app}-{(exists ? 0 : random.Next(2))}");
        return new(key, !exists && random.Next(6) == 0
            ? null
            : new EndpointSliceFacts(
                key,
                app,
                [new("p", 8080, "TCP"), new("q", 8443, "TCP")],
                [
                    .. Enumerable.Range(0, exists ? 2 : random.Next(4)).Select(i => new EndpointFacts(
                        $"10.{Array.IndexOf(Spaces, space) + 1}.{Array.IndexOf(Apps, app) + 1}.{(exists ? i : random.Next(4))}",
                        exists || random.Next(5) > 0,
                        !exists && random.Next(6) == 0,
                        exists || random.Next(4) > 0 ? PodKey(space, app, i) : null,
                        Pick(NodeNames)) { Serving = exists || random.Next(4) > 0 }),
                ]));
    }

    private LoopEvent.NodeChanged Node(string name, bool exists) => new(name, exists
        ? new NodeFacts(name, [$"192.0.2.{name[1]}"], Labels(("zone", Pick(["x", "y"]))), random.Next(5) > 0) { Obstacle = random.Next(8) == 0 ? "a virtual node" : null }
        : null);

    private LoopEvent.NamespaceChanged Namespace(string name, string team) => new(name, new NamespaceFacts(name, Labels(("team", team))));

    private LoopEvent.PolicyChanged Policy(string space)
    {
        var key = new NamespacedName(space, Pick(["p1", "p2"]));
        return new(key, random.Next(3) == 0
            ? null
            : new NetworkPolicy
            {
                Namespace = space,
                Name = key.Name,
                PodSelector = random.Next(2) == 0 ? LabelSelector.Everything : LabelSelector.Of(("app", Pick(Apps))),
                PolicyTypes = [random.Next(2) == 0 ? PolicyDirection.Ingress : PolicyDirection.Egress],
                Ingress = random.Next(2) == 0 ? [] : [new([new PolicyPeer { NamespaceSelector = LabelSelector.Of(("team", "x")) }], [new(PolicyProtocol.Tcp, 8080)])],
                Egress = random.Next(2) == 0 ? [] : [new([new PolicyPeer { PodSelector = LabelSelector.Of(("app", "b")) }], [])],
            });
    }

    private LoopEvent.AdminPolicyChanged AdminPolicy()
    {
        var (kind, name) = random.Next(3) == 0 ? (AdminPolicyKind.BaselineAdminNetworkPolicy, "default") : (AdminPolicyKind.AdminNetworkPolicy, Pick(["a1", "a2"]));
        var tier = kind == AdminPolicyKind.AdminNetworkPolicy ? PolicyTier.Admin : PolicyTier.Baseline;
        AdminPeer peer = random.Next(3) switch
        {
            0 => new AdminPeer.Nodes(LabelSelector.Of(("zone", "x"))),
            1 => new AdminPeer.Networks([new IpBlock("10.1.0.0/16")]),
            _ => new AdminPeer.Pods(new NamespacedPods(LabelSelector.Of(("team", "x")))),
        };
        return new(kind, name, random.Next(3) == 0
            ? null
            : new AdminPolicy
            {
                Kind = kind,
                Name = name,
                Tier = tier,
                Priority = random.Next(2),
                Subject = new NamespacedPods(LabelSelector.Everything, random.Next(2) == 0 ? null : LabelSelector.Of(("app", Pick(Apps)))),
                Ingress = random.Next(2) == 0 ? [] : [new AdminRule((PolicyAction)random.Next(3), [new AdminPeer.Pods(new NamespacedPods(LabelSelector.Of(("team", "x"))))], [])],
                Egress = random.Next(2) == 0 ? [] : [new AdminRule((PolicyAction)random.Next(3), [peer], [])],
            });
    }

    private LoopEvent.OtherPolicyChanged OtherPolicy() =>
        new(new OtherPolicy("CiliumNetworkPolicy", random.Next(3) == 0 ? "" : Pick(Spaces), Pick(["c1", "c2"])), random.Next(3) > 0);

    private LoopEvent.ServiceChanged Dns(bool exists = false)
    {
        var key = new NamespacedName("kube-system", "kube-dns");
        return new(key, !exists && random.Next(6) == 0
            ? null
            : new ServiceFacts { Key = key, ClusterIps = [$"10.96.0.{10 + random.Next(2)}"], Ports = [new("dns", 53, "UDP", "53")], DnsRank = 6 });
    }

    private LoopEvent.ComponentChanged Component(string name)
    {
        var key = new NamespacedName("docs", name);
        if (_versions > ComponentNames.Length && random.Next(8) == 0)
        {
            return new(key, null);
        }

        var space = Pick(Spaces);
        Binding binding = name switch
        {
            "all" => new Binding.Group(random.Next(3) == 0 ? ["a", "b", "c"] : ["a", "b"]),
            "svc" => new Binding.Service(new NamespacedName(space, Pick(Apps))),
            "out" => random.Next(2) == 0 ? new Binding.External([new ExternalHost("192.0.2.99", [])]) : new Binding.Outside(),
            "kubelet" => new Binding.Nodes(random.Next(2) == 0 ? LabelSelector.Everything : LabelSelector.Of(("zone", "x")), SameNode: random.Next(2) == 0),
            _ => random.Next(4) switch
            {
                0 => new Binding.Pods(space, LabelSelector.Of(("app", name))),
                1 => new Binding.Pods(space, LabelSelector.Of(("tier", "x"))),
                2 => new Binding.Workload(Inner(space, name)),
                _ => new Binding.Workload(Outer(space, name)),
            },
        };
        ImmutableArray<string> names = random.Next(8) == 0 ? [name, Pick(Apps)] : [name];
        return new(key, new ObservedComponent(new Component(key, names, binding, ImmutableDictionary<int, int>.Empty), $"uid-{name}", ++_versions, null));
    }

    private LoopEvent.MapChanged MakeMap()
    {
        var key = new NamespacedName("docs", "map");
        var desired = ImmutableArray.CreateBuilder<DesiredConnection>();
        for (var id = 0; id < 6; id++)
        {
            if (_facts.Count > 0 && random.Next(8) == 0)
            {
                continue;
            }

            var row = Row(id);
            desired.Add(new DesiredConnection(row, new Manifest(row, string.Join(' ', row.From, row.To, row.Expect, row.Settings, row.Suspended, string.Join(',', row.Ports)))));
        }

        return new(key, new ObservedMap(key, "uid-map", ++_versions, desired.ToImmutable(), [], null));
    }

    private DocumentedConnection Row(int id) => new()
    {
        Key = new NamespacedName("docs", $"map-{id}"),
        Id = $"{id}",
        Map = "map",
        From = Pick(ComponentNames),
        To = Pick(ComponentNames),
        Protocol = ConnectionProtocol.Tcp,
        Ports = random.Next(3) == 0 ? [new(80, ConnectionProtocol.Tcp), new(443, ConnectionProtocol.Tcp)] : [new(80, ConnectionProtocol.Tcp)],
        PortMatch = random.Next(4) == 0 ? PortMatch.Any : PortMatch.All,
        Expect = random.Next(4) == 0 ? Expectation.Blocked : Expectation.Open,
        Suspended = random.Next(10) == 0,
        Settings = new ProbeSettings(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), 3, random.Next(3) == 0 ? 3 : 64),
    };

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private static ImmutableSortedDictionary<string, string> Labels(params (string Key, string Value)[] labels) =>
        labels.ToImmutableSortedDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);

    /// <summary>The row itself stands for the object that is written.</summary>
    internal sealed record Manifest(DocumentedConnection Row, string Fingerprint) : ConnectionManifest(Fingerprint);
}

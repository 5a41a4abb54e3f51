using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Tests.Building;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Resolution;

/// <summary>What kube-proxy and DNS make of each kind of Service.</summary>
public class ServiceKindsTests
{
    private static readonly NamespacedName Db = new("db", "db");
    private World _world = null!;

    [SetUp]
    public void Make() => _world = new World().Workload("client").Workload("db").Service("db", 80, 8080);

    [Test]
    public void Resolve_HeadlessService_TranslatesNoPort()
    {
        Change(s => s with { Headless = true, ClusterIps = [] });

        Assert.That(Targets(80), Is.EqualTo(new[] { "Service db.db.svc.cluster.local.:80", "Endpoint 10.0.0.3:80", "Endpoint 10.0.0.4:80" }));
    }

    [Test]
    public void Resolve_HeadlessServiceThatListsNoPort_LeadsToItsPodsAllTheSame()
    {
        Change(s => s with { Headless = true, ClusterIps = [], Ports = [] });
        _world.Component("dbs", new Binding.Service(Db));

        Assert.That(Targets(7000, "dbs"), Is.EqualTo(new[] { "Service db.db.svc.cluster.local.:7000", "Endpoint 10.0.0.3:7000", "Endpoint 10.0.0.4:7000" }));
        Assert.That(Resolved(7000, "dbs").Facts, Is.Empty);
    }

    [Test]
    public void Resolve_HeadlessServiceBesideTheRealOne_IsNotTheWay()
    {
        Headless("db-peers", 80);

        Assert.That(Targets(80), Is.EqualTo(new[] { "Service db.db.svc.cluster.local.:80", "Endpoint 10.0.0.3:8080", "Endpoint 10.0.0.4:8080" }));
    }

    [Test]
    public void Resolve_PortThatOnlyTheHeadlessServiceHas_IsReachedByThat()
    {
        Headless("db-peers", 7000);

        Assert.That(Targets(7000), Is.EqualTo(new[] { "Service db-peers.db.svc.cluster.local.:7000", "Endpoint 10.0.0.3:7000", "Endpoint 10.0.0.4:7000" }));
        Assert.That(Resolved(7000).Facts, Is.Empty);
    }

    [Test]
    public void Resolve_UnnamedPortThatTheServiceLacks_LeadsToNoEndpoint()
    {
        Change(s => s with { Ports = [new(null, 80, "TCP", "8080")] });
        Slice(s => s with { Ports = [new(null, 8080, "TCP")] });
        _world.Component("dbs", new Binding.Service(Db));

        Assert.That(Targets(8443, "dbs"), Is.EqualTo(new[] { "Service db.db.svc.cluster.local.:8443" }));
        Assert.That(Resolved(8443, "dbs").Facts.Single().Reason, Is.EqualTo(Reasons.ServicePortMissing));
        Assert.That(Targets(80, "dbs"), Has.Length.EqualTo(3), "the port that it has is found without a name");
    }

    [Test]
    public void Resolve_TargetPortThatIsNoPortOfThePods_SaysSo()
    {
        Change(s => s with { Ports = [new("main", 80, "TCP", "htpp")] });
        Slice(s => s with { Ports = [] });

        Assert.That(Resolved(80).Facts.Single().Explanation, Is.EqualTo("Service db/db leads nowhere on port 80: its targetPort 'htpp' is no port of its 2 ready pods"));
    }

    [Test]
    public void Resolve_HandWrittenSliceWithAnotherPortName_SaysWhichNamesThereAre()
    {
        Change(s => s with { Selector = ImmutableSortedDictionary<string, string>.Empty });
        Slice(s => s with { Ports = [new("web", 8080, "TCP")] });
        _world.Component("dbs", new Binding.Service(Db));

        Assert.That(Resolved(80, "dbs").Facts.Single().Explanation, Is.EqualTo("Service db/db leads nowhere on port 80: its port is named 'main', and its EndpointSlices have only 'web'"));
    }

    [Test]
    public void Resolve_SliceOfNames_IsToldAsTheReasonForNoEndpoint()
    {
        Slice(s => s with { Ports = [], Endpoints = [], OfNames = true });

        Assert.That(Resolved(80).Facts.Single().Explanation, Is.EqualTo("Service db/db has no ready endpoint for port 80, only names (addressType FQDN), which kube-proxy passes over"));
    }

    [Test]
    public void Resolve_ExternalNameThatIsAnAddress_IsToldWithTheFailure()
    {
        Change(s => s with { Type = "ExternalName", ExternalName = "10.1.2.3", ClusterIps = [], Selector = ImmutableSortedDictionary<string, string>.Empty });
        _world.Component("dbs", new Binding.Service(Db));

        Assert.That(Resolved(80, "dbs").Pairs[0].Target.Caution, Does.StartWith("externalName 10.1.2.3 is an address, which DNS takes for a name"));
    }

    [Test]
    public void Resolve_PortInsideThePodsOfAService_MeansThePodsBehindIt()
    {
        Slice(s => s with { Endpoints = [s.Endpoints[0]] });

        Assert.That(Targets(8080), Is.EqualTo(new[] { "Pod 10.0.0.3:8080" }), "a worker of the same labels does not serve it");
        Assert.That(Targets(9999), Is.EqualTo(new[] { "Pod 10.0.0.3:9999", "Pod 10.0.0.4:9999" }));
    }

    [Test]
    public void Resolve_SelectedPodsThatDoNotRun_AreCountedByTheirPhase()
    {
        foreach (var pod in _world.Cluster.PodsMatching("client", LabelSelector.Everything).ToList())
        {
            _world.Cluster.Set(pod.Key, pod with { Phase = PodPhase.Succeeded }, []);
        }

        _world.Component("jobs", new Binding.Pods("client", LabelSelector.Everything));

        var unresolved = (ConnectionResolution.Unresolved)_world.Resolve(Row("jobs", "db", 80));
        Assert.That((unresolved.Reason, unresolved.Explanation), Is.EqualTo((Reasons.SourceNotRunning, $"none of the 2 pods in namespace client that match {LabelSelector.Everything} runs: 2 Succeeded")));
    }

    [Test]
    public void Resolve_PublishedPodThatIsNotReady_IsATargetWhoseFailureIsNoEvidence()
    {
        Change(s => s with { Headless = true, ClusterIps = [] });
        Slice(s => s with { Endpoints = [s.Endpoints[0], s.Endpoints[1] with { Ready = true, Serving = false }] });

        var targets = Resolved(80).Pairs.Select(p => p.Target).DistinctBy(t => t.Host).ToList();

        Assert.That(targets.Select(t => t.Steady), Is.EqualTo(new[] { true, true, false }));
        Assert.That((targets[0].Behind.Single(), targets[0].Unsteady.Single()), Is.EqualTo(("10.0.0.3", "10.0.0.4")));
    }

    [Test]
    public void Resolve_OnlyPodsOnTheirWayOutServe_AreReachedWhileThereAreNoOthers()
    {
        Slice(s => s with { Endpoints = [s.Endpoints[0] with { Ready = false, Serving = true, Terminating = true }, s.Endpoints[1] with { Ready = false, Serving = false }] });

        Assert.That(Targets(80), Is.EqualTo(new[] { "Service db.db.svc.cluster.local.:80", "Endpoint 10.0.0.3:8080" }));
        Assert.That(Resolved(80).Facts, Is.Empty);

        Slice(s => s with { Endpoints = [s.Endpoints[0], s.Endpoints[1] with { Ready = true, Serving = true }] });
        Assert.That(Targets(80), Is.EqualTo(new[] { "Service db.db.svc.cluster.local.:80", "Endpoint 10.0.0.4:8080" }));
    }

    [Test]
    public void Resolve_LocalTrafficOnly_LeadsFromEachNodeToItsOwnEndpoints()
    {
        Change(s => s with { LocalOnly = true });
        Slice(s => s with { Endpoints = [s.Endpoints[0]] });

        var pairs = Resolved(80).Pairs;

        Assert.That(pairs.Select(p => $"{p.Source.Display} {p.Target.Kind} {p.Target.Host}"), Is.EquivalentTo(new[]
        {
            "client/client-0 Service db.db.svc.cluster.local.", "client/client-1 Service db.db.svc.cluster.local.", "client/client-0 Endpoint 10.0.0.3",
        }));
        Assert.That(pairs.First(p => p.Target.Kind == TargetKind.Service).Target.LocalNodes, Is.EquivalentTo(new[] { "n1" }));
        foreach (var (place, pair) in pairs.Index())
        {
            Assert.That(pairs.IndexOf(PairKey.Of(pair)), Is.EqualTo(place));
        }
    }

    [Test]
    public void Resolve_NodesThatCanHaveNoAgent_AreLeftOutAndNamed()
    {
        _world.Cluster.Set("n2", new NodeFacts("n2", [], ImmutableSortedDictionary<string, string>.Empty, true) { Obstacle = "a Windows node" }, []);

        var resolved = Resolved(80);

        Assert.That(resolved.Pairs.Nodes, Is.EqualTo(new[] { "n1" }));
        Assert.That(resolved.LeftOut, Is.EqualTo("client/client-1 cannot be probed, since no agent can run there: n2 is a Windows node"));
    }

    [Test]
    public void Resolve_EverySourceOnSuchNodes_IsNodeUnsupported()
    {
        foreach (var node in new[] { "n1", "n2" })
        {
            _world.Cluster.Set(node, new NodeFacts(node, [], ImmutableSortedDictionary<string, string>.Empty, true) { Obstacle = "a virtual node" }, []);
        }

        var unresolved = (ConnectionResolution.Unresolved)_world.Resolve(Row("client", "db", 80));

        Assert.That(unresolved.Reason, Is.EqualTo(Reasons.NodeUnsupported));
        Assert.That(unresolved.Explanation, Is.EqualTo("2 sources (client/client-0 …) cannot be probed, since no agent can run there: n1 is a virtual node, n2 is a virtual node"));
    }

    [Test]
    public void Resolve_HostNetworkPods_AreTheirOwnSourcesWhereTheyResolveOtherwise()
    {
        HostNetwork(0, PodDns.ClusterFirst);
        HostNetwork(1, PodDns.ClusterFirst with { Policy = "ClusterFirstWithHostNet" });

        var sources = Resolved(80).Pairs.Select(p => p.Source.Probe).DistinctBy(p => p.Id).ToList();

        Assert.That(sources.Select(s => (s.Id, s.Vantage, s.Dns.UseNodeResolver)), Is.EquivalentTo(new[] { ("node", VantageKind.Node, true), ("uid-client-1", VantageKind.Node, false) }));
    }

    [TestCase(null, null, "db.db.svc.cluster.local")]
    [TestCase(null, "tls.example.com", "tls.example.com")]
    [TestCase("www.example.com", "tls.example.com", "www.example.com")]
    public void Plan_TlsEndpoints_AreAskedByTheNameThatClientsUse(string? httpHost, string? tlsName, string expected)
    {
        var row = Row("client", "db", 80) with
        {
            Protocol = ConnectionProtocol.Https,
            Ports = [new DocumentedPort(80, ConnectionProtocol.Https)],
            Http = HttpExpectation.Default with { Host = httpHost },
            Tls = new TlsExpectation(tlsName, "1.1"),
        };

        var probes = ((ConnectionResolution.Resolved)_world.Resolve(row)).Pairs.Select(p => ProbePlanner.Probe(row, p).Probe).ToList();

        Assert.That(probes.Select(p => (p.ServerName, p.MinTls)), Is.All.EqualTo((expected, "1.1")));
    }

    [Test]
    public void Plan_AnotherPodAtTheSameAddress_IsAnotherQuestion()
    {
        var row = Row("client", "db", 80);
        var before = Ids();
        var key = new NamespacedName("db", "db-0");
        _world.Cluster.Set(key, _world.Cluster.Pod(key)! with { Uid = "another" }, []);

        Assert.That(before.Except(Ids()).Count(), Is.EqualTo(2), "what was seen of the old pod is not the new one's");

        List<ProbeId> Ids() => [.. ((ConnectionResolution.Resolved)_world.Resolve(row)).Pairs.Select(p => ProbePlanner.Probe(row, p).Probe.Id)];
    }

    [Test]
    public void Controls_OfABlockedHostOutside_AskFromTheNode()
    {
        _world.Component("foreign", new Binding.External([new ExternalHost("198.51.100.14", [])]));
        var row = Row("client", "foreign", 5432) with { Expect = Expectation.Blocked };

        var controls = ControlPlanner.Plan(row, [.. ((ConnectionResolution.Resolved)_world.Resolve(row)).Pairs.Select(p => ProbePlanner.Probe(row, p))], _world.Cluster);

        Assert.That(controls.Select(c => $"{c.Pair.Source.Display} → {c.Probe.Host}"), Does.Contain("node n1 → 198.51.100.14"));
    }

    [Test]
    public void Resolve_ClusterDnsNotFound_IsUnknownByNameAndNotByAddress()
    {
        var facts = new ClusterFacts(ClusterDns.Default);
        var pod = new PodFacts { Key = new("a", "a-0"), Uid = "u", Node = "n1", Phase = PodPhase.Running, Ready = true, Addresses = ["10.0.0.1"], Labels = ImmutableSortedDictionary<string, string>.Empty.Add("app", "a") };
        facts.Set(pod.Key, pod, []);
        var components = new ComponentDirectory(
            new Component(new("docs", "a"), ["a"], new Binding.Pods("a", LabelSelector.Everything), ImmutableDictionary<int, int>.Empty),
            new Component(new("docs", "name"), ["name"], new Binding.External([new ExternalHost("db.example.com", [])]), ImmutableDictionary<int, int>.Empty),
            new Component(new("docs", "address"), ["address"], new Binding.External([new ExternalHost("192.0.2.7", [])]), ImmutableDictionary<int, int>.Empty));

        Assert.That(ConnectionResolver.Resolve(Row("a", "name", 80), components, facts), Is.InstanceOf<ConnectionResolution.Unresolved>().With.Property("Reason").EqualTo(Reasons.ClusterDnsUnknown));
        Assert.That(ConnectionResolver.Resolve(Row("a", "address", 80), components, facts), Is.InstanceOf<ConnectionResolution.Resolved>());

        facts.Set(pod.Key, pod with { Dns = PodDns.ClusterFirst with { Policy = "Default" } }, []);
        Assert.That(ConnectionResolver.Resolve(Row("a", "name", 80), components, facts), Is.InstanceOf<ConnectionResolution.Resolved>(), "such a pod does not ask it");
    }

    private void HostNetwork(int index, PodDns dns)
    {
        var key = new NamespacedName("client", $"client-{index}");
        _world.Cluster.Set(key, _world.Cluster.Pod(key)! with { HostNetwork = true, Dns = dns }, []);
    }

    private void Change(Func<ServiceFacts, ServiceFacts> change) => _world.Cluster.Set(Db, change(_world.Cluster.Service(Db)!), []);

    private void Slice(Func<EndpointSliceFacts, EndpointSliceFacts> change) => _world.Cluster.Set(Db, change(_world.Cluster.SlicesOf(Db).Single()), []);

    private void Headless(string name, int port)
    {
        var key = new NamespacedName("db", name);
        _world.Cluster.Set(key, _world.Cluster.Service(Db)! with { Key = key, Headless = true, ClusterIps = [], Ports = [new("main", port, "TCP", "8080")] }, []);
        _world.Cluster.Set(key, _world.Cluster.SlicesOf(Db).Single() with { Key = key, Service = name }, []);
    }

    private ConnectionResolution.Resolved Resolved(int port, string to = "db") => (ConnectionResolution.Resolved)_world.Resolve(Row("client", to, port));

    private string[] Targets(int port, string to = "db") => [.. Resolved(port, to).Pairs.Select(p => p.Target).DistinctBy(t => (t.Host, t.Port)).OrderBy(t => t.Kind).ThenBy(t => t.Host).Select(t => $"{t.Kind} {t.Host}:{t.Port}")];
}

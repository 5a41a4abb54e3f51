using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Tests.Building;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Resolution;

public class ConnectionResolverTests
{
    [Test]
    public void Resolve_WorkloadBehindService_ProbesServiceNameAndEachEndpointFromEachPod()
    {
        var world = new World().Workload("client").Workload("db").Service("db", 5432, 15432);

        var resolved = Resolved(world.Resolve(Row("client", "db", 5432)));

        Assert.That(resolved.Pairs.Select(p => $"{p.Source.Display} {p.Target.Kind} {p.Target.Host}:{p.Target.Port}"), Is.EquivalentTo(new[]
        {
            "client/client-0 Service db.db.svc.cluster.local.:5432",
            "client/client-0 Endpoint 10.0.0.3:15432",
            "client/client-0 Endpoint 10.0.0.4:15432",
            "client/client-1 Service db.db.svc.cluster.local.:5432",
            "client/client-1 Endpoint 10.0.0.3:15432",
            "client/client-1 Endpoint 10.0.0.4:15432",
        }));
        Assert.That(resolved.Facts, Is.Empty);
    }

    [Test]
    public void Resolve_PortThatNoServiceExposes_ProbesPodsAndRemembersTheMissingPort()
    {
        var world = new World().Workload("client", 1).Workload("auth", 1).Service("auth", 8080, 8095);

        var resolved = Resolved(world.Resolve(Row("client", "auth", 80)));

        Assert.That(resolved.Pairs.Single().Target, Has.Property(nameof(PairTarget.Kind)).EqualTo(TargetKind.Pod).And.Property(nameof(PairTarget.Port)).EqualTo(80));
        Assert.That(resolved.Facts.Single().Reason, Is.EqualTo(Reasons.ServicePortMissing));
        Assert.That(resolved.Facts.Single().Explanation, Is.EqualTo("Service auth/auth has no port 80 (it has 8080)"));
    }

    [Test]
    public void Resolve_ServiceWithoutReadyEndpoints_ProbesTheServiceOnly()
    {
        var world = new World().Workload("client", 1).Workload("iwd", ready: false).Service("iwd", 4024, 4024);

        var resolved = Resolved(world.Resolve(Row("client", "iwd", 4024)));

        Assert.That(resolved.Pairs.Single().Target.Kind, Is.EqualTo(TargetKind.Service));
        Assert.That(resolved.Facts.Single().Reason, Is.EqualTo(Reasons.NoReadyEndpoints));
    }

    [Test]
    public void Resolve_ServiceAsSource_ProbesEachReadyEndpointFromItsNode()
    {
        var world = new World().Workload("iwd").Service("iwd", 4024, 4024)
            .Component("iwd-service", new Binding.Service(new NamespacedName("iwd", "iwd")), "IWD Service (Cluster IP)");

        var resolved = Resolved(world.Resolve(Row("iwd service (cluster  IP)", "iwd", 4024)));

        Assert.That(resolved.Pairs.Select(p => $"{p.Source.Display} → {p.Target.Display}"), Is.EquivalentTo(new[] { "node n1 → 10.0.0.1:4024", "node n2 → 10.0.0.2:4024" }));
        Assert.That(resolved.Pairs.Select(p => p.Source.Probe.Vantage), Is.All.EqualTo(VantageKind.Node));
    }

    [Test]
    public void Resolve_ServiceAsSourceWithoutReadyEndpoints_IsDrift()
    {
        var world = new World().Workload("iwd", ready: false).Service("iwd", 4024, 4024)
            .Component("iwd-service", new Binding.Service(new NamespacedName("iwd", "iwd")));

        Assert.That(Unresolved(world.Resolve(Row("iwd-service", "iwd", 4024))).Reason, Is.EqualTo(Reasons.NoReadyEndpoints));
    }

    [Test]
    public void Resolve_Kubelet_ProbesEachPodFromItsOwnNode()
    {
        var world = new World().Workload("rs").Component("kubelet", new Binding.Nodes(LabelSelector.Everything, SameNode: true));

        var resolved = Resolved(world.Resolve(Row("kubelet", "rs", 61616, 8080)));

        Assert.That(resolved.Pairs.Select(p => $"{p.Source.Node} {p.Target.Display}"), Is.EquivalentTo(new[] { "n1 10.0.0.1:61616", "n1 10.0.0.1:8080", "n2 10.0.0.2:61616", "n2 10.0.0.2:8080" }));
    }

    [Test]
    public void Resolve_Group_ProbesFromEveryMember()
    {
        var world = new World().Workload("a", 1).Workload("b", 1).Workload("db", 1).Component("group", new Binding.Group(["a", "b"]), "All of them");

        Assert.That(Resolved(world.Resolve(Row("All of them", "db", 1))).Pairs.Select(p => p.Source.Display), Is.EquivalentTo(new[] { "a/a-0", "b/b-0" }));
    }

    [Test]
    public void Resolve_GroupThatHoldsItself_StillResolves()
    {
        var world = new World().Workload("a", 1).Workload("db", 1).Component("group", new Binding.Group(["a", "group"]));

        Assert.That(Resolved(world.Resolve(Row("group", "db", 1))).Pairs, Has.Count.EqualTo(1));
    }

    [Test]
    public void Resolve_ExternalHostsByPort_ProbesEachPortAtItsHost()
    {
        var world = new World().Workload("email", 1).Component("provider", new Binding.External([new("smtp.example.com", [25, 587]), new("imap.example.com", [993])]));

        Assert.That(Resolved(world.Resolve(Row("email", "provider", 25, 993))).Pairs.Select(p => p.Target.Display), Is.EquivalentTo(new[] { "smtp.example.com:25", "imap.example.com:993" }));
    }

    [Test]
    public void Resolve_NameOfTwoComponents_NamesThemAndGuessesNothing()
    {
        var world = new World().Workload("a", 1).Workload("db", 1)
            .Component("pg-1", new Binding.External([new("one", [])]), "PostgreSQL").Component("pg-2", new Binding.External([new("two", [])]), "postgresql");

        var unresolved = Unresolved(world.Resolve(Row("a", "PostgreSQL", 5432)));

        Assert.That(unresolved.Reason, Is.EqualTo(Reasons.NameAmbiguous));
        Assert.That(unresolved.Explanation, Does.Contain("pg-1, pg-2"));
        Assert.That(Resolved(world.Resolve(Row("a", "PostgreSQL", 5432) with { ToComponent = "pg-2" })).Pairs.Single().Target.Host, Is.EqualTo("two"));
    }

    [TestCase("a", "b", "Logical", nameof(Reasons.LogicalConnection))]
    [TestCase(null, "b", "Tcp", nameof(Reasons.RowIncomplete))]
    [TestCase("a", null, "Tcp", nameof(Reasons.RowIncomplete))]
    [TestCase("a", "unheard of", "Tcp", nameof(Reasons.NameNotBound))]
    [TestCase("a", "scaffold", "Tcp", nameof(Reasons.NameNotBound))]
    [TestCase("internet", "b", "Tcp", nameof(Reasons.OutsideCluster))]
    [TestCase("internet", null, "Tcp", nameof(Reasons.OutsideCluster))]
    [TestCase("gone", "b", "Tcp", nameof(Reasons.SourceMissing))]
    [TestCase("a", "gone", "Tcp", nameof(Reasons.DestinationMissing))]
    [TestCase("job", "b", "Tcp", nameof(Reasons.SourceNotRunning))]
    public void Resolve_NothingToProbe_SaysWhy(string? from, string? to, string protocol, string reason)
    {
        var world = new World().Workload("a", 1).Workload("b", 1).Workload("job", 0, kind: WorkloadKind.CronJob)
            .Component("scaffold", new Binding.None())
            .Component("internet", new Binding.Outside())
            .Component("gone", new Binding.Workload(new WorkloadKey(WorkloadKind.Deployment, "x", "gone")));

        var speaks = Enum.Parse<ConnectionProtocol>(protocol);
        var unresolved = Unresolved(world.Resolve(Row(from, to, 80) with { Protocol = speaks, Ports = [new DocumentedPort(80, speaks)] }));

        Assert.That(unresolved.Reason.Name, Is.EqualTo(reason));
        Assert.That(unresolved.Explanation, Is.Not.Empty);
    }

    [Test]
    public void Resolve_RowOfAnotherDocument_IsUnprobeableWhateverElseItLacks()
    {
        var row = Row("a", "b") with { Protocol = null, Reference = new DocumentReference("Voice Microservices", ["16", "27"]) };

        var unresolved = Unresolved(new World().Resolve(row));

        Assert.That(unresolved.Reason, Is.EqualTo(Reasons.DocumentedElsewhere));
        Assert.That(unresolved.Explanation, Does.Contain("16, 27").And.Contain("Voice Microservices"));
    }

    private static ConnectionResolution.Resolved Resolved(ConnectionResolution resolution)
    {
        Assert.That(resolution, Is.InstanceOf<ConnectionResolution.Resolved>(), resolution.ToString());
        return (ConnectionResolution.Resolved)resolution;
    }

    [Test]
    public void Resolve_WorkloadOfAKindThatIsNotWatched_IsKnownByWhatItOwns()
    {
        var (rollout, replicaSet) = (WorkloadKey.Of("Rollout", "a", "web"), WorkloadKey.Of("ReplicaSet", "a", "web-1"));
        var world = new World().Workload("b").Component("web", new Binding.Workload(rollout));
        Assert.That(Unresolved(world.Resolve(Row("web", "b", 80))).Reason, Is.EqualTo(Reasons.SourceNotRunning), "whether it exists is not known");

        world.Cluster.Set(replicaSet, new WorkloadFacts(replicaSet, rollout, 1), []);
        var pod = new PodFacts { Key = new("a", "web-1-x"), Uid = "u", Node = "n1", Phase = PodPhase.Running, Ready = true, Addresses = ["10.0.9.1"], Owner = replicaSet };
        world.Cluster.Set(pod.Key, pod, []);

        Assert.That(((ConnectionResolution.Resolved)world.Resolve(Row("web", "b", 80))).Pairs.Select(p => p.Source.Display).Distinct(), Is.EqualTo(new[] { "a/web-1-x" }));
    }

    [Test]
    public void Resolve_HostBehindAProxy_IsProbedThroughIt()
    {
        var world = new World().Workload("a", 1).Component("saas", new Binding.External([new ExternalHost("api.example.com", [])]) { Proxy = new ProxySpec("192.0.2.5", 3128) });
        var row = Row("a", "saas", 443);

        var pair = ((ConnectionResolution.Resolved)world.Resolve(row)).Pairs.Single();

        Assert.That(ProbePlanner.Probe(row, pair).Probe.Proxy, Is.EqualTo(new ProxySpec("192.0.2.5", 3128)));
        Assert.That((pair.Target.Display, pair.Target.IsByName), Is.EqualTo(("api.example.com:443 through the proxy 192.0.2.5:3128", false)));
    }

    private static ConnectionResolution.Unresolved Unresolved(ConnectionResolution resolution)
    {
        Assert.That(resolution, Is.InstanceOf<ConnectionResolution.Unresolved>(), resolution.ToString());
        return (ConnectionResolution.Unresolved)resolution;
    }
}

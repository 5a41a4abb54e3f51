using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Resolution;

/// <summary>Pods, nodes and Services with addresses of both families: each is probed on both, from sources that could use them.</summary>
public class DualStackTests
{
    private const string Four = "10.0.0.1";
    private const string Six = "fd00::1";

    [TestCase(Four + " " + Six, "10.0.0.9 fd00::9", "10.0.0.9 fd00::9", Description = "both on both")]
    [TestCase(Four, "10.0.0.9 fd00::9", "10.0.0.9", Description = "no client without IPv6 tries it")]
    [TestCase(Six, "10.0.0.9 fd00::9", "fd00::9")]
    [TestCase(Four + " " + Six, "fd00::9", "fd00::9")]
    [TestCase(Four, "fd00::9", "fd00::9", Description = "there is no other way, so the failure is honest")]
    public void Resolve_Pod_IsProbedAtEachAddressThatTheSourceCouldUse(string source, string target, string probed)
    {
        var cluster = Cluster(Pod("client", source), Pod("db", target));

        Assert.That(Hosts(cluster, "db"), Is.EquivalentTo(probed.Split(' ')));
    }

    [TestCase(Four + " " + Six, "10.0.0.9 fd00::9")]
    [TestCase(Four, "10.0.0.9")]
    public void Resolve_Service_IsProbedAtTheEndpointsOfBothSlices(string source, string probed)
    {
        var db = Pod("db", "10.0.0.9 fd00::9");
        var cluster = WithService(Cluster(Pod("client", source), db), db, "10.0.0.9", "fd00::9");

        Assert.That(Hosts(cluster, "db"), Is.EquivalentTo(probed.Split(' ').Prepend("db.db.svc.cluster.local.")));
    }

    /// <summary>Clients of one family are led to that family's endpoints only; of the others they never hear.</summary>
    [Test]
    public void Resolve_ServiceWithAnEndpointOfTheOtherFamilyOnly_LeavesThatToThoseWhoCanUseIt()
    {
        var (old, young) = (Pod("db", "10.0.0.9"), Pod("db", "fd00::10", index: 1));
        var cluster = WithService(Cluster(Pod("client", Four), old, young), old, "10.0.0.9", null);
        cluster = WithSlice(cluster, young, "fd00::10");

        Assert.That(Hosts(cluster, "db"), Is.EquivalentTo(new[] { "db.db.svc.cluster.local.", "10.0.0.9" }));
    }

    [TestCase(Four + " " + Six, "192.0.2.1 2001:db8::1")]
    [TestCase(Four, "192.0.2.1")]
    public void Resolve_Node_IsProbedAtEachAddressThatTheSourceCouldUse(string source, string probed) =>
        Assert.That(Hosts(Cluster(Pod("client", source)), "nodes"), Is.EquivalentTo(probed.Split(' ')));

    [Test]
    public void Resolve_KubeletsOfASingleStackNode_ProbeTheFamilyOfTheNode()
    {
        var cluster = Cluster(Pod("db", "10.0.0.9 fd00::9") with { Node = "single" });

        var pairs = ((ConnectionResolution.Resolved)ConnectionResolver.Resolve(Row("kubelet", "db", 80), Components, cluster)).Pairs;

        Assert.That(pairs.Select(p => $"{p.Source.Display} {p.Target.Host}"), Is.EqualTo(new[] { "node single 10.0.0.9" }));
    }

    [Test]
    public void Resolve_SourceOfBothFamilies_CarriesAllItsAddresses()
    {
        var cluster = Cluster(Pod("client", $"{Four} {Six}"), Pod("db", "10.0.0.9"));

        var source = ((ConnectionResolution.Resolved)ConnectionResolver.Resolve(Row("client", "db", 80), Components, cluster)).Pairs.Single().Source.Probe;

        Assert.That(source.Addresses, Is.EqualTo(new[] { Four, Six }));
    }

    [Test]
    public void Resolve_AddressesOfAComponent_AreAllProbedAsWritten()
    {
        var cluster = Cluster(Pod("client", Four));

        Assert.That(Hosts(cluster, "provider"), Is.EquivalentTo(new[] { "192.0.2.7", "2001:db8::7", "mail.example.com" }), "somebody wrote them down one by one");
    }

    [Test]
    public void Resolve_TwoFamilies_MakeAGridThatIsSweptWhole()
    {
        var pods = Enumerable.Range(0, 6).Select(i => Pod("client", i % 2 == 0 ? $"10.0.1.{i}" : $"10.0.1.{i} fd00::1:{i}", index: i))
            .Concat(Enumerable.Range(0, 5).Select(i => Pod("db", $"10.0.2.{i} fd00::2:{i}", index: i))).ToArray();
        var settings = Plumbline.Core.Words.ProbeSettings.Default with { MaxPairs = 7 };

        var pairs = ((ConnectionResolution.Resolved)ConnectionResolver.Resolve(Row("client", "db", 80), Components, Cluster(pods))).Pairs;
        var sweep = SweepSchedule.For(pairs.Count, settings)!;
        var planned = Enumerable.Range(0, sweep.Turns).SelectMany(t => PairSampling.Choose(pairs, sweep, t, [])).Select(c => PairKey.Of(c.Pair)).ToHashSet();

        Assert.That(pairs, Has.Count.EqualTo((3 * 5) + (3 * 10)));
        Assert.That(planned, Has.Count.EqualTo(45));
        Assert.That(pairs.All(p => pairs.Find(PairKey.Of(p)) == p), Is.True);
        Assert.That(pairs.Find(PairKey.Of(pairs[0]) with { Source = "uid-client-0", Host = "fd00::2:0" }), Is.Null, "a pair that nobody would try");
    }

    private static ComponentDirectory Components { get; } = new(
    [
        Bound("client", new Binding.Pods("client", LabelSelector.Everything)),
        Bound("db", new Binding.Pods("db", LabelSelector.Everything)),
        Bound("nodes", new Binding.Nodes(new LabelSelector(ImmutableSortedDictionary<string, string>.Empty.Add("stack", "dual"), []), SameNode: false)),
        Bound("kubelet", new Binding.Nodes(LabelSelector.Everything, SameNode: true)),
        Bound("provider", new Binding.External([new("192.0.2.7", []), new("2001:db8::7", []), new("mail.example.com", [])])),
    ]);

    private static IEnumerable<string> Hosts(ClusterFacts cluster, string to)
    {
        var resolution = ConnectionResolver.Resolve(Row("client", to, 80), Components, cluster);
        Assert.That(resolution, Is.InstanceOf<ConnectionResolution.Resolved>(), resolution.ToString());
        return ((ConnectionResolution.Resolved)resolution).Pairs.Select(p => p.Target.Host);
    }

    private static Component Bound(string name, Binding binding) => new(new("docs", name), [name], binding, ImmutableDictionary<int, int>.Empty);

    private static PodFacts Pod(string @namespace, string addresses, int index = 0) => new()
    {
        Key = new(@namespace, $"{@namespace}-{index}"),
        Uid = $"uid-{@namespace}-{index}",
        Node = "dual",
        Phase = PodPhase.Running,
        Ready = true,
        Addresses = [.. addresses.Split(' ')],
    };

    private static ClusterFacts Cluster(params PodFacts[] pods)
    {
        var facts = new ClusterFacts(new ClusterDns(["10.96.0.10"], "cluster.local"));
        foreach (var pod in pods)
        {
            facts.Set(pod.Key, pod, []);
        }

        facts.Set("dual", new NodeFacts("dual", ["192.0.2.1", "2001:db8::1"], ImmutableSortedDictionary<string, string>.Empty.Add("stack", "dual"), true), []);
        facts.Set("single", new NodeFacts("single", ["192.0.2.2"], ImmutableSortedDictionary<string, string>.Empty, true), []);
        return facts;
    }

    private static ClusterFacts WithService(ClusterFacts cluster, PodFacts pod, string? four, string? six)
    {
        var key = new NamespacedName("db", "db");
        cluster.Set(key, new ServiceFacts { Key = key, ClusterIps = ["10.96.0.1", "fd00:96::1"], Ports = [new(null, 80, "TCP", "80")] }, []);
        return new[] { four, six }.OfType<string>().Aggregate(cluster, (c, address) => WithSlice(c, pod, address));
    }

    private static ClusterFacts WithSlice(ClusterFacts cluster, PodFacts pod, string address)
    {
        var key = new NamespacedName("db", $"db-{cluster.SlicesOf(new("db", "db")).Count}");
        cluster.Set(key, new EndpointSliceFacts(key, "db", [new(null, 80, "TCP")], [new(address, true, false, pod.Key, pod.Node)]), []);
        return cluster;
    }
}

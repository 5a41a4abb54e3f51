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

/// <summary>UDP rows: DNS is asked a question, any other port what its usual protocol answers.</summary>
public class DatagramResolutionTests
{
    [Test]
    public void Resolve_UdpToDns_IsAskedByNameAndAtEachEndpoint()
    {
        var world = new World().Workload("client", 1).Workload("dns", 1).Service("dns", 53, 1053, protocol: "UDP");

        var pairs = Pairs(world, UdpRow("client", "dns", 53));

        Assert.That(pairs.Select(p => $"{p.Target.Kind} {p.Target.Host}:{p.Target.Port}"), Is.EquivalentTo(new[] { "Service dns.dns.svc.cluster.local.:53", "Endpoint 10.0.0.2:1053" }));
        Assert.That(pairs.Select(p => ProbePlanner.Probe(UdpRow("client", "dns", 53), p).Probe.Protocol), Is.All.EqualTo(ProbeProtocol.Dns));
    }

    [Test]
    public void Resolve_ServiceWithTheNumberForTcpOnly_LacksTheUdpPort()
    {
        var world = new World().Workload("client", 1).Workload("dns", 1).Service("dns", 53, 1053);

        var resolved = (ConnectionResolution.Resolved)world.Resolve(UdpRow("client", "dns", 53));

        Assert.That(resolved.Facts.Single().Reason, Is.EqualTo(Reasons.ServicePortMissing));
        Assert.That(resolved.Facts.Single().Explanation, Is.EqualTo("Service dns/dns has no port 53/UDP (it has 53)"));
        Assert.That(resolved.Pairs.Single().Target, Has.Property("Kind").EqualTo(TargetKind.Pod).And.Property("Port").EqualTo(53));
    }

    [Test]
    public void Resolve_TcpRowToUdpService_LacksTheTcpPort()
    {
        var world = new World().Workload("client", 1).Workload("dns", 1).Service("dns", 53, 1053, protocol: "UDP");

        var resolved = (ConnectionResolution.Resolved)world.Resolve(Row("client", "dns", 53));

        Assert.That(resolved.Facts.Single().Explanation, Is.EqualTo("Service dns/dns has no port 53 (it has 53/UDP)"));
    }

    [Test]
    public void Resolve_OtherUdpPort_IsProbedByADatagram()
    {
        var row = UdpRow("client", "log", 514);

        var pairs = Pairs(new World().Workload("client", 1).Workload("log", 1), row);

        Assert.That(pairs.Select(p => (p.Target.Port, ProbePlanner.Probe(row, p).Probe.Protocol)), Is.EqualTo(new[] { (514, ProbeProtocol.Udp) }));
    }

    [Test]
    public void Resolve_DnsTogetherWithAnotherUdpPort_IsProbedPortByPort()
    {
        var row = UdpRow("client", "dns", 53, 123);

        var pairs = Pairs(new World().Workload("client", 1).Workload("dns", 1), row);

        Assert.That(pairs.Select(p => (p.Target.Port, ProbePlanner.Probe(row, p).Probe.Protocol)), Is.EquivalentTo(new[] { (53, ProbeProtocol.Dns), (123, ProbeProtocol.Udp) }));
    }

    [Test]
    public void Resolve_OnePortOfARowSpeaksDns_IsProbedItsOwnWay()
    {
        var row = Row("client", "dns", 853) with { Ports = [new(853, ConnectionProtocol.Tls), new(53, ConnectionProtocol.Udp)] };

        var pairs = Pairs(new World().Workload("client", 1).Workload("dns", 1), row);

        Assert.That(pairs.Select(p => (p.Target.Port, ProbePlanner.Probe(row, p).Probe.Protocol)), Is.EquivalentTo(new[] { (853, ProbeProtocol.Tls), (53, ProbeProtocol.Dns) }));
    }

    [TestCase(5353, 53, true)]
    [TestCase(53, 5353, false)]
    public void Resolve_PortOverride_DecidesWhetherItIsDns(int documented, int actual, bool dns)
    {
        var components = new ComponentDirectory(
        [
            new(new("docs", "client"), ["client"], new Binding.Nodes(LabelSelector.Everything, SameNode: false), ImmutableDictionary<int, int>.Empty),
            new(new("docs", "dns"), ["dns"], new Binding.External([new("192.0.2.53", [])]), ImmutableDictionary<int, int>.Empty.Add(documented, actual)),
        ]);

        var resolution = ConnectionResolver.Resolve(UdpRow("client", "dns", documented), components, new World().Cluster);

        var pair = ((ConnectionResolution.Resolved)resolution).Pairs[0];
        Assert.That(ProbePlanner.Probe(UdpRow("client", "dns", documented), pair).Probe.Protocol, Is.EqualTo(dns ? ProbeProtocol.Dns : ProbeProtocol.Udp));
    }

    [Test]
    public void Controls_OfABlockedDnsRow_AskOverUdp()
    {
        var row = UdpRow("client", "dns", 53) with { Expect = Expectation.Blocked };
        var world = new World().Workload("client", 1).Workload("dns", 1);

        var controls = ControlPlanner.Plan(row, [.. Pairs(world, row).Select(p => ProbePlanner.Probe(row, p))], world.Cluster);

        Assert.That(controls.Select(c => $"{c.Pair.Source.Display} {c.Probe.Protocol} {c.Probe.Host}"), Is.EquivalentTo(new[] { "client/client-0 Dns 10.96.0.10", "node n1 Dns 10.0.0.2" }));
    }

    private static PairSpace Pairs(World world, DocumentedConnection row)
    {
        var resolution = world.Resolve(row);
        Assert.That(resolution, Is.InstanceOf<ConnectionResolution.Resolved>(), resolution.ToString());
        return ((ConnectionResolution.Resolved)resolution).Pairs;
    }
}

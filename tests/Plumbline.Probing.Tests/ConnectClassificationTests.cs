using System.Net;
using Plumbline.Core.Evidence;
using Plumbline.Probing.Tests.Fixtures;
using static Plumbline.Probing.Tests.Fixtures.TestNetwork;

namespace Plumbline.Probing.Tests;

/// <summary>Every way that a connect can end, each in a real namespace, from the prober's view.</summary>
internal sealed class ConnectClassificationTests
{
    private TestNetwork _network = null!;
    private TcpServer _listener = null!;
    private TcpServer _listener6 = null!;

    [OneTimeSetUp]
    public void MakeFailures()
    {
        _network = TestNetwork.Create();
        _listener = TcpServer.Start(_network.Target, 8000, TcpServer.Hold);
        _listener6 = TcpServer.Start(_network.Target, 8000, TcpServer.Hold, IPAddress.IPv6Any);
        _network.Nft("t", """
            table inet failures {
              chain in {
                type filter hook input priority 0;
                meta l4proto tcp tcp dport 8001 drop
                meta l4proto tcp tcp dport 8002 reject with tcp reset
                ip version 4 tcp dport 8010 reject with icmp type net-unreachable
                ip version 4 tcp dport 8011 reject with icmp type host-unreachable
                ip version 4 tcp dport 8012 reject with icmp type prot-unreachable
                ip version 4 tcp dport 8013 reject with icmp type port-unreachable
                ip version 4 tcp dport 8019 reject with icmp type net-prohibited
                ip version 4 tcp dport 8020 reject with icmp type host-prohibited
                ip version 4 tcp dport 8023 reject with icmp type admin-prohibited
                ip6 version 6 tcp dport 8030 reject with icmpv6 type no-route
                ip6 version 6 tcp dport 8031 reject with icmpv6 type admin-prohibited
                ip6 version 6 tcp dport 8033 reject with icmpv6 type addr-unreachable
                ip6 version 6 tcp dport 8034 reject with icmpv6 type port-unreachable
              }
            }
            """);
        _network.Nft("r", """
            table inet failures {
              chain forward {
                type filter hook forward priority 0;
                tcp dport 8101 drop
                tcp dport 8102 reject with tcp reset
                ip version 4 tcp dport 8113 reject with icmp type port-unreachable
                ip version 4 tcp dport 8123 reject with icmp type admin-prohibited
                ip6 version 6 tcp dport 8131 reject with icmpv6 type admin-prohibited
              }
            }
            """);
        _network.Nft("s", """
            table inet failures {
              chain out {
                type filter hook output priority 0;
                tcp dport 8201 drop
                ip version 4 tcp dport 8223 reject with icmp type admin-prohibited
              }
            }
            """);
        _network.Ip("s", """
            route add unreachable 10.209.0.1
            route add prohibit 10.209.0.2
            route add blackhole 10.209.0.3
            -6 route add prohibit fd09::2/128
            """.Replace("-6 route", "route", StringComparison.Ordinal));
        _network.Add("lonely");
        _network.Ip("lonely", "link set lo up");
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _listener?.Dispose();
        _listener6?.Dispose();
        _network?.Dispose();
    }

    [TestCase(TargetAddress, 8000, ProbeOutcome.Succeeded, null, null, null)]
    [TestCase(TargetAddress, 8999, ProbeOutcome.ConnectionRefused, null, null, null)]
    [TestCase(TargetAddress, 8001, ProbeOutcome.TimedOut, null, null, null)]
    [TestCase(TargetAddress, 8002, ProbeOutcome.ConnectionRefused, null, null, null)]
    [TestCase(TargetAddress, 8010, ProbeOutcome.Unreachable, 3, 0, TargetAddress)]
    [TestCase(TargetAddress, 8011, ProbeOutcome.Unreachable, 3, 1, TargetAddress)]
    [TestCase(TargetAddress, 8012, ProbeOutcome.Unreachable, 3, 2, TargetAddress)]
    [TestCase(TargetAddress, 8013, ProbeOutcome.ConnectionRefused, 3, 3, TargetAddress)]
    [TestCase(TargetAddress, 8019, ProbeOutcome.Rejected, 3, 9, TargetAddress)]
    [TestCase(TargetAddress, 8020, ProbeOutcome.Rejected, 3, 10, TargetAddress)]
    [TestCase(TargetAddress, 8023, ProbeOutcome.Rejected, 3, 13, TargetAddress)]
    [TestCase(TargetAddress, 8101, ProbeOutcome.TimedOut, null, null, null)]
    [TestCase(TargetAddress, 8102, ProbeOutcome.ConnectionRefused, null, null, null)]
    [TestCase(TargetAddress, 8113, ProbeOutcome.ConnectionRefused, 3, 3, RouterAddress)]
    [TestCase(TargetAddress, 8123, ProbeOutcome.Rejected, 3, 13, RouterAddress)]
    [TestCase(TargetAddress, 8201, ProbeOutcome.TimedOut, null, null, null)]
    [TestCase(TargetAddress, 8223, ProbeOutcome.Rejected, 3, 13, SourceAddress)]
    [TestCase(DeadAddress, 8000, ProbeOutcome.Unreachable, 3, 1, RouterAddress)]
    [TestCase("10.209.0.1", 80, ProbeOutcome.Unreachable, null, null, null)]
    [TestCase("10.209.0.2", 80, ProbeOutcome.Rejected, null, null, null)]
    [TestCase("10.209.0.3", 80, ProbeOutcome.Unreachable, null, null, null)]
    [TestCase(TargetAddress6, 8000, ProbeOutcome.Succeeded, null, null, null)]
    [TestCase(TargetAddress6, 8999, ProbeOutcome.ConnectionRefused, null, null, null)]
    [TestCase(TargetAddress6, 8001, ProbeOutcome.TimedOut, null, null, null)]
    [TestCase(TargetAddress6, 8030, ProbeOutcome.Unreachable, 1, 0, TargetAddress6)]
    [TestCase(TargetAddress6, 8031, ProbeOutcome.Rejected, 1, 1, TargetAddress6)]
    [TestCase(TargetAddress6, 8033, ProbeOutcome.Unreachable, 1, 3, TargetAddress6)]
    [TestCase(TargetAddress6, 8034, ProbeOutcome.ConnectionRefused, 1, 4, TargetAddress6)]
    [TestCase(TargetAddress6, 8131, ProbeOutcome.Rejected, 1, 1, RouterAddress6)]
    [TestCase("fd09::2", 80, ProbeOutcome.Rejected, null, null, null)]
    public async Task Connect_EveryWayItCanEnd_OutcomeAndHop(string host, int port, ProbeOutcome outcome, int? type, int? code, string? hop)
    {
        var result = await Lab.Engine.RunAsync(Lab.Probe(host, port, timeout: 2000), ProbeOrigin.In(_network.Source), default);

        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(outcome), result.Detail);
            Assert.That(result.Icmp?.Type, Is.EqualTo(type), result.Detail);
            Assert.That(result.Icmp?.Code, Is.EqualTo(code));
            Assert.That(result.Icmp?.Offender, Is.EqualTo(hop));
            Assert.That(result.Proven, Is.EqualTo(outcome == ProbeOutcome.Succeeded ? ProvenStage.Connected : ProvenStage.Nothing));
            Assert.That(result.Timings.Connect.HasValue, Is.EqualTo(outcome == ProbeOutcome.Succeeded));
            Assert.That(result.Address, Is.EqualTo(host));
            Assert.That(outcome == ProbeOutcome.Succeeded || !string.IsNullOrEmpty(result.Detail), "a failure is explained");
        });
        if (outcome == ProbeOutcome.TimedOut)
            Assert.That(result.Retransmits, Is.GreaterThan(0), "the SYN was sent again");
    }

    [Test]
    public async Task Connect_NoRouteAtTheSource_Unreachable()
    {
        var result = await Lab.Engine.RunAsync(Lab.Probe("10.1.2.3", 80), ProbeOrigin.In(_network.At("lonely")), default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Unreachable));
        Assert.That(result.Detail, Does.Contain("no route at the source"));
    }

    [Test]
    public async Task Connect_FullAcceptQueue_TimedOut()
    {
        using var listener = TestNetwork.Bind(_network.Target, IPAddress.Any, 8300);
        listener.Listen(0);
        var origin = ProbeOrigin.In(_network.Source);
        using var filler = TestNetwork.Bind(_network.Source, IPAddress.Any, 0);
        await filler.ConnectAsync(IPAddress.Parse(TargetAddress), 8300);

        var result = await Lab.Engine.RunAsync(Lab.Probe(TargetAddress, 8300, timeout: 1500), origin, default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TimedOut), result.Detail);
    }

    [Test]
    public async Task Connect_AcceptedThenClosedOrReset_StillProvesTcp([Values] bool reset)
    {
        using var server = TcpServer.Start(_network.Target, 8310, reset ? TcpServer.Reset : TcpServer.Close);

        var result = await Lab.Engine.RunAsync(Lab.Probe(TargetAddress, 8310), ProbeOrigin.In(_network.Source), default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Probing.Names;
using Plumbline.Probing.Tests.Fixtures;
using static Plumbline.Core.Probes.ProbeOutcome;
using static Plumbline.Core.Probes.ProvenStage;
using static Plumbline.Probing.Tests.Fixtures.TestNetwork;

namespace Plumbline.Probing.Tests;

/// <summary>Every way that a probe can end, each in a real namespace, from the prober's view, over both families.</summary>
internal sealed class ClassificationTests
{
    /// <summary>Long enough for a second SYN and for the neighbour table's patience.</summary>
    private const int Timeout = 2500;

    private const ProbeProtocol Tcp = ProbeProtocol.Tcp;
    private const ProbeProtocol Http = ProbeProtocol.Http;

    private readonly List<IDisposable> _servers = [];
    private Dictionary<Row, (ProbeResult Result, double Elapsed)> _ends = [];
    private TestNetwork _network = null!;

    /// <param name="Host">Literal of the row's family, or a name asked of a nameserver of that family.</param>
    /// <param name="Hop">Type, code and sender of the ICMP error; null when none is expected.</param>
    /// <param name="Says">Part of the detail.</param>
    internal sealed record Row(string Situation, string Host, int Port, ProbeProtocol Protocol, ProbeOutcome Outcome, ProvenStage Proven, IcmpError? Hop = null, string? Says = null)
    {
        public override string ToString() => Situation.StartsWith("IPv", StringComparison.Ordinal) ? Situation : $"IPv4 {Situation}";
    }

    private static IEnumerable<Row> Ipv4 =>
    [
        new("open port", TargetAddress, 8000, Tcp, Succeeded, Connected),
        new("closed port", TargetAddress, 8999, Tcp, ConnectionRefused, Nothing, Says: "reset"),
        new("target rejects with reset", TargetAddress, 8002, Tcp, ConnectionRefused, Nothing, Says: "reset"),
        new("router rejects with reset", TargetAddress, 8102, Tcp, ConnectionRefused, Nothing, Says: "reset"),
        new("target: net unreachable", TargetAddress, 8010, Tcp, Unreachable, Nothing, new(3, 0, TargetAddress), "network unreachable"),
        new("target: host unreachable", TargetAddress, 8011, Tcp, Unreachable, Nothing, new(3, 1, TargetAddress), "host unreachable"),
        new("target: protocol unreachable", TargetAddress, 8012, Tcp, Unreachable, Nothing, new(3, 2, TargetAddress), "protocol unreachable"),
        new("target: port unreachable", TargetAddress, 8013, Tcp, ConnectionRefused, Nothing, new(3, 3, TargetAddress), "port unreachable"),
        new("target: net prohibited", TargetAddress, 8014, Tcp, Rejected, Nothing, new(3, 9, TargetAddress), "prohibited"),
        new("target: host prohibited", TargetAddress, 8015, Tcp, Rejected, Nothing, new(3, 10, TargetAddress), "prohibited"),
        new("target: admin prohibited", TargetAddress, 8016, Tcp, Rejected, Nothing, new(3, 13, TargetAddress), "administratively prohibited"),
        new("router: net unreachable", TargetAddress, 8110, Tcp, Unreachable, Nothing, new(3, 0, RouterAddress)),
        new("router: host unreachable", TargetAddress, 8111, Tcp, Unreachable, Nothing, new(3, 1, RouterAddress)),
        new("router: port unreachable (Service without endpoints)", TargetAddress, 8113, Tcp, ConnectionRefused, Nothing, new(3, 3, RouterAddress), "Service without endpoints"),
        new("router: admin prohibited", TargetAddress, 8116, Tcp, Rejected, Nothing, new(3, 13, RouterAddress)),
        new("own output: port unreachable", TargetAddress, 8213, Tcp, ConnectionRefused, Nothing, new(3, 3, SourceAddress)),
        new("own output: admin prohibited", TargetAddress, 8216, Tcp, Rejected, Nothing, new(3, 13, SourceAddress)),
        new("target drops", TargetAddress, 8001, Tcp, TimedOut, Nothing, Says: "dropped on the way"),
        new("router drops", TargetAddress, 8101, Tcp, TimedOut, Nothing, Says: "dropped on the way"),
        new("own output drops", TargetAddress, 8201, Tcp, TimedOut, Nothing),
        new("full accept queue", TargetAddress, 8300, Tcp, TimedOut, Nothing, Says: "accept queue"),
        new("dead host on own link", "10.201.1.99", 8000, Tcp, Unreachable, Nothing, new(3, 1, SourceAddress)),
        new("dead host behind the router", "10.201.2.99", 8000, Tcp, Unreachable, Nothing, new(3, 1, RouterAddress)),
        new("no route at the router", "10.208.0.1", 8000, Tcp, Unreachable, Nothing, new(3, 0, RouterAddress)),
        new("router: unreachable route", "10.207.0.1", 8000, Tcp, Unreachable, Nothing, new(3, 1, RouterAddress)),
        new("router: prohibiting route", "10.207.0.2", 8000, Tcp, Rejected, Nothing, new(3, 13, RouterAddress)),
        new("router: blackhole route", "10.207.0.3", 8000, Tcp, TimedOut, Nothing),
        new("unreachable route at the source", "10.209.0.1", 80, Tcp, Unreachable, Nothing, Says: "route at the source"),
        new("prohibiting route at the source", "10.209.0.2", 80, Tcp, Rejected, Nothing, Says: "prohibiting route at the source"),
        new("blackhole route at the source", "10.209.0.3", 80, Tcp, Unreachable, Nothing, Says: "blackhole"),
        new("no route at the source", "10.210.0.1", 80, Tcp, Unreachable, Nothing, Says: "no route at the source"),
        .. Servers(TargetAddress),
        .. Names("IPv4 "),
    ];

    private static IEnumerable<Row> Ipv6 =>
    [
        new("IPv6 open port", TargetAddress6, 8000, Tcp, Succeeded, Connected),
        new("IPv6 closed port", TargetAddress6, 8999, Tcp, ConnectionRefused, Nothing, Says: "reset"),
        new("IPv6 target rejects with reset", TargetAddress6, 8002, Tcp, ConnectionRefused, Nothing),
        new("IPv6 router rejects with reset", TargetAddress6, 8102, Tcp, ConnectionRefused, Nothing),
        new("IPv6 target: no route", TargetAddress6, 8030, Tcp, Unreachable, Nothing, new(1, 0, TargetAddress6), "network unreachable"),
        new("IPv6 target: admin prohibited", TargetAddress6, 8031, Tcp, Rejected, Nothing, new(1, 1, TargetAddress6), "administratively prohibited"),
        new("IPv6 target: address unreachable", TargetAddress6, 8033, Tcp, Unreachable, Nothing, new(1, 3, TargetAddress6), "host unreachable"),
        new("IPv6 target: port unreachable", TargetAddress6, 8034, Tcp, ConnectionRefused, Nothing, new(1, 4, TargetAddress6), "port unreachable"),
        new("IPv6 target: source policy", TargetAddress6, 8035, Tcp, Rejected, Nothing, new(1, 5, TargetAddress6), "policy"),
        new("IPv6 target: rejecting route", TargetAddress6, 8036, Tcp, Rejected, Nothing, new(1, 6, TargetAddress6), "rejecting route"),
        new("IPv6 router: no route", TargetAddress6, 8130, Tcp, Unreachable, Nothing, new(1, 0, RouterAddress6)),
        new("IPv6 router: admin prohibited", TargetAddress6, 8131, Tcp, Rejected, Nothing, new(1, 1, RouterAddress6)),
        new("IPv6 router: port unreachable (Service without endpoints)", TargetAddress6, 8134, Tcp, ConnectionRefused, Nothing, new(1, 4, RouterAddress6)),
        new("IPv6 own output: port unreachable", TargetAddress6, 8234, Tcp, ConnectionRefused, Nothing, new(1, 4, SourceAddress6)),
        new("IPv6 own output: admin prohibited", TargetAddress6, 8231, Tcp, Rejected, Nothing, new(1, 1, SourceAddress6)),
        new("IPv6 target drops", TargetAddress6, 8001, Tcp, TimedOut, Nothing, Says: "dropped on the way"),
        new("IPv6 router drops", TargetAddress6, 8101, Tcp, TimedOut, Nothing),
        new("IPv6 own output drops", TargetAddress6, 8201, Tcp, TimedOut, Nothing),
        new("IPv6 full accept queue", TargetAddress6, 8300, Tcp, TimedOut, Nothing, Says: "accept queue"),
        new("IPv6 dead host on own link", "fd01::99", 8000, Tcp, Unreachable, Nothing, new(1, 3, SourceAddress6)),
        new("IPv6 dead host behind the router", "fd02::99", 8000, Tcp, Unreachable, Nothing, new(1, 3, RouterAddress6)),
        new("IPv6 no route at the router", "fd08::1", 8000, Tcp, Unreachable, Nothing, new(1, 0, RouterAddress6)),
        new("IPv6 router: unreachable route", "fd07::1", 8000, Tcp, Unreachable, Nothing, new(1, 0, RouterAddress6)),
        new("IPv6 router: prohibiting route", "fd07::2", 8000, Tcp, Rejected, Nothing, new(1, 1, RouterAddress6)),
        new("IPv6 router: blackhole route", "fd07::3", 8000, Tcp, TimedOut, Nothing),
        new("IPv6 unreachable route at the source", "fd09::1", 80, Tcp, Unreachable, Nothing, Says: "route at the source"),
        new("IPv6 prohibiting route at the source", "fd09::2", 80, Tcp, Rejected, Nothing, Says: "prohibiting route at the source"),
        new("IPv6 blackhole route at the source", "fd09::3", 80, Tcp, Unreachable, Nothing, Says: "blackhole"),
        new("IPv6 no route at the source", "fd0a::1", 80, Tcp, Unreachable, Nothing, Says: "no route at the source"),
        .. Servers(TargetAddress6).Select(row => row with { Situation = $"IPv6 {row.Situation}" }),
        .. Names("IPv6 "),
    ];

    private static IEnumerable<Row> Servers(string host) =>
    [
        new("TCP: accepts, then closes", host, 8311, Tcp, ClosedByPeer, Connected, Says: "closed at once"),
        new("TCP: accepts, then resets", host, 8312, Tcp, ClosedByPeer, Connected, Says: "reset at once"),
        new("HTTP: accepts, then closes", host, 8311, Http, ClosedByPeer, Connected, Says: "closed"),
        new("HTTP: accepts, then resets", host, 8312, Http, ClosedByPeer, Connected),
        new("HTTP: accepts, never answers", host, 8000, Http, HttpNoResponse, Connected, Says: "no response came in time"),
        new("HTTP: not HTTP", host, 8313, Http, NotHttp, Replied, Says: "SSH-2.0"),
        new("HTTP: 503", host, 8314, Http, Succeeded, Replied),
        new("HTTP: 200", host, 8315, Http, Succeeded, Replied),
        new("TLS: accepts, then closes", host, 8311, ProbeProtocol.Tls, ClosedByPeer, Connected),
        new("TLS: accepts, never answers", host, 8000, ProbeProtocol.Tls, TlsHandshakeFailed, Connected, Says: "not finished in time"),
        new("TLS: not TLS", host, 8313, ProbeProtocol.Tls, TlsHandshakeFailed, Replied, Says: "no TLS: answers 'SSH-2.0"),
        new("TLS: session", host, 8316, ProbeProtocol.Tls, Succeeded, TlsEstablished, Says: "TLS 1.3"),
        new("UDP: nothing listens", host, 5399, ProbeProtocol.Dns, ConnectionRefused, Nothing, host == TargetAddress ? new(3, 3, TargetAddress) : new(1, 4, TargetAddress6)),
        new("UDP: dropped", host, 8001, ProbeProtocol.Dns, TimedOut, Nothing, Says: "sent 2 times"),
    ];

    private static IEnumerable<Row> Names(string family) =>
    [
        new($"{family}DNS: NXDOMAIN", "nxdomain.test.", 8000, Tcp, NameNotResolved, Nothing, Says: "NXDOMAIN"),
        new($"{family}DNS: NODATA", "nodata.test.", 8000, Tcp, NameNotResolved, Nothing, Says: "NODATA"),
        new($"{family}DNS: SERVFAIL", "servfail.test.", 8000, Tcp, NameNotResolved, Nothing, Says: "SERVFAIL"),
        new($"{family}DNS: REFUSED", "refused.test.", 8000, Tcp, NameNotResolved, Nothing, Says: "REFUSED"),
        new($"{family}DNS: timeout", "silent.test.", 8000, Tcp, NameNotResolved, Nothing, Says: "does not answer"),
        new($"{family}DNS: no server", "noserver.test.", 8000, Tcp, NameNotResolved, Nothing, Says: "nothing listens on nameserver"),
        new($"{family}DNS: resolved, refused", "works.test.", 8999, Tcp, ConnectionRefused, NameResolved),
        new($"{family}DNS: resolved, open", "works.test.", 8000, Tcp, Succeeded, Connected),
    ];

    private static IEnumerable<Row> Rows => [.. Ipv4, .. Ipv6];

    [OneTimeSetUp]
    public async Task MakeFailures()
    {
        _network = TestNetwork.Create();
        _network.Nft("t", $$"""
            table inet failures {
              chain in {
                type filter hook input priority 0;
                meta l4proto { tcp, udp } th dport 8001 drop
                meta l4proto tcp tcp dport 8002 reject with tcp reset
                {{Reject("ip", "icmp", (8010, "net-unreachable"), (8011, "host-unreachable"), (8012, "prot-unreachable"), (8013, "port-unreachable"), (8014, "net-prohibited"), (8015, "host-prohibited"), (8016, "admin-prohibited"))}}
                {{Reject("ip6", "icmpv6", (8030, "no-route"), (8031, "admin-prohibited"), (8033, "addr-unreachable"), (8034, "port-unreachable"), (8035, "policy-fail"), (8036, "reject-route"))}}
              }
            }
            """);
        _network.Nft("r", $$"""
            table inet failures {
              chain forward {
                type filter hook forward priority 0;
                tcp dport 8101 drop
                tcp dport 8102 reject with tcp reset
                {{Reject("ip", "icmp", (8110, "net-unreachable"), (8111, "host-unreachable"), (8113, "port-unreachable"), (8116, "admin-prohibited"))}}
                {{Reject("ip6", "icmpv6", (8130, "no-route"), (8131, "admin-prohibited"), (8134, "port-unreachable"))}}
              }
            }
            """);
        _network.Nft("s", $$"""
            table inet failures {
              chain out {
                type filter hook output priority 0;
                tcp dport 8201 drop
                {{Reject("ip", "icmp", (8213, "port-unreachable"), (8216, "admin-prohibited"))}}
                {{Reject("ip6", "icmpv6", (8231, "admin-prohibited"), (8234, "port-unreachable"))}}
              }
            }
            """);
        foreach (var (name, four, six) in new[] { ("s", "10.209.0.", "fd09::"), ("r", "10.207.0.", "fd07::") })
        {
            _network.Ip(name, $"""
                route add unreachable {four}1
                route add prohibit {four}2
                route add blackhole {four}3
                route add unreachable {six}1/128
                route add prohibit {six}2/128
                route add blackhole {six}3/128
                """);
        }

        // Without a default route there are addresses that the source has no route to.
        _network.Ip("s", """
            route add 10.201.0.0/16 via 10.201.1.1
            route add 10.207.0.0/16 via 10.201.1.1
            route add 10.208.0.0/16 via 10.201.1.1
            route del default via 10.201.1.1
            route add fd02::/16 via fd01::1
            route add fd07::/16 via fd01::1
            route add fd08::/16 via fd01::1
            route del default via fd01::1
            """);
        Serve(8000, TcpServer.Hold);
        Serve(8311, TcpServer.Close);
        Serve(8312, TcpServer.Reset);
        Serve(8313, TcpServer.Answer("SSH-2.0-OpenSSH_9.2\r\n"));
        Serve(8314, TcpServer.Answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
        Serve(8315, TcpServer.Answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        Serve(8316, Certificates.Serve(null));
        _servers.Add(new DnsServer(_network.Target, AnswerName, address: IPAddress.IPv6Any));
        await FillBacklogAsync();

        // Side by side, since a third of them end by their deadline; but a router sends one error a second about its own routes.
        var ends = new List<(Row Row, ProbeResult Result, double Elapsed)>();
        foreach (var row in Rows.Where(IsOfTheRoutersRoutes))
            ends.Add(await RunAsync(row));
        ends.AddRange(await Task.WhenAll(Rows.Where(row => !IsOfTheRoutersRoutes(row) && !LeavesAtOnce(row)).Select(RunAsync)));
        foreach (var row in Rows.Where(LeavesAtOnce))
            ends.Add(await RunUntilSeenAsync(row));
        _ends = ends.ToDictionary(end => end.Row, end => (end.Result, end.Elapsed));
        TestContext.Progress.WriteLine(string.Join(Environment.NewLine, _ends.Select(end => Describe(end.Key, end.Value.Result, end.Value.Elapsed))));
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        foreach (var server in _servers)
            server.Dispose();
        _network?.Dispose();
    }

    [TestCaseSource(nameof(Rows))]
    public void EveryWayToEnd_OutcomeHopAndTime(Row row)
    {
        var (result, elapsed) = _ends[row];

        Assert.Multiple(() =>
        {
            Assert.That(result.Outcome, Is.EqualTo(row.Outcome), result.Detail);
            Assert.That(result.Icmp, Is.EqualTo(row.Hop), result.Detail);
            Assert.That(result.Proven, Is.EqualTo(row.Proven));
            Assert.That(result.Detail, row.Says is null ? Is.Null.Or.Not.Empty : Does.Contain(row.Says));
            Assert.That(result.Outcome == Succeeded || !string.IsNullOrEmpty(result.Detail), "a failure is explained");
            Assert.That(result.Retransmits, result.Outcome == TimedOut ? Is.GreaterThan(0) : Is.GreaterThanOrEqualTo(0));
            CheckTimings(result, row, elapsed);
            if (row.Host.EndsWith("test.", StringComparison.Ordinal) && row.Outcome == NameNotResolved)
                Assert.That(result.Detail, Does.Contain(NameserverOf(row)), "which server is told");
        });
    }

    [Test]
    public async Task Connect_NoRouteWhatever_Unreachable()
    {
        _network.Add("lonely");
        _network.Ip("lonely", "link set lo up");

        foreach (var host in new[] { "10.1.2.3", "fd05::1" })
        {
            var result = await Lab.Engine.RunAsync(Lab.Probe(host, 80), ProbeOrigin.In(_network.At("lonely")), default);

            Assert.That(result.Outcome, Is.EqualTo(Unreachable), result.Detail);
            Assert.That(result.Detail, Does.Contain("no route at the source").Or.Contain("no IPv6 address"));
        }
    }

    [Test]
    public async Task Connect_FirstSynLost_SucceededWithTheRetransmitTold([Values(TargetAddress, TargetAddress6)] string host)
    {
        // Drops the first SYN of each: a quota that lets a packet through once it is used up.
        _network.Nft("r", "table inet lossy { chain f { type filter hook forward priority -1; tcp dport 8317 tcp flags syn quota 80 bytes drop; }; }");
        try
        {
            using var server = TcpServer.Start(_network.Target, 8317, TcpServer.Hold, IPAddress.IPv6Any);

            var result = await Lab.Engine.RunAsync(Lab.Probe(host, 8317, timeout: 5000), ProbeOrigin.In(_network.Source), default);

            Assert.That(result.Outcome, Is.EqualTo(Succeeded), result.Detail);
            Assert.That(result.Retransmits, Is.EqualTo(1));
            Assert.That(result.Detail, Does.Contain("retransmitting the SYN"));
        }
        finally
        {
            _network.Nft("r", "delete table inet lossy");
        }
    }

    private static bool LeavesAtOnce(Row row) => row is { Protocol: Tcp, Port: 8311 or 8312 };

    /// <summary>A server that is to leave at once does so late on a busy machine, and then it has been reached.</summary>
    private async Task<(Row Row, ProbeResult Result, double Elapsed)> RunUntilSeenAsync(Row row)
    {
        const int most = 20;
        var end = await RunAsync(row);
        for (var i = 0; i < most && end.Result.Outcome == Succeeded; i++)
            end = await RunAsync(row);
        return end;
    }

    private static bool IsOfTheRoutersRoutes(Row row) =>
        row.Host is "10.207.0.1" or "10.207.0.2" or "10.208.0.1" or "fd07::1" or "fd07::2" or "fd08::1";

    private static string NameserverOf(Row row) => (row.Host == "noserver.test.", row.ToString().StartsWith("IPv6", StringComparison.Ordinal)) switch
    {
        (true, true) => RouterAddress6,
        (true, false) => RouterAddress,
        (false, true) => TargetAddress6,
        (false, false) => TargetAddress,
    };

    private static string Describe(Row row, ProbeResult result, double elapsed) =>
        $"{row,-64} {result.Outcome,-19} {(result.Icmp is { } icmp ? $"{icmp.Type}/{icmp.Code} {icmp.Offender}" : "-"),-18} {elapsed,8:F1} ms";

    private async Task<(Row Row, ProbeResult Result, double Elapsed)> RunAsync(Row row)
    {
        var origin = ProbeOrigin.In(_network.Source) with { Dns = new DnsSettings(false, [NameserverOf(row)], [], 1) };
        var started = Stopwatch.GetTimestamp();
        var result = await Lab.Engine.RunAsync(Lab.Probe(row.Host, row.Port, row.Protocol, Timeout), origin, default);
        return (row, result, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>What was not proven has no time, and what was took no longer than the whole.</summary>
    private static void CheckTimings(ProbeResult result, Row row, double elapsed)
    {
        Assert.That(result.Timings.Connect.HasValue, Is.EqualTo(row.Proven >= Connected), "the kernel's round trip, once there is a connection");
        Assert.That(result.Timings.Tls.HasValue, Is.EqualTo(row.Proven == TlsEstablished));
        Assert.That(result.Timings.Http.HasValue, Is.EqualTo(row is { Proven: Replied, Outcome: Succeeded }));
        Assert.That(result.Timings.Dns.HasValue, Is.EqualTo(row.Host.EndsWith('.')));
        foreach (var phase in new[] { result.Timings.Dns, result.Timings.Connect, result.Timings.Tls, result.Timings.Http })
            Assert.That(phase ?? 0, Is.InRange(0, elapsed));
    }

    private static string Reject(string family, string icmp, params (int Port, string Type)[] rules)
    {
        var version = family == "ip" ? "ipv4" : "ipv6";
        return string.Join("\n", rules.Select(rule => $"meta nfproto {version} tcp dport {rule.Port} reject with {icmp} type {rule.Type}"));
    }

    private static byte[]? AnswerName(string name, ushort type, byte[] query) => name switch
    {
        "nxdomain.test" => DnsServer.Reply(query, code: 3),
        "nodata.test" => DnsServer.Reply(query),
        "servfail.test" => DnsServer.Reply(query, code: 2),
        "refused.test" => DnsServer.Reply(query, code: 5),
        "works.test" => DnsServer.Reply(query, records: type == DnsMessage.TypeA ? [DnsServer.A("", TargetAddress)] : []),
        _ => null,
    };

    private void Serve(int port, Func<Socket, Task> serve) => _servers.Add(TcpServer.Start(_network.Target, port, serve, IPAddress.IPv6Any));

    /// <summary>A queue of none takes one connection; it stays, so that every later SYN is dropped.</summary>
    private async Task FillBacklogAsync()
    {
        var listener = TestNetwork.Bind(_network.Target, IPAddress.IPv6Any, 8300);
        listener.Listen(0);
        var filler = TestNetwork.Bind(_network.Source, IPAddress.Any, 0);
        await filler.ConnectAsync(IPAddress.Parse(TargetAddress), 8300);
        _servers.Add(listener);
        _servers.Add(filler);
    }
}

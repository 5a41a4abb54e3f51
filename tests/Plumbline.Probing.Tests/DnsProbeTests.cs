using System.Net;
using System.Net.Sockets;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;
using static Plumbline.Probing.Tests.Fixtures.TestNetwork;

namespace Plumbline.Probing.Tests;

/// <summary>The one datagram protocol that owes an answer.</summary>
internal sealed class DnsProbeTests
{
    private const int Port = 5353;

    [TestCase(0, "NOERROR")]
    [TestCase(2, "SERVFAIL")]
    [TestCase(3, "NXDOMAIN")]
    [TestCase(5, "REFUSED")]
    [TestCase(9, "code 9")]
    public async Task AnyAnswer_WithOurId_SucceededAndTheCodeTold(int code, string word)
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, query) => DnsServer.Reply(query, code: code));

        var result = await RunAsync(TargetAddress, 53);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Proven, Is.EqualTo(ProvenStage.Replied));
        Assert.That(result.Detail, Does.Contain(word));
        Assert.That(result.Timings.Dns, Is.GreaterThan(0));
        Assert.That(result.Timings.Connect, Is.Null, "no handshake, so no kernel's word for it");
        Assert.That(server.Asked, Is.EqualTo([" 2"]), "name servers of the root");
    }

    [Test]
    public async Task Answer_WithoutTheQuestion_StillAnAnswer()
    {
        using var server = Serve(query => [query[0], query[1], 0x81, 0x05, 0, 0, 0, 0, 0, 0, 0, 0]);

        Assert.That((await RunAsync()).Detail, Does.Contain("REFUSED"));
    }

    [Test]
    public async Task Answer_OverIpv6_Succeeded()
    {
        using var server = Serve(query => DnsServer.Reply(query), IPAddress.IPv6Any);

        var result = await RunAsync(TargetAddress6);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Address, Is.EqualTo(TargetAddress6));
    }

    [Test]
    public async Task Answer_ToTheSecondQuestion_RetransmitTold()
    {
        var asked = 0;
        using var server = Serve(query => Interlocked.Increment(ref asked) == 1 ? null : DnsServer.Reply(query));

        var result = await RunAsync(timeout: 3000);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Retransmits, Is.EqualTo(1));
        Assert.That(result.Detail, Does.Contain("asked 2 times"));
        Assert.That(result.Timings.Dns, Is.GreaterThan(900), "the wait is in it, as it would be for a client");
    }

    [Test]
    public async Task Silence_TimedOutAndAskedAgain()
    {
        using var server = Serve(_ => null);

        var result = await RunAsync();

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TimedOut), result.Detail);
        Assert.That(result.Retransmits, Is.EqualTo(1));
        Assert.That(result.Proven, Is.EqualTo(ProvenStage.Nothing));
    }

    [TestCase("wrong id")]
    [TestCase("echo")]
    [TestCase("garbage")]
    [TestCase("another question")]
    public async Task Datagrams_ThatAreNoAnswer_TimedOutAndTold(string kind)
    {
        using var server = Serve(query =>
        {
            var reply = kind == "garbage" ? [1, 2, 3] : kind == "echo" ? query : DnsServer.Reply(query);
            if (kind == "wrong id")
                reply[0] ^= 0xFF;
            if (kind == "another question")
                reply[^3] ^= 0xFF;
            return reply;
        });

        var result = await RunAsync();

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TimedOut), result.Detail);
        Assert.That(result.Detail, Does.Contain("none of them an answer"));
    }

    [TestCase(TargetAddress, TargetAddress)]
    [TestCase(TargetAddress6, TargetAddress6)]
    public async Task NothingListens_RefusedByTheHost(string host, string hop)
    {
        var result = await RunAsync(host, 5399);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused), result.Detail);
        Assert.That(result.Icmp, Is.EqualTo(host == TargetAddress ? new IcmpError(3, 3, hop) : new IcmpError(1, 4, hop)));
    }

    [Test]
    public async Task Rejected_ByTheRouter_HopNamed()
    {
        using var network = TestNetwork.Create();
        network.Nft("r", "table inet f { chain f { type filter hook forward priority 0; meta nfproto ipv4 udp dport 53 reject with icmp type admin-prohibited; }; }");

        var result = await Lab.Engine.RunAsync(Lab.Probe(TargetAddress, 53, ProbeProtocol.Dns), ProbeOrigin.In(network.Source), default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Rejected), result.Detail);
        Assert.That(result.Icmp, Is.EqualTo(new IcmpError(3, 13, RouterAddress)));
    }

    private static async Task<ProbeResult> RunAsync(string host = TargetAddress, int port = Port, int timeout = 1500) =>
        await Lab.Engine.RunAsync(Lab.Probe(host, port, ProbeProtocol.Dns, timeout), Lab.Source, default);

    private static Socket Serve(Func<byte[], byte[]?> answer, IPAddress? address = null)
    {
        var socket = TestNetwork.Bind(Lab.Network.Target, address ?? IPAddress.Any, Port, SocketType.Dgram);
        _ = ServeAsync();
        return socket;

        async Task ServeAsync()
        {
            var buffer = new byte[600];
            try
            {
                while (true)
                {
                    var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(address ?? IPAddress.Any, 0));
                    if (answer(buffer[..received.ReceivedBytes]) is { } reply)
                        await socket.SendToAsync(reply, received.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}

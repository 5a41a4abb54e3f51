using System.Net.Sockets;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>Probes through a proxy by HTTP CONNECT: what the proxy says, and what the target behind it does.</summary>
internal sealed class ProxyTests
{
    private const int ProxyPort = 3128;
    private const string Behind = "api.vendor.example";

    [TestCase(ProbeProtocol.Tcp, "220 smtp ready\r\n", ProbeOutcome.Succeeded, ProvenStage.Replied)]
    [TestCase(ProbeProtocol.Tcp, "554 no\r\n", ProbeOutcome.TurnedAway, ProvenStage.Replied)]
    [TestCase(ProbeProtocol.Http, "HTTP/1.1 204 No Content\r\n\r\n", ProbeOutcome.Succeeded, ProvenStage.Replied)]
    public async Task Connected_WhatTheTargetSaysCounts(ProbeProtocol protocol, string says, ProbeOutcome outcome, ProvenStage proven)
    {
        string? asked = null;
        using var proxy = Proxy(request => asked = request, "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n", async connection =>
        {
            if (protocol == ProbeProtocol.Http)
                await connection.ReceiveAsync(new byte[1000]);
            await connection.SendAsync(Encoding.ASCII.GetBytes(says));
            await TcpServer.UntilLeft(connection);
        });

        var result = await RunAsync(protocol);

        Assert.That((result.Outcome, result.Proven, result.Address), Is.EqualTo((outcome, proven, TestNetwork.TargetAddress)), result.Detail);
        Assert.That(asked, Does.StartWith($"CONNECT {Behind}:443 HTTP/1.1\r\nHost: {Behind}:443\r\n"));
    }

    [Test]
    public async Task Connected_TlsIsSpokenWithTheTarget()
    {
        using var proxy = Proxy(_ => { }, "HTTP/1.1 200 OK\r\n\r\n", Certificates.Serve("HTTP/1.1 200 OK\r\n\r\n"));

        var result = await RunAsync(ProbeProtocol.Https);

        Assert.That((result.Outcome, result.HttpStatus), Is.EqualTo((ProbeOutcome.Succeeded, (int?)200)), result.Detail);
    }

    [Test]
    public async Task Connected_TargetLeavesAtOnce_ClosedByPeer()
    {
        using var proxy = Proxy(_ => { }, "HTTP/1.1 200 OK\r\n\r\n", TcpServer.Close);

        Assert.That((await RunAsync(ProbeProtocol.Tcp)).Outcome, Is.EqualTo(ProbeOutcome.ClosedByPeer));
    }

    [TestCase("HTTP/1.1 502 Bad Gateway\r\n\r\n", ProbeOutcome.Unreachable, "status 502")]
    [TestCase("HTTP/1.1 504 Gateway Timeout\r\n\r\n", ProbeOutcome.TimedOut, "status 504")]
    [TestCase("HTTP/1.1 403 Forbidden\r\n\r\n", ProbeOutcome.TurnedAway, "status 403")]
    [TestCase("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ProbeOutcome.TurnedAway, "who asks")]
    [TestCase("SSH-2.0-OpenSSH_9.2\r\n", ProbeOutcome.NotHttp, "answers 'SSH-'")]
    [TestCase("", ProbeOutcome.ClosedByPeer, "the proxy closed")]
    public async Task NotConnected_TheProxysWordCounts(string answer, ProbeOutcome outcome, string told)
    {
        using var proxy = Proxy(_ => { }, answer, TcpServer.Close);

        var result = await RunAsync(ProbeProtocol.Tls);

        Assert.That(result.Outcome, Is.EqualTo(outcome), result.Detail);
        Assert.That(result.Detail, Does.Contain(told));
    }

    [Test]
    public async Task ProxyNotThere_ConnectionRefusedAndTheProxyNamed()
    {
        var result = await RunAsync(ProbeProtocol.Tcp);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused));
        Assert.That(result.Detail, Does.StartWith("the proxy:"));
    }

    [Test]
    public async Task RefusedTarget_BehindAProxyToo()
    {
        using var proxy = Proxy(_ => { }, "HTTP/1.1 200 OK\r\n\r\n", TcpServer.UntilLeft);

        var result = await RunAsync(ProbeProtocol.Tcp, "169.254.169.254");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TargetRefused), result.Detail);
        Assert.That(proxy.Accepted, Is.Zero);
    }

    private static TcpServer Proxy(Action<string> asked, string answer, Func<Socket, Task> target) => TcpServer.Start(Lab.Network.Target, ProxyPort, async connection =>
    {
        var buffer = new byte[2000];
        asked(Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer)));
        await connection.SendAsync(Encoding.ASCII.GetBytes(answer));
        await target(connection);
    });

    private static async Task<ProbeResult> RunAsync(ProbeProtocol protocol, string host = Behind) => await Lab.Engine.RunAsync(
        Lab.Probe(host, 443, protocol, timeout: 5000) with { Proxy = new ProxySpec(TestNetwork.TargetAddress, ProxyPort) }, Lab.Source, default);
}

using System.Net;
using System.Net.Sockets;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>UDP by evidence: an answer, an ICMP error, or silence.</summary>
internal sealed class UdpProbeTests
{
    private static readonly int[] Ports = [53, 123, 161, 443, 514, 3478, 9999];

    [TestCase(53, 17, "DNS")]
    [TestCase(123, 48, "NTP")]
    [TestCase(161, 58, "SNMP")]
    [TestCase(443, 1200, "QUIC")]
    [TestCase(3478, 20, "STUN")]
    [TestCase(514, 24, "syslog")]
    [TestCase(9999, 1, "one byte")]
    public async Task Answered_SucceededAndReplied(int port, int size, string name)
    {
        var asked = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = Answering(IPAddress.Any, port, asked);

        var result = await RunAsync(TestNetwork.TargetAddress, port);

        Assert.That((result.Outcome, result.Proven, result.Address), Is.EqualTo((ProbeOutcome.Succeeded, ProvenStage.Replied, TestNetwork.TargetAddress)), result.Detail);
        Assert.That(result.Detail, Does.Contain(name));
        Assert.That(await asked.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(size));
    }

    [Test]
    public async Task Answered_OverIpv6_Succeeded()
    {
        using var server = Answering(IPAddress.IPv6Any, 123, new TaskCompletionSource<int>());

        Assert.That((await RunAsync(TestNetwork.TargetAddress6, 123)).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
    }

    [Test]
    public async Task NothingListens_ConnectionRefusedByIcmp([ValueSource(nameof(Ports))] int port, [Values(TestNetwork.TargetAddress, TestNetwork.TargetAddress6)] string address)
    {
        var result = await RunAsync(address, port);

        Assert.That((result.Outcome, result.Address, result.Icmp?.Offender), Is.EqualTo((ProbeOutcome.ConnectionRefused, address, address)), result.Detail);
    }

    [Test]
    public async Task NobodyAnswers_SilentWhichIsNoEvidenceAndSaysWhatWasSent([ValueSource(nameof(Ports))] int port)
    {
        using var deaf = TestNetwork.Bind(Lab.Network.Target, IPAddress.Any, port, SocketType.Dgram);

        var result = await RunAsync(TestNetwork.TargetAddress, port, 300);

        Assert.That((result.Outcome, result.Address), Is.EqualTo((ProbeOutcome.Silent, TestNetwork.TargetAddress)), result.Detail);
        Assert.That(result.Outcome.IsEvidence(), Is.False);
        Assert.That(result.Detail, Does.Contain("sent").And.Contain("silence"));
    }

    [Test]
    public async Task FirstDatagramLost_AskedAgain()
    {
        using var socket = TestNetwork.Bind(Lab.Network.Target, IPAddress.Any, 123, SocketType.Dgram);
        _ = Task.Run(async () =>
        {
            var buffer = new byte[2048];
            for (var i = 0; ; i++)
            {
                var got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                if (i > 0)
                    await socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), got.RemoteEndPoint);
            }
        });

        var result = await RunAsync(TestNetwork.TargetAddress, 123, 5000);

        Assert.That((result.Outcome, result.Retransmits), Is.EqualTo((ProbeOutcome.Succeeded, 1)), result.Detail);
    }

    private static Socket Answering(IPAddress address, int port, TaskCompletionSource<int> asked)
    {
        var socket = TestNetwork.Bind(Lab.Network.Target, address, port, SocketType.Dgram);
        _ = Task.Run(async () =>
        {
            var buffer = new byte[2048];
            var got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(address, 0));
            asked.TrySetResult(got.ReceivedBytes);
            await socket.SendToAsync(buffer.AsMemory(0, 8), got.RemoteEndPoint);
        });
        return socket;
    }

    private static async Task<ProbeResult> RunAsync(string address, int port, int timeout = 3000) =>
        await Lab.Engine.RunAsync(Lab.Probe(address, port, ProbeProtocol.Udp, timeout), Lab.Source, default);
}

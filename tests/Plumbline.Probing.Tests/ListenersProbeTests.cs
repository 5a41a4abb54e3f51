using System.Net;
using System.Net.Sockets;
using Plumbline.Core.Probes;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Tests.Fixtures;
using Plumbline.Testing;

namespace Plumbline.Probing.Tests;

/// <summary>What the kernel says of the sockets of a destination, in a namespace of its own.</summary>
internal sealed class ListenersProbeTests
{
    private TestNetwork _network = null!;

    [SetUp]
    public void MakeNetwork() => _network = TestNetwork.Create();

    [TearDown]
    public void RemoveNetwork() => _network?.Dispose();

    [Test]
    public async Task Listens_OnEveryAddress()
    {
        using var server = TcpServer.Start(_network.Target, 8080, TcpServer.Hold);

        await SeesAsync(8080, ProbeRemarks.None, "listens there");
    }

    [Test]
    public async Task Listens_OnTheAddressItself()
    {
        using var server = TcpServer.Start(_network.Target, 8080, TcpServer.Hold, IPAddress.Parse(TestNetwork.TargetAddress));

        await SeesAsync(8080, ProbeRemarks.None, "listens there");
    }

    [Test]
    public async Task Nothing_Listens() => await SeesAsync(8080, ProbeRemarks.ListensNot, "listens on no port that others reach, so not on 8080");

    [Test]
    public async Task Listens_OnLoopbackOnly()
    {
        using var server = TcpServer.Start(_network.Target, 8080, TcpServer.Hold, IPAddress.Loopback);

        await SeesAsync(8080, ProbeRemarks.ListensOnLoopbackOnly, "listens on 127.0.0.1:8080 only, which nobody outside the pod reaches");
    }

    [Test]
    public async Task Listens_OnOneOtherPort()
    {
        using var server = TcpServer.Start(_network.Target, 8889, TcpServer.Hold);
        using var local = TcpServer.Start(_network.Target, 9000, TcpServer.Hold, IPAddress.Loopback);

        await SeesAsync(8888, ProbeRemarks.ListensNot | ProbeRemarks.ListensOnOtherPort, "does not listen on port 8888, but on 8889");
    }

    [Test]
    public async Task Listens_OnSeveralOtherPorts()
    {
        using var one = TcpServer.Start(_network.Target, 8889, TcpServer.Hold);
        using var two = TcpServer.Start(_network.Target, 9090, TcpServer.Hold);

        await SeesAsync(8888, ProbeRemarks.ListensNot, "does not listen on port 8888 (it does on 8889, 9090)");
    }

    [Test]
    public async Task Listens_OnAnotherAddressOfThePod()
    {
        using var server = TcpServer.Start(_network.Target, 8080, TcpServer.Hold, IPAddress.Parse(TestNetwork.TargetAddress6));

        await SeesAsync(8080, ProbeRemarks.ListensNot, "listens on [fd02::2]:8080, which is not 10.201.2.2");
    }

    [TestCase(true, ProbeRemarks.ListensNot, "listens on port 8080 for IPv6 only")]
    [TestCase(false, ProbeRemarks.None, "listens there")]
    public async Task Listens_OnAllOfIpv6(bool only, ProbeRemarks remarks, string detail)
    {
        using var door = new NamespaceDoor();
        var opened = door.Open(_network.Target, 10, 1, 0);
        using var socket = new Socket(new SafeSocketHandle(opened.Descriptor, ownsHandle: true)) { DualMode = !only };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 8080));
        socket.Listen();

        await SeesAsync(8080, remarks, detail);
        await SeesAsync(8080, ProbeRemarks.None, "listens there", TestNetwork.TargetAddress6);
    }

    [Test]
    public async Task Listens_AndNobodyAcceptsWhatWaits()
    {
        using var listener = TestNetwork.Bind(_network.Target, IPAddress.Any, 8080);
        listener.Listen(2);
        List<Task<ProbeResult>> waiting = [];
        while (waiting.Count < 6)
            waiting.Add(Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 8080) with { Id = new ProbeId((ulong)waiting.Count) }, ProbeOrigin.In(_network.Source), default).AsTask());

        ProbeResult? seen = null;
        await Eventually.TrueAsync(async () => (seen = await LookAsync(8080, TestNetwork.TargetAddress)).Remarks == ProbeRemarks.AcceptQueueFull, "the queue is full");
        Assert.That(seen!.Detail, Is.EqualTo("listens, but its accept queue is full: 3 connections wait, and there is room for 2"));
        Assert.That((await Task.WhenAll(waiting)).Select(r => r.Outcome), Has.Some.EqualTo(ProbeOutcome.TimedOut));
    }

    [Test]
    public async Task Namespace_IsGone_IsNoEvidence()
    {
        var probe = Lab.Probe(TestNetwork.TargetAddress, 8080, ProbeProtocol.Listeners);

        var result = await Lab.Engine.RunAsync(probe, ProbeOrigin.In(new NetworkNamespace("/run/netns/no-such-namespace", 1)), default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.SourceGone));
    }

    private async Task SeesAsync(int port, ProbeRemarks remarks, string detail, string address = TestNetwork.TargetAddress)
    {
        var seen = await LookAsync(port, address);

        Assert.That((seen.Outcome, seen.Remarks, seen.Detail), Is.EqualTo((ProbeOutcome.Succeeded, remarks, detail)));
    }

    private ValueTask<ProbeResult> LookAsync(int port, string address) =>
        Lab.Engine.RunAsync(Lab.Probe(address, port, ProbeProtocol.Listeners), ProbeOrigin.In(_network.Target), default);
}

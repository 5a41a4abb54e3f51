using System.Net;
using Plumbline.Core.Probes;
using Plumbline.Probing.Namespaces;
using Plumbline.Testing;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

internal sealed class NamespaceTests
{
    [Test]
    public async Task Addresses_OfANamespace_AllButLoopbackAndLinkLocal()
    {
        var inside = await Lab.Engine.ReadAddressesAsync(Lab.Network.Source);

        Assert.That(inside.Failure, Is.Null);
        Assert.That(inside.Addresses.Select(address => address.ToString()), Is.EquivalentTo([TestNetwork.SourceAddress, TestNetwork.SourceAddress6]));
    }

    [Test]
    public async Task Addresses_NoNamespaceFile_Explained()
    {
        var inside = await Lab.Engine.ReadAddressesAsync(new NetworkNamespace("/run/netns/no-such-namespace", null));

        Assert.That(inside.Failure, Does.Contain("/run/netns/no-such-namespace is gone"));
    }

    [Test]
    public async Task Probe_NamespaceNeverThere_SourceGone()
    {
        var result = await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 80), ProbeOrigin.In(new NetworkNamespace("/run/netns/no-such-namespace", 1)), default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.SourceGone));
    }

    [Test]
    public async Task Probe_FileThatIsNoNamespace_SourceGone()
    {
        var file = Path.GetTempFileName();
        try
        {
            var result = await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 80), ProbeOrigin.In(new NetworkNamespace(file, null)), default);

            Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.SourceGone), result.Detail);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Probe_FileNamesAnotherNamespaceNow_SourceGone()
    {
        var other = Lab.Network.Source with { Inode = Lab.Network.Router.Inode };

        var result = await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 80), ProbeOrigin.In(other), default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.SourceGone));
        Assert.That(result.Detail, Does.Contain("names another namespace"));
    }

    [Test]
    public async Task Probe_NamespaceDeletedMidway_SourceGoneAndNoOtherProbeHurt()
    {
        using var network = TestNetwork.Create();
        var doomed = network.AddPod("doomed", 3);
        using var server = TcpServer.Start(network.Target, 8000, TcpServer.Hold);
        network.Nft("t", "table inet f { chain i { type filter hook input priority 0; tcp dport 8001 drop; }; }");
        var lost = Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 8001, timeout: 1500), ProbeOrigin.In(doomed), default).AsTask();
        var other = Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 8001, timeout: 1500), ProbeOrigin.In(network.Source), default).AsTask();
        await Eventually.TrueAsync(() => Lab.Engine.OpenSockets >= 2);

        network.Remove("doomed");

        Assert.That((await lost).Outcome, Is.EqualTo(ProbeOutcome.SourceGone));
        Assert.That((await other).Outcome, Is.EqualTo(ProbeOutcome.TimedOut));
        Assert.That((await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 8000), ProbeOrigin.In(network.Source), default)).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
    }

    [Test]
    public async Task Probe_SourceLosesItsAddressMidway_SourceGone()
    {
        using var network = TestNetwork.Create();
        var pod = network.AddPod("pod", 3);
        network.Ip("pod", "addr del 10.201.3.2/24 dev eth0");

        var result = await Lab.Engine.RunAsync(
            Lab.Probe(TestNetwork.TargetAddress, 8000), ProbeOrigin.In(pod) with { Addresses = [IPAddress.Parse("10.201.3.2")] }, default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.SourceGone), result.Detail);
    }

    [Test]
    public async Task Probe_Cancelled_ThrowsAndLeavesNothing()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        using var server = TestNetwork.Bind(Lab.Network.Target, IPAddress.Any, 8500);
        using var cancellation = new CancellationTokenSource();
        var running = engine.RunAsync(Lab.Probe("10.201.2.77", 8500, timeout: 60_000), Lab.Source, cancellation.Token).AsTask();
        await Eventually.TrueAsync(() => engine.OpenSockets == 1);

        await cancellation.CancelAsync();

        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
        await Eventually.TrueAsync(() => engine.OpenSockets == 0);
    }

    [Test]
    public async Task Engine_DisposedUnderWay_EndsEveryProbe()
    {
        using var server = TcpServer.Start(Lab.Network.Target, 8510, TcpServer.Hold);
        var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        var running = new[] { ProbeProtocol.Tcp, ProbeProtocol.Http, ProbeProtocol.Tls }
            .Select(protocol => engine.RunAsync(Lab.Probe(protocol == ProbeProtocol.Tcp ? "10.201.2.77" : TestNetwork.TargetAddress, 8510, protocol, 60_000), Lab.Source, default).AsTask())
            .ToArray();
        await Eventually.TrueAsync(() => server.Accepted == 2);

        engine.Dispose();

        foreach (var probe in running)
            Assert.That(async () => await probe.WaitAsync(TimeSpan.FromSeconds(10)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Engine_ManyProbesAndDispose_NoDescriptorLeft()
    {
        using var server = TcpServer.Start(Lab.Network.Target, 8610, TcpServer.UntilLeft);
        using (var warm = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System))
            await warm.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 8610), Lab.Source, default);
        var before = Sockets();

        using (var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System))
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i =>
                engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, i % 2 == 0 ? 8610 : 8611), Lab.Source, default).AsTask()));
        }

        await Eventually.TrueAsync(() => Sockets() <= before);

        static int Sockets() => Directory.GetFiles("/proc/self/fd").Select(ProcessFacts.LinkOf).Count(link => link.Contains("eventpoll", StringComparison.Ordinal) || link.StartsWith("net:[", StringComparison.Ordinal) || link.StartsWith("socket:", StringComparison.Ordinal));
    }
}

using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>What the agent lacks says nothing about a connection.</summary>
internal sealed class AgentFaultTests
{
    private const int Port = 8480;

    private TcpServer _server = null!;

    [OneTimeSetUp]
    public void Listen() => _server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.UntilLeft);

    [OneTimeTearDown]
    public void StopListening() => _server?.Dispose();

    [Test]
    public async Task NoDescriptorLeft_NotRun_AndWorksAgainAfterwards([Values(ProbeProtocol.Tcp, ProbeProtocol.Dns, ProbeProtocol.Http)] ProbeProtocol protocol)
    {
        using var apart = new OwnDescriptors();
        var engine = apart.Run(() => new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System));
        try
        {
            await apart.Run(() => RunAsync(engine, ProbeProtocol.Tcp));

            apart.Exhaust();
            var starved = await apart.Run(() => RunAsync(engine, protocol));
            apart.Relieve();
            var recovered = await apart.Run(() => RunAsync(engine, ProbeProtocol.Tcp));

            Assert.That(starved.Outcome, Is.EqualTo(ProbeOutcome.NotRun), starved.Detail);
            Assert.That(starved.Detail, Does.Contain("EMFILE"));
            Assert.That(recovered.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), recovered.Detail);
        }
        finally
        {
            apart.Run(() => Dispose(engine));
        }
    }

    [Test]
    public async Task NoDescriptorLeft_NameOfSeveralAddresses_NotRun()
    {
        using var apart = new OwnDescriptors();
        var engine = apart.Run(() => new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System));
        try
        {
            var origin = Lab.Source with { HostAliases = [new HostAlias(TestNetwork.TargetAddress, "two"), new HostAlias(TestNetwork.RouterAddress, "two")] };
            apart.Exhaust();

            var starved = await apart.Run(() => engine.RunAsync(Lab.Probe("two", Port), origin, default).AsTask());

            Assert.That(starved.Outcome, Is.EqualTo(ProbeOutcome.NotRun), starved.Detail);
        }
        finally
        {
            apart.Run(() => Dispose(engine));
        }
    }

    [Test]
    public async Task NoSysAdmin_NotRunAndTheCapabilityNamed()
    {
        using var engine = Privileges.Without(() => new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System), Privileges.SysAdmin);

        var result = await RunAsync(engine, ProbeProtocol.Tcp);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NotRun), result.Detail);
        Assert.That(result.Detail, Does.Contain("EPERM").And.Contain("CAP_SYS_ADMIN"));
    }

    [Test]
    public async Task OnlySysAdmin_Suffices([Values(ProbeProtocol.Tcp, ProbeProtocol.Http)] ProbeProtocol protocol)
    {
        using var engine = Privileges.WithOnly(() => new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System), Privileges.SysAdmin);

        var result = await RunAsync(engine, protocol);
        var inside = await engine.ReadAddressesAsync(Lab.Network.Source);

        Assert.That(result.Proven, Is.EqualTo(ProvenStage.Connected), result.Detail);
        Assert.That(inside.Failure, Is.Null);
    }

    [Test]
    public async Task NamespaceFileUnreadable_NotRun()
    {
        var file = Path.GetTempFileName();
        try
        {
            Shell.Run("chmod", "", "000", file);
            using var engine = Privileges.Without(() => new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System), Privileges.DacOverride, Privileges.DacReadSearch);

            var result = await engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port), ProbeOrigin.In(new(file, null)), default);

            Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NotRun), result.Detail);
            Assert.That(result.Detail, Does.Contain("EACCES").And.Contain(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static bool Dispose(ProbeEngine engine)
    {
        engine.Dispose();
        return true;
    }

    private static async Task<ProbeResult> RunAsync(ProbeEngine engine, ProbeProtocol protocol) =>
        await engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port, protocol), Lab.Source, default);
}

using System.Net;
using System.Text;
using Plumbline.Agent.Tests.Fixtures;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Agent.Tests;

/// <summary>The whole agent against a real link and real namespaces.</summary>
internal sealed class AgentHostTests
{
    private TestNetwork _network = null!;
    private PinnedNamespaces _pinned = null!;

    [OneTimeSetUp]
    public void MakeNetwork()
    {
        _network = TestNetwork.Create();
        _pinned = new PinnedNamespaces(_network);
    }

    [OneTimeTearDown]
    public void RemoveNetwork()
    {
        _pinned?.Dispose();
        _network?.Dispose();
    }

    [Test]
    public async Task Agent_PlanWithAPodOfThisNode_ProbesFromItsNamespaceAndReports()
    {
        using var server = TcpServer.Start(_network.Target, 8700, TcpServer.UntilLeft);
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();

        var hello = await fake.NextAsync<Hello>();
        await fake.SendAsync(Plan(1, Probe(1, 8700), Probe(2, 8701)));
        var acknowledged = await fake.NextAsync<PlanAck>();
        var reports = await CollectAsync(fake, 2);

        Assert.That(hello.Node, Is.EqualTo("node-a"));
        Assert.That(acknowledged.Revision, Is.EqualTo(1));
        Assert.That(reports[new ProbeId(1)].Last.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), string.Join('\n', agent.Log));
        Assert.That(reports[new ProbeId(1)].ConnectMilliseconds, Has.Length.EqualTo(1));
        Assert.That(reports[new ProbeId(2)].Last.Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused));
        Assert.That(await agent.StopAsync(), Is.EqualTo(AgentHost.Ok));
    }

    [Test]
    public async Task Agent_FirstFailure_ConfirmedQuicklyAndEachReportedAtOnce()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();
        await fake.SendAsync(Plan(1, Probe(1, 8701)));

        foreach (var run in new[] { 1, 2, 3 })
            Assert.That((await fake.NextAsync<ReportBatch>()).Reports.Single().RunLength, Is.EqualTo(run));
    }

    [Test]
    public async Task Agent_PodThatIsNotThereYet_SourceNotFoundThenProbedOnceItIs()
    {
        using var server = TcpServer.Start(_network.Target, 8710, TcpServer.UntilLeft);
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();
        await fake.SendAsync(Plan(1, Probe(1, 8710)) with { Sources = [Pod("10.201.9.2")] });

        var missing = await fake.NextAsync<ReportBatch>();
        _network.AddPod("late", 9);
        _pinned.Refresh();
        var found = await fake.NextAsync<ReportBatch>(batch => batch.Reports.Any(report => report.Last.Outcome == ProbeOutcome.Succeeded));

        Assert.That(missing.Reports.Single().Last.Outcome, Is.EqualTo(ProbeOutcome.SourceNotFound));
        Assert.That(missing.Reports.Single().Last.Detail, Does.Contain("10.201.9.2"));
        Assert.That(found.Reports.Single().RunLength, Is.EqualTo(1), "no evidence is no run");
        _network.Remove("late");
    }

    [Test]
    public async Task Agent_LinkCut_UnacknowledgedReportsComeAgainUnderTheirNumber()
    {
        await using var fake = await FakeOperator.StartAsync();
        fake.Acknowledges = false;
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();
        await fake.SendAsync(Plan(1, Probe(1, 8701)));
        var first = await fake.NextAsync<ReportBatch>();

        await fake.CutAsync();
        await fake.NextAsync<Hello>();
        var again = await fake.NextAsync<ReportBatch>();

        Assert.That(again.Sequence, Is.EqualTo(first.Sequence));
        Assert.That(again.Reports.Single().Last.Time, Is.EqualTo(first.Reports.Single().Last.Time));
    }

    [Test]
    public async Task Agent_DeltaWithAGap_GreetsAgainForASnapshot()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();
        await fake.NextAsync<Hello>();
        await fake.SendAsync(Plan(1));
        await fake.NextAsync<PlanAck>();

        await fake.SendAsync(new PlanDelta(5, 6, [], [], [], []));
        await fake.NextAsync<Hello>();
        await fake.SendAsync(Plan(7));

        Assert.That((await fake.NextAsync<PlanAck>()).Revision, Is.EqualTo(7));
    }

    [Test]
    public async Task Agent_MessageItDoesNotKnow_PassesOverIt()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();

        await fake.SendRawAsync("""{"type":"fromTheFuture","x":1}"""u8.ToArray());
        await fake.SendRawAsync("not even json"u8.ToArray());
        await fake.SendAsync(Plan(3));

        Assert.That((await fake.NextAsync<PlanAck>()).Revision, Is.EqualTo(3));
    }

    [Test]
    public async Task Agent_PlanWithMembersLeftOut_IsCarriedOut()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();

        await fake.SendRawAsync(Encoding.UTF8.GetBytes("""
            {"type":"plan","revision":4,"sources":[{"id":"node","vantage":"Node"}],
             "probes":[{"id":"0000000000000007","source":"node","host":"127.0.0.1","port":1,"protocol":"Http","intervalMilliseconds":60000,"timeoutMilliseconds":1000,
                        "http":{"method":"GET","path":"/"}}]}
            """));
        var report = (await fake.NextAsync<ReportBatch>()).Reports.Single();

        Assert.That(report.Last.Outcome, Is.EqualTo(ProbeOutcome.TargetRefused), "loopback is refused by default");
        Assert.That(report.Last.Detail, Does.Contain("loopback"));
    }

    [Test]
    public async Task Agent_WrongToken_IsRefusedAndReadsTheFileAgain()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path, token: "stale").Start();
        while (fake.Refused == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);

        await File.WriteAllTextAsync(agent.TokenFile, "the-token");

        Assert.That((await fake.NextAsync<Hello>()).Node, Is.EqualTo("node-a"));
        Assert.That(agent.Log, Has.Some.Contains("refuses the agent's token (401)"));
    }

    [Test]
    public async Task Agent_StandbyNamesTheLeader_DialsItNext()
    {
        await using var leader = await FakeOperator.StartAsync();
        await using var standby = await FakeOperator.StartAsync();
        standby.Leader = $"127.0.0.1:{leader.Uri.Port}";
        await using var agent = new RunningAgent(standby, _pinned.Path).Start();

        Assert.That((await leader.NextAsync<Hello>()).Node, Is.EqualTo("node-a"));
        Assert.That(standby.Dials, Is.EqualTo(1));
    }

    [Test]
    public async Task Agent_AddressOfTheOperatorGiven_LinksWithoutLookingUpItsName()
    {
        await using var fake = await FakeOperator.StartAsync("operator.invalid");
        await using var agent = new RunningAgent(fake);
        agent.Options = agent.Options with { OperatorUri = new Uri($"wss://operator.invalid:{fake.Uri.Port}"), OperatorAddress = IPAddress.Loopback };
        agent.Start();

        Assert.That((await fake.NextAsync<Hello>()).Node, Is.EqualTo("node-a"));
    }

    [Test]
    public async Task Agent_CertificateOfAnotherName_IsNotTrustedWithTheToken()
    {
        await using var fake = await FakeOperator.StartAsync("someone-else");
        await using var agent = new RunningAgent(fake, _pinned.Path).Start();

        await agent.SaysAsync("does not prove to be the operator localhost");
        Assert.That(fake.Dials, Is.Zero);
    }

    [Test]
    public async Task Agent_WithoutTls_DoesNotStart()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path);
        agent.Options = agent.Options with { OperatorUri = new Uri("ws://localhost:1") };

        Assert.That(await agent.Start().StopAsync(), Is.EqualTo(AgentHost.BadOptions));
        Assert.That(agent.Log, Has.Some.Contains("expected wss://"));
    }

    [Test]
    public async Task Agent_ThatIsNotToldWhoMayBeTheOperator_DoesNotStart()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path);
        agent.Options = agent.Options with { CaFile = null };

        Assert.That(await agent.Start().StopAsync(), Is.EqualTo(AgentHost.BadOptions));
        Assert.That(agent.Log, Has.Some.Contains("--ca-file").And.Contains("--system-trust"));
    }

    [Test]
    public async Task Agent_SystemTrust_DoesNotKnowAnOperatorOfAPrivateAuthority()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path);
        agent.Options = agent.Options with { CaFile = null, SystemTrust = true };
        agent.Start();

        await agent.SaysAsync("does not prove to be the operator");
        Assert.That(fake.Dials, Is.Zero);
    }

    [Test]
    public async Task Agent_WithoutTrustAsYet_SaysSoAndLinksWhenItComes()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new RunningAgent(fake, _pinned.Path);
        var trust = agent.Directory.CreateSubdirectory("trust").FullName;
        agent.Options = agent.Options with { CaFile = trust };
        agent.Start();
        await agent.SaysAsync("holds no .crt or .pem file as yet");

        await File.WriteAllTextAsync(Path.Combine(trust, "replica.crt"), FakeOperator.Authority.ExportCertificatePem());

        Assert.That((await fake.NextAsync<Hello>()).Node, Is.EqualTo("node-a"));
    }

    private static ProbeSource Pod(string address) => new()
    {
        Id = "5e3f0d52-0000-4000-8000-000000000001",
        Vantage = VantageKind.Pod,
        Namespace = "voice",
        Name = "tenant-0",
        Addresses = [address],
    };

    private static PlanSnapshot Plan(long revision, params PlannedProbe[] probes) => new(revision, [Pod(TestNetwork.SourceAddress)], probes);

    private static PlannedProbe Probe(ulong id, int port) => new()
    {
        Id = new ProbeId(id),
        Source = Pod("").Id,
        Host = TestNetwork.TargetAddress,
        Port = port,
        Protocol = ProbeProtocol.Tcp,
        IntervalMilliseconds = 60_000,
        TimeoutMilliseconds = 2_000,
    };

    private static async Task<Dictionary<ProbeId, ProbeReport>> CollectAsync(FakeOperator fake, int probes)
    {
        var reports = new Dictionary<ProbeId, ProbeReport>();
        while (reports.Count < probes)
        {
            foreach (var report in (await fake.NextAsync<ReportBatch>()).Reports)
                reports.TryAdd(report.Last.Probe, report);
        }

        return reports;
    }
}

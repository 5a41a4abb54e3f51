using System.Diagnostics;
using System.Globalization;
using System.Net;
using Plumbline.Agent.Tests.Fixtures;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Agent.Tests;

/// <summary>The agent's own process with few capabilities: what docs/agent-privileges.md says.</summary>
internal sealed class AgentPrivilegesTests
{
    private const ulong SysAdmin = 1UL << 21;
    private const ulong SysPtrace = 1UL << 19;
    private const string Uid = "5e3f0d52-0000-4000-8000-000000000001";

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
    public async Task SysAdminAlone_FindsPinnedNamespacesAndProbesFromThem()
    {
        using var server = TcpServer.Start(_network.Target, 8800, TcpServer.UntilLeft);
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new AgentProcess(fake, "+sys_admin", ["--netns-dir", _pinned.Path, "--proc-dir", ""]);
        Assert.That(await agent.CapabilitiesAsync(), Is.EqualTo(SysAdmin));

        var results = await ProbeAsync(fake, Pod(TestNetwork.SourceAddress), 8800, 8801);

        Assert.That(results[8800].Outcome, Is.EqualTo(ProbeOutcome.Succeeded), agent.Output);
        Assert.That(results[8801].Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused));
        Assert.That((await agent.GetAsync("/readyz")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task NothingAtAll_NoProbeRunsFromAPodAndTheAgentSaysWhy()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new AgentProcess(fake, "", ["--netns-dir", _pinned.Path, "--proc-dir", ""]);
        Assert.That(await agent.CapabilitiesAsync(), Is.Zero);

        var results = await ProbeAsync(fake, Pod(TestNetwork.SourceAddress), 8810);

        Assert.That(results[8810].Outcome, Is.EqualTo(ProbeOutcome.NotRun), "nothing is said of the connection");
        Assert.That(results[8810].Detail, Does.Contain("CAP_SYS_ADMIN"));
        Assert.That((await agent.GetAsync("/healthz")).Status, Is.EqualTo(HttpStatusCode.OK), "a restart would not help");
        var ready = await agent.GetAsync("/readyz");
        Assert.That(ready.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(ready.Text, Does.Contain("CAP_SYS_ADMIN"));
    }

    [Test]
    public async Task NothingAtAll_StillProbesFromTheNode()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new AgentProcess(fake, "", ["--netns-dir", _pinned.Path, "--proc-dir", "", "--allow-target", "127.0.0.0/8"]);

        var results = await ProbeAsync(fake, new ProbeSource { Id = ProbeSource.NodeId, Vantage = VantageKind.Node }, "127.0.0.1", fake.Uri.Port);

        Assert.That(results[fake.Uri.Port].Outcome, Is.EqualTo(ProbeOutcome.Succeeded), agent.Output);
    }

    [TestCase("+sys_admin", ProbeOutcome.NotRun)]
    [TestCase("+sys_admin,+sys_ptrace", ProbeOutcome.ConnectionRefused)]
    public async Task NotPinned_PodOfAnotherUser_NeedsSysPtraceToo(string capabilities, ProbeOutcome expected)
    {
        using var pod = Process.Start("ip", ["netns", "exec", Path.GetFileName(_network.Source.Path!), "setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "sleep", "120"]);
        var proc = Directory.CreateTempSubdirectory("plumbline-proc-");
        try
        {
            await IsInAsync(pod, _network.Source);
            var directory = proc.CreateSubdirectory(pod.Id.ToString(CultureInfo.InvariantCulture));
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "cgroup"), $"0::/kubepods/pod{Uid}/1\n");
            Directory.CreateSymbolicLink(Path.Combine(directory.FullName, "ns"), $"/proc/{pod.Id}/ns");
            await using var fake = await FakeOperator.StartAsync();
            await using var agent = new AgentProcess(fake, capabilities, ["--netns-dir", "/nowhere", "--proc-dir", proc.FullName]);
            Assert.That(await agent.CapabilitiesAsync(), Is.EqualTo(expected == ProbeOutcome.NotRun ? SysAdmin : SysAdmin | SysPtrace));

            var results = await ProbeAsync(fake, Pod(TestNetwork.SourceAddress), 8821);

            Assert.That(results[8821].Outcome, Is.EqualTo(expected), results[8821].Detail);
            Assert.That(results[8821].Detail, expected == ProbeOutcome.NotRun ? Does.Contain("CAP_SYS_PTRACE") : Is.Not.Empty);
        }
        finally
        {
            pod.Kill();
            proc.Delete(true);
        }
    }

    [Test]
    public async Task ApiServerOfTheEnvironment_IsRefusedUnlessAllowed()
    {
        using var server = TcpServer.Start(_network.Target, 8830, TcpServer.UntilLeft);
        (string, string)[] environment = [("KUBERNETES_SERVICE_HOST", TestNetwork.TargetAddress), ("KUBERNETES_SERVICE_PORT", "8830")];
        await using var fake = await FakeOperator.StartAsync();
        await using (var agent = new AgentProcess(fake, "+sys_admin", ["--netns-dir", _pinned.Path, "--proc-dir", "", "--refuse-target", $"{TestNetwork.TargetAddress}:8832"], environment))
        {
            var results = await ProbeAsync(fake, Pod(TestNetwork.SourceAddress), 8830, 8831, 8832);
            Assert.That(results[8830].Outcome, Is.EqualTo(ProbeOutcome.TargetRefused));
            Assert.That(results[8830].Detail, Does.Contain("the API server").And.Contain("--allow-target"));
            Assert.That(results[8831].Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused), "only that port");
            Assert.That(results[8832].Detail, Does.Contain("--refuse-target"));
        }

        await using var other = await FakeOperator.StartAsync();
        await using var allowed = new AgentProcess(other, "+sys_admin", ["--netns-dir", _pinned.Path, "--proc-dir", "", "--allow-target", TestNetwork.TargetAddress + "/32"], environment);
        Assert.That((await ProbeAsync(other, Pod(TestNetwork.SourceAddress), 8830))[8830].Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
    }

    [Test]
    public async Task Metrics_OfTheRunningAgent_SatisfyPromtool()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var agent = new AgentProcess(fake, "+sys_admin", ["--netns-dir", _pinned.Path, "--proc-dir", ""]);
        await ProbeAsync(fake, Pod(TestNetwork.SourceAddress), 8841);
        var (_, text) = await agent.GetAsync("/metrics");
        Assert.That(text, Does.Contain("plumbline_agent_schedule_lag_seconds").And.Contain("plumbline_probes_total{"));

        var start = new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var promtool = Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        Assert.That(said, Is.Empty);
        Assert.That(promtool.ExitCode, Is.Zero);
    }

    private static Task<Dictionary<int, ProbeResult>> ProbeAsync(FakeOperator fake, ProbeSource source, params int[] ports) => ProbeAsync(fake, source, TestNetwork.TargetAddress, ports);

    private static async Task<Dictionary<int, ProbeResult>> ProbeAsync(FakeOperator fake, ProbeSource source, string host, params int[] ports)
    {
        await fake.NextAsync<Hello>();
        await fake.SendAsync(new PlanSnapshot(1, [source], [.. ports.Select(port => new PlannedProbe
        {
            Id = new ProbeId((ulong)port),
            Source = source.Id,
            Host = host,
            Port = port,
            Protocol = ProbeProtocol.Tcp,
            IntervalMilliseconds = 1_000,
            TimeoutMilliseconds = 3_000,
        })]));
        var results = new Dictionary<int, ProbeResult>();
        while (results.Count < ports.Length)
        {
            foreach (var report in (await fake.NextAsync<ReportBatch>()).Reports)
                results[(int)report.Last.Probe.Value] = report.Last;
        }

        return results;
    }

    private static async Task IsInAsync(Process process, NetworkNamespace expected)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        while (NetworkNamespace.AtPath($"/proc/{process.Id}/ns/net")?.Inode != expected.Inode
            || !File.ReadLines($"/proc/{process.Id}/status").Any(line => line.StartsWith("Uid:\t1000", StringComparison.Ordinal)))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
    }

    private static ProbeSource Pod(string address) => new() { Id = Uid, Vantage = VantageKind.Pod, Namespace = "voice", Name = "tenant-0", Addresses = [address] };
}

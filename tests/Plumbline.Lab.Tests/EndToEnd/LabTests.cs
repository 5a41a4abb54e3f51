using System.Diagnostics;
using Plumbline.Lab.Control;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Tests.Network;
using Plumbline.Lab.View;

namespace Plumbline.Lab.Tests.EndToEnd;

/// <summary>The main job, end to end, on one lab: documents in, verdicts of real sockets out, whatever fails around them.</summary>
[Category("Lab")]
[NonParallelizable]
public sealed class LabTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> Unprobeable = new()
    {
        ["gcxi 1"] = "OutsideCluster",
        ["gcxi 2"] = "OutsideCluster",
        ["gcxi 6"] = "LogicalConnection",
        ["gcxi 13"] = "LogicalConnection",
        ["gcxi 14"] = "LogicalConnection",
        ["gcxi 15"] = "LogicalConnection",
        ["gcxi 16"] = "LogicalConnection",
        ["genesys-pulse 27"] = "OutsideCluster",
        ["iwd 3"] = "OutsideCluster",
        ["iwd 4"] = "OutsideCluster",
        ["tenant-service 18"] = "DocumentedElsewhere",
    };

    private LabUnderTest _lab = null!;

    private static IEnumerable<TestCaseData> Faults() =>
        EstateModel.Load().Faults.Where(f => !f.Situation).Select(f => new TestCaseData(f.Id).SetName($"Fault_{f.Id}_ChangesItsRowsAndNothingElse"));

    [OneTimeSetUp]
    public async Task BringUp()
    {
        await InsideTests.NeedNamespacesAsync(CancellationToken.None);
        var clock = Stopwatch.StartNew();
        _lab = await LabUnderTest.UpAsync(CancellationToken.None);
        await _lab.SettleAsync(NotAsDocumented, TimeSpan.FromSeconds(90), CancellationToken.None);
        TestContext.Progress.WriteLine($"all rows judged, and the same for 3 s, {clock.Elapsed.TotalSeconds:0.0} s after the start");
    }

    [OneTimeTearDown]
    public async Task TakeDown()
    {
        if (_lab is not null)
        {
            await _lab.DisposeAsync();
        }
    }

    [Test]
    public void Documents_OfFiveSeeds_AllRowsAreAccountedFor()
    {
        var state = _lab.Board.State();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(state.Maps.Select(m => (m.Name, m.Documented)), Is.EqualTo(
                new[] { ("gcxi", 16), ("genesys-pulse", 27), ("gvp-reporting-server", 8), ("iwd", 16), ("tenant-service", 22) }));
            Assert.That(state.Rows, Has.Count.EqualTo(LabUnderTest.Rows));
            Assert.That(state.Rows.Where(r => r.Explanation.Length == 0), Is.Empty);
            // Of ports that are alternatives one may be closed; of all others every pair must have been proven.
            Assert.That(state.Rows.Where(r => r.Verified == "True" && r.Ports.All(p => p.Verified == "True") && !IsComplete(r.Reachable)).Select(r => r.Verdict), Is.Empty);
            Assert.That(state.Rows.Where(r => r.Verified == "True" && r.Ports.Any(p => p.Verified != "True")).Select(r => $"{r.Map} {r.Id}"), Is.EqualTo(new[] { "tenant-service 19" }));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Metrics_OfAllRows_PassPromtoolAndHaveEveryJudgedRow(CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var text = await http.GetStringAsync(new Uri((await _lab.StatusAsync(cancellation)).Metrics), cancellation);
        var verified = text.Split('\n').Where(l => l.StartsWith("plumbline_connection_verified{", StringComparison.Ordinal)).ToList();
        foreach (var row in _lab.Board.State().Rows.Where(r => r.Verified != "Unknown"))
        {
            Assert.That(verified.Where(l => l.Contains($"connection=\"{row.Name}\"", StringComparison.Ordinal) && l.EndsWith(" 1", StringComparison.Ordinal)), Has.One.Items, row.Name);
        }

        if (Tool.Find("promtool") is not { } promtool)
        {
            Assert.Ignore("promtool is not installed (Debian: apt-get install prometheus)");
            return;
        }

        var run = await Tool.RunAsync([promtool, "check", "metrics"], text, cancellation);
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
    }

    [TestCaseSource(nameof(Faults))]
    [CancelAfter(150_000)]
    public async Task Fault(string id, CancellationToken cancellation)
    {
        var fault = EstateModel.Load().FindFault(id)!;
        var before = _lab.Board.State().Verdicts;
        await _lab.DoAsync("fault", id, cancellation, "on");
        try
        {
            // Where no row may change its verdict, the ports within a row still show that the fault was seen.
            var state = await _lab.SettleAsync(s => NotAs(fault, s) ?? (s.Verdicts == before ? "nothing has changed yet" : null), Limit, cancellation);
            TestContext.Out.WriteLine(string.Join('\n', state.Drifted.Select(r => $"{r.Verdict}: {r.Explanation}")));
        }
        finally
        {
            await _lab.DoAsync("fault", id, cancellation, "off");
        }

        await _lab.SettleAsync(NotAsDocumented, Limit, cancellation);
    }

    [Test]
    [CancelAfter(120_000)]
    public Task Operator_KilledAndStartedAgain_SameVerdictsAndNoneFalseOnTheWay(CancellationToken cancellation) => SurvivesAsync("operator", cancellation);

    [Test]
    [CancelAfter(120_000)]
    public Task Api_KilledAndStartedAgain_SameVerdictsAndNoneFalseOnTheWay(CancellationToken cancellation) => SurvivesAsync("api", cancellation);

    [Test]
    [CancelAfter(120_000)]
    public Task Agent_KilledAndStartedAgain_SameVerdictsAndNoneFalseOnTheWay(CancellationToken cancellation) => SurvivesAsync("agent-node-2", cancellation);

    [Test]
    [CancelAfter(150_000)]
    public async Task Agent_Stopped_ItsRowsAreUnknownAndComeBack(CancellationToken cancellation)
    {
        await _lab.DoAsync("stop", "agent-node-1", cancellation);
        try
        {
            var state = await _lab.SettleAsync(
                s => s.Rows.Any(r => r.Reason == "AgentUnavailable") ? null : "no row says AgentUnavailable", TimeSpan.FromSeconds(90), cancellation, NothingFalse);
            Assert.That(state.Rows.Where(r => r.Verified == "Unknown" && !Unprobeable.ContainsKey($"{r.Map} {r.Id}")).Select(r => r.Reason).Distinct(), Is.EqualTo(new[] { "AgentUnavailable" }));
        }
        finally
        {
            await _lab.DoAsync("start", "agent-node-1", cancellation);
        }

        await _lab.SettleAsync(NotAsDocumented, Limit, cancellation, NothingFalse);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Workloads_AllRestartedTwice_NothingFalseAndNothingToldOnTheWay(CancellationToken cancellation)
    {
        var before = await EventsAsync(cancellation);
        for (var round = 0; round < 2; round++)
        {
            var reds = new HashSet<string>();
            var restart = _lab.AskAsync(new ControlRequest("restart", "--all"), cancellation);
            while (!restart.IsCompleted)
            {
                reds.UnionWith(_lab.Board.State().Drifted.Select(r => $"{r.Verdict}: {r.Explanation}"));
                await Task.WhenAny(restart, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation));
            }

            Assert.That(await restart, Has.Property(nameof(ControlReply.Done)).True, (await restart)?.Message);
            await _lab.SettleAsync(NotAsDocumented, Limit, cancellation, s => reds.UnionWith(s.Drifted.Select(r => $"{r.Verdict}: {r.Explanation}")));
            Assert.That(reds, Is.Empty, $"round {round + 1}");
        }

        var told = (await EventsAsync(cancellation)).Except(before).ToList();
        Assert.That(told.Where(e => e.StartsWith("Warning", StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>Type, reason, row and text of the events of all rows.</summary>
    private async Task<IReadOnlyList<string>> EventsAsync(CancellationToken cancellation)
    {
        if (Tool.Find("kubectl") is not { } kubectl)
        {
            return [];
        }

        var run = await Tool.RunAsync(
            [
                kubectl, "--kubeconfig", Path.Combine(_lab.State, "kubeconfig"), "get", "events.events.k8s.io", "-n", "docs", "-o",
                "jsonpath={range .items[*]}{.type} {.reason} {.regarding.name}: {.note}{\"\\n\"}{end}",
            ],
            null, cancellation);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task SurvivesAsync(string name, CancellationToken cancellation)
    {
        var before = (await _lab.StatusAsync(cancellation)).Processes;
        await _lab.DoAsync("kill", name, cancellation);
        ProcessStatus[] after = [];
        await _lab.UntilAsync(
            async () =>
            {
                NothingFalse(_lab.Board.State());
                after = [.. (await _lab.StatusAsync(cancellation)).Processes];
                return after.Single(p => p.Name == name) is { State: "Running" } p && p.Restarts > before.Single(b => b.Name == name).Restarts;
            },
            $"{name} to be started again", Limit, cancellation);

        // Long enough for the new process to have spoken: a status that nobody writes any more looks settled too.
        await Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System, cancellation);
        await _lab.SettleAsync(NotAsDocumented, Limit, cancellation, NothingFalse);
        var status = await _lab.StatusAsync(cancellation);
        Assert.That(
            status.Processes.Where(p => p.Name != name).Select(p => (p.Name, p.Pid)),
            Is.EqualTo(before.Where(p => p.Name != name).Select(p => (p.Name, p.Pid))), "the others were not started again");
    }

    private static void NothingFalse(BoardState state) => Assert.That(state.Drifted.Select(r => r.Verdict), Is.Empty);

    private static string? NotAsDocumented(BoardState state) => NotAs(new EstateFault(), state);

    /// <summary>Compares all rows, so that a row that changes without being listed is found as well.</summary>
    private static string? NotAs(EstateFault fault, BoardState state)
    {
        if (state.Rows.Count != LabUnderTest.Rows)
        {
            return $"{state.Rows.Count} rows";
        }

        var wrong = state.Rows.Where(r => !IsAsExpected(r, fault.Rows.Find(f => f.Map == r.Map && f.Row == r.Id))).ToList();
        return wrong.Count == 0 ? null : $"{wrong.Count} rows are not as expected: {string.Join("; ", wrong.Take(5).Select(r => $"{r.Verdict}: {r.Explanation}"))}";
    }

    private static bool IsAsExpected(BoardRow row, FaultRow? expected)
    {
        if (expected is null)
        {
            return Unprobeable.TryGetValue($"{row.Map} {row.Id}", out var reason)
                ? (row.Verified, row.Reason) == ("Unknown", reason)
                : (row.Verified, row.Reason) == ("True", "Reachable");
        }

        // Where only some of a row's ports break, those say why and the row as a whole says that it works in part.
        var broken = row.Ports.Where(p => p.Verified == "False").ToList();
        var fitting = broken.Count > 0 && broken.All(p => expected.Reasons.Contains(p.Reason!));
        return row.Verified == "False" && fitting && (expected.Ports.Count == 0
            ? expected.Reasons.Contains(row.Reason)
            : broken.Select(p => p.Port!.Value).SequenceEqual(expected.Ports));
    }

    private static bool IsComplete(string? reachable) => reachable?.Split('/') is [var good, var all] && good == all && good != "0";
}

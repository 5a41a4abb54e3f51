using System.Diagnostics;
using System.Text.Json.Nodes;
using Plumbline.Lab.Control;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Running;
using Plumbline.Lab.Tests.Network;

namespace Plumbline.Lab.Tests.EndToEnd;

/// <summary>How a lab ends, and what <c>verify</c> says.</summary>
[Category("Lab")]
[NonParallelizable]
[CancelAfter(120_000)]
public sealed class LabEndTests
{
    [OneTimeSetUp]
    public Task NeedNamespaces() => InsideTests.NeedNamespacesAsync(CancellationToken.None);

    [Test]
    public async Task Lab_Terminated_ExitsOrderlyAndLeavesNothing(CancellationToken cancellation)
    {
        await using var lab = await LabUnderTest.UpAsync(cancellation);
        Assert.That(await lab.StopAsync(cancellation), Is.Zero, lab.Output);
        await NothingIsLeftAsync(lab.State, cancellation);
    }

    [Test]
    public async Task Lab_OuterProcessKilled_LeavesNothing(CancellationToken cancellation)
    {
        await using var lab = await LabUnderTest.UpAsync(cancellation);
        var pid = lab.Pid;
        await lab.KillAsync(cancellation);
        await NothingIsLeftAsync(lab.State, cancellation);
        Assert.That(Directory.EnumerateFiles(Path.GetTempPath(), $"*-{pid}-*").Where(f => Path.GetFileName(f).StartsWith("clr-debug", StringComparison.Ordinal) || Path.GetFileName(f).StartsWith("dotnet-diag", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Verify_NoFault_AgreesWithTheDocuments(CancellationToken cancellation)
    {
        var (code, report) = await VerifyAsync([], cancellation);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(report["connections"]!.AsArray(), Has.Count.EqualTo(LabUnderTest.Rows));
            Assert.That(report["maps"]!.AsArray(), Has.Count.EqualTo(5));
        }
    }

    [Test]
    public async Task Verify_DualStack_AgreesWithTheDocuments(CancellationToken cancellation)
    {
        var (code, report) = await VerifyAsync(["--dual-stack"], cancellation);
        Assert.That(code, Is.Zero, report.ToJsonString());
    }

    [Test]
    public async Task Lab_StartedWithSigintIgnored_EndsOnIt(CancellationToken cancellation)
    {
        // As a shell starts what is put into the background.
        var state = LabUnderTest.NewState();
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(
            Tool.PathOf("sh"),
            ["-c", "trap '' INT; exec \"$@\" >/dev/null", "sh", Tool.PathOf("dotnet"), Path.Combine(AppContext.BaseDirectory, "Plumbline.Lab.dll"), "--state", state, "--api-port", "0", "--metrics-port", "0"]))!;
        while (await ControlClient.AskAsync(LabPaths.ControlSocketOf(state), new ControlRequest("status"), cancellation) is null)
        {
            Assert.That(process.HasExited, Is.False);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }

        _ = Plumbline.Lab.Network.Libc.kill(process.Id, 2);
        await process.WaitForExitAsync(cancellation);
        Assert.That(process.ExitCode, Is.Zero);
        await NothingIsLeftAsync(state, cancellation);
    }

    [Test]
    public async Task Verify_FaultF6_NamesTheDriftedPort(CancellationToken cancellation)
    {
        var (code, report) = await VerifyAsync(["--fault", "F6"], cancellation);
        var drifted = report["connections"]!.AsArray().Single(c => (string?)c!["verified"] == "False")!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That($"{drifted["map"]} {drifted["id"]}", Is.EqualTo("iwd 1"));
            Assert.That(
                drifted["ports"]!.AsArray().Where(p => (string?)p!["verified"] == "False").Select(p => $"{p!["port"]} {p["reason"]}"), Is.EqualTo(new[] { "993 TimedOut" }));
        }
    }

    [Test]
    public async Task Verify_UnknownFault_SaysWhichThereAre(CancellationToken cancellation)
    {
        using var process = LabUnderTest.Start("verify", "--fault", "F99");
        var errors = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.That(process.ExitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("no fault 'F99': F1 (a NetworkPolicy"));
    }

    private static async Task<(int Code, JsonNode Report)> VerifyAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var state = LabUnderTest.NewState();
        using var process = LabUnderTest.Start(["verify", "--output", "json", "--state", state, .. arguments]);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.That(process.ExitCode, Is.Not.EqualTo(1), await errors);
        await NothingIsLeftAsync(state, cancellation);
        return (process.ExitCode, JsonNode.Parse(output)!);
    }

    /// <summary>Every process of a lab has its state directory in its environment; namespaces, links and nft tables live no longer than they do.</summary>
    private static async Task NothingIsLeftAsync(string state, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var left = ProcessesOf(state).Concat(Directory.Exists(state) ? [state] : []).ToList();
            if (left.Count == 0)
            {
                return;
            }

            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)), () => $"left behind: {string.Join(", ", left)}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }
    }

    private static IEnumerable<string> ProcessesOf(string state)
    {
        foreach (var directory in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            string environment;
            try
            {
                environment = File.ReadAllText(Path.Combine(directory, "environ"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (environment.Contains($"={state}", StringComparison.Ordinal))
            {
                yield return $"process {Path.GetFileName(directory)}";
            }
        }
    }
}

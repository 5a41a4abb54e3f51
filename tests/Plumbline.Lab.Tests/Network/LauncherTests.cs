using Plumbline.Testing;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Tests.Network;

/// <summary>From start to end, orderly and otherwise; what is left in the machine afterwards: nothing.</summary>
[CancelAfter(60_000)]
public sealed class LauncherTests
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private MachineState _before = null!;

    [SetUp]
    public async Task NoteMachineState()
    {
        await InsideTests.NeedNamespacesAsync(CancellationToken.None);
        _before = MachineState.Now();
    }

    [TearDown]
    public async Task CompareMachineState()
    {
        // Ended namespaces are taken down by the kernel a moment later.
        if (_before is not null)
        {
            await Eventually.TrueAsync(() => MachineState.Now() == _before, $"the machine to be as before: {_before}, now {MachineState.Now()}");
        }
    }

    [Test]
    public async Task Launch_WhenInnerExits_PassesItsCodeOn(CancellationToken cancellation) =>
        Assert.That((await InsideTests.RunAsync(nameof(LaunchScenarios.ExitsWith7), cancellation)).Outcome, Is.EqualTo(new LaunchOutcome.Exited(7)));

    [Test]
    public async Task Launch_Interrupted_EndsInOrder(CancellationToken cancellation)
    {
        using var lab = await OuterProcess.StartAsync(nameof(LaunchScenarios.StandsUntilStopped));
        Send(lab.Outer.Id, Interrupt);
        await lab.Outer.WaitForExitAsync(cancellation);
        Assert.That(lab.Outer.ExitCode, Is.EqualTo(5));
        Assert.That(lab.Output, Does.Contain("ended in order"));
        await lab.AssertNothingLeftAsync();
    }

    [Test]
    public async Task Launch_InterruptedTwice_EndsAtOnce(CancellationToken cancellation)
    {
        using var lab = await OuterProcess.StartAsync(nameof(LaunchScenarios.IgnoresStop));
        var ended = lab.Outer.WaitForExitAsync(cancellation);

        // More than twice, as signals of one kind may be merged into one while the first is pending.
        while (!ended.IsCompleted)
        {
            _ = Plumbline.Lab.Network.Libc.kill(lab.Outer.Id, Interrupt);
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation));
        }

        // 130: one more interrupt met it when it had cleaned up and was leaving.
        Assert.That(lab.Outer.ExitCode, Is.EqualTo(137).Or.EqualTo(130));
        await lab.AssertNothingLeftAsync();
    }

    [Test]
    public async Task Launch_ThatDoesNotStop_IsMadeToDie(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = InsideTests.RunAsync(nameof(LaunchScenarios.IgnoresStop), stop.Token);
        await stop.CancelAsync();
        Assert.That(await Outcome(running), Is.EqualTo(new LaunchOutcome.Exited(137)).Or.InstanceOf<OperationCanceledException>());

        static async Task<object> Outcome(Task<(LaunchOutcome Outcome, string Output)> running)
        {
            try
            {
                return (await running).Outcome;
            }
            catch (OperationCanceledException e)
            {
                return e; // Cancelled before anything was started.
            }
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Launch_WhenKilled_LeavesNothing(bool outer, CancellationToken cancellation)
    {
        using var lab = await OuterProcess.StartAsync(nameof(LaunchScenarios.StandsUntilStopped));
        Assert.That(lab.ProcessesOfTheLab(), Has.Count.GreaterThanOrEqualTo(3), "unshare, inner process, sleeper");
        Send(outer ? lab.Outer.Id : lab.InnerPid(), Kill);
        await lab.Outer.WaitForExitAsync(cancellation);
        Assert.That(lab.Outer.ExitCode, outer ? Is.EqualTo(137) : Is.Not.Zero);
        await lab.AssertNothingLeftAsync();
    }

    [Test]
    public async Task Launch_RightAfterAKill_Starts(CancellationToken cancellation)
    {
        using var lab = await OuterProcess.StartAsync(nameof(LaunchScenarios.StandsUntilStopped));
        Send(lab.Outer.Id, Kill);
        await lab.Outer.WaitForExitAsync(cancellation);
        var second = await NamespaceLauncher.RunAsync(
            InsideProgram.Request(lab.State, nameof(LaunchScenarios.ExitsWith7)), TextWriter.Null, TimeProvider.System, NullLogger.Instance, cancellation);
        Assert.That(second, Is.EqualTo(new LaunchOutcome.Exited(7)));
        await lab.AssertNothingLeftAsync();
    }

    [Test]
    public async Task Launch_AsOrdinaryUser_WorksInUserNamespace(CancellationToken cancellation)
    {
        var setpriv = Tool.Find("setpriv");
        if (!Environment.IsPrivilegedProcess || setpriv is null)
        {
            Assert.Ignore("needs root and setpriv to become an ordinary user; as one, every other test shows the same");
        }

        string[] asUser = [setpriv!, "--reuid", "65534", "--regid", "65534", "--clear-groups"];
        var readable = await Tool.RunAsync([.. asUser, Tool.PathOf("test"), "-r", typeof(InsideProgram).Assembly.Location], null, cancellation);
        var allowed = await Tool.RunAsync([.. asUser, Tool.PathOf("unshare"), "--user", "--map-root-user", "--net", "true"], null, cancellation);
        if (readable.ExitCode != 0 || allowed.ExitCode != 0)
        {
            Assert.Ignore($"ordinary users cannot read the test program, or may not make user namespaces: {allowed.Error}");
        }

        var run = await Tool.RunAsync(
            [
                .. asUser, "/usr/bin/env", "-u", "XDG_RUNTIME_DIR", "HOME=/tmp", "PATH=/usr/bin:/bin", "DOTNET_EnableDiagnostics=0",
                Tool.PathOf("dotnet"), typeof(InsideProgram).Assembly.Location, "launch", InsideTests.NewStatePath(), nameof(ExampleScenarios.ThreeNodes_TwoPods_ServiceDnsAndPolicy),
            ],
            null,
            cancellation);
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
    }

    [Test]
    public async Task Launch_WhileAnotherRuns_NamesIt(CancellationToken cancellation)
    {
        using var lab = await OuterProcess.StartAsync(nameof(LaunchScenarios.StandsUntilStopped));
        var second = await NamespaceLauncher.RunAsync(
            InsideProgram.Request(lab.State, nameof(LaunchScenarios.ExitsWith7)), TextWriter.Null, TimeProvider.System, NullLogger.Instance, cancellation);
        Assert.That(second, Is.EqualTo(new LaunchOutcome.AlreadyRunning(lab.Outer.Id)));
        Assert.That(lab.Outer.HasExited, Is.False);
        Send(lab.Outer.Id, Interrupt);
        await lab.Outer.WaitForExitAsync(cancellation);
        await lab.AssertNothingLeftAsync();
    }

    [Test]
    public async Task Launch_WithRelay_IsReachedFromTheMachine(CancellationToken cancellation)
    {
        var state = InsideTests.NewStatePath();
        var request = InsideProgram.Request(state, nameof(LaunchScenarios.ServesRelay)) with { Relays = [new LoopbackRelay("web", 0)] };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = NamespaceLauncher.RunAsync(request, TextWriter.Null, TimeProvider.System, NullLogger.Instance, stop.Token);
        await Eventually.TrueAsync(() => running.IsCompleted || Directory.Exists(state) && Directory.GetFiles(state, "port", SearchOption.AllDirectories).Length == 1);
        Assert.That(running.IsCompleted, Is.False);
        var port = await File.ReadAllTextAsync(Directory.GetFiles(state, "port", SearchOption.AllDirectories)[0], cancellation);
        using (var client = new HttpClient())
        {
            Assert.That(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"), cancellation), Is.EqualTo("ok\n"));
        }

        var taken = request with { StateDirectory = state + "-other", Relays = [new LoopbackRelay("web", int.Parse(port, CultureInfo.InvariantCulture))] };
        var refused = await NamespaceLauncher.RunAsync(taken, TextWriter.Null, TimeProvider.System, NullLogger.Instance, cancellation);
        Assert.That(((LaunchOutcome.NotPossible)refused).Problems[0], Does.StartWith($"127.0.0.1:{port} for web cannot be opened"));

        await stop.CancelAsync();
        Assert.That(await running, Is.EqualTo(new LaunchOutcome.Exited(0)));
    }

    private static void Send(int pid, int signal) => Assert.That(Plumbline.Lab.Network.Libc.kill(pid, signal), Is.Zero);

    /// <summary>What of a lab could be left in the machine.</summary>
    private sealed record MachineState(string Links, string Rules, string Namespaces, string Temporary)
    {
        public static MachineState Now() => new(
            Ours("/sys/class/net", "^(to-[0-9]+|veth[0-9a-f]{8})$"),
            Environment.IsPrivilegedProcess ? string.Join(' ', Run(Tool.PathOf("nft"), "list", "tables").Split('\n').Where(t => t.Contains("plumbline-", StringComparison.Ordinal))) : "",
            Directory.Exists("/run/netns") ? Ours("/run/netns", "^(cni-.*|node-.*|outside)$") : "",
            Ours("/tmp", "^plumbline-lab-test-"));

        /// <summary>Only names that a lab makes: others may be at work on the same machine.</summary>
        private static string Ours(string directory, string pattern) =>
            string.Join(' ', Directory.GetFileSystemEntries(directory).Where(e => Regex.IsMatch(Path.GetFileName(e), pattern)).Order());

        private static string Run(string file, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
            return process.StandardOutput.ReadToEnd();
        }
    }

    /// <summary>A lab whose outer process is not this one.</summary>
    private sealed class OuterProcess : IDisposable
    {
        private readonly ConcurrentQueue<string> _lines = new();

        private OuterProcess(Process outer, string state) => (Outer, State) = (outer, state);

        public Process Outer { get; }

        public string State { get; }

        public string Output => string.Join('\n', _lines);

        public static async Task<OuterProcess> StartAsync(string scenario)
        {
            var state = InsideTests.NewStatePath();
            // What a shell starts in the background has interrupts ignored, and passes that on to everything here: it would wait for ever.
            var start = new ProcessStartInfo(Tool.PathOf("env"), ["--default-signal=INT", Tool.PathOf("dotnet"), typeof(InsideProgram).Assembly.Location, "launch", state, scenario])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["DOTNET_EnableDiagnostics"] = "0"; // A killed outer process would leave the runtime's own sockets in /tmp.
            var lab = new OuterProcess(Process.Start(start)!, state);
            lab.Outer.OutputDataReceived += (_, line) => lab._lines.Enqueue(line.Data ?? "");
            lab.Outer.ErrorDataReceived += (_, line) => lab._lines.Enqueue(line.Data ?? "");
            lab.Outer.BeginOutputReadLine();
            lab.Outer.BeginErrorReadLine();
            await Eventually.TrueAsync(
                () => lab.Outer.HasExited || Directory.Exists(state) && Directory.GetFiles(state, "up", SearchOption.AllDirectories).Length == 1, "the lab to stand");
            Assert.That(lab.Outer.HasExited, Is.False, lab.Output);
            return lab;
        }

        /// <summary>All processes that have the state directory in their environment, but the outer one.</summary>
        public IReadOnlyList<int> ProcessesOfTheLab() =>
        [
            .. from directory in Directory.GetDirectories("/proc")
               let name = Path.GetFileName(directory)
               where name.All(char.IsAsciiDigit) && Holds(Path.Combine(directory, "environ"), InsideNamespaces.StateVariable + "=" + State)
               select int.Parse(name, CultureInfo.InvariantCulture),
        ];

        public int InnerPid() => ProcessesOfTheLab().Single(pid => Holds($"/proc/{pid}/cmdline", "\0inside\0") && !Holds($"/proc/{pid}/cmdline", "--kill-child"));

        public async Task AssertNothingLeftAsync()
        {
            await Eventually.TrueAsync(() => ProcessesOfTheLab().Count == 0, "all processes of the lab to end");
            await Eventually.TrueAsync(() => !Directory.Exists(State), "the state directory to go");
        }

        public void Dispose()
        {
            if (!Outer.HasExited)
            {
                Outer.Kill();
                Outer.WaitForExit();
            }

            Outer.Dispose();
        }

        private static bool Holds(string file, string text)
        {
            try
            {
                return File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // Ended meanwhile, or another user's.
            }
        }
    }
}

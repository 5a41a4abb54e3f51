using System.Collections.Concurrent;
using System.Diagnostics;
using Plumbline.Api;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Control;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Running;
using Plumbline.Lab.View;

namespace Plumbline.Lab.Tests.EndToEnd;

/// <summary>The lab as users start it: the production executable in a process of its own, seen through its API only.</summary>
internal sealed class LabUnderTest : IAsyncDisposable
{
    public const int Rows = 89;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly CancellationTokenSource _closing = new();
    private KubernetesClient? _client;
    private Task _following = Task.CompletedTask;

    private LabUnderTest(string state, Process process)
    {
        (State, _process) = (state, process);
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string State { get; }

    public int Pid => _process.Id;

    public string Output => string.Join('\n', _output);

    public Board Board { get; private set; } = null!;

    public static string NewState() => Path.Combine(Path.GetTempPath(), $"plumbline-e2e-{Guid.NewGuid():N}"[..24]);

    public static Process Start(params IEnumerable<string> arguments) => Process.Start(
        new ProcessStartInfo(Tool.PathOf("dotnet"), [Path.Combine(AppContext.BaseDirectory, "Plumbline.Lab.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    /// <summary>Returns when the lab answers commands; its rows may not be judged yet.</summary>
    public static async Task<LabUnderTest> UpAsync(CancellationToken cancellation, params IEnumerable<string> arguments)
    {
        var state = NewState();
        var lab = new LabUnderTest(state, Start(["--state", state, "--api-port", "0", "--metrics-port", "0", .. arguments]));
        try
        {
            await lab.UntilAsync(async () => await lab.AskAsync(new ControlRequest("status"), cancellation) is { Done: true }, "the lab to come up", TimeSpan.FromSeconds(60), cancellation);
            lab.Follow();
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public Task<ControlReply?> AskAsync(ControlRequest request, CancellationToken cancellation) =>
        ControlClient.AskAsync(LabPaths.ControlSocketOf(State), request, cancellation);

    public async Task DoAsync(string verb, string target, CancellationToken cancellation, string? state = null) =>
        Assert.That(await AskAsync(new ControlRequest(verb, target, state), cancellation), Has.Property(nameof(ControlReply.Done)).True);

    public async Task<LabStatus> StatusAsync(CancellationToken cancellation) => (await AskAsync(new ControlRequest("status"), cancellation))!.Status!;

    /// <summary>Waits until the rows are as wanted and stay so for three seconds, which no verdict on its way to another does.</summary>
    /// <param name="wrong">Null when they are as wanted, else what is not.</param>
    /// <param name="never">Told of every state on the way; fails the test by an assertion.</param>
    public async Task<BoardState> SettleAsync(Func<BoardState, string?> wrong, TimeSpan limit, CancellationToken cancellation, Action<BoardState>? never = null)
    {
        var clock = Stopwatch.StartNew();
        var (last, since) = ("", clock.Elapsed);
        while (true)
        {
            var state = Board.State();
            never?.Invoke(state);
            var problem = wrong(state);
            if (problem is not null || state.Verdicts != last)
            {
                (last, since) = (state.Verdicts, clock.Elapsed);
            }
            else if (clock.Elapsed - since > TimeSpan.FromSeconds(3))
            {
                return state;
            }

            Assert.That(clock.Elapsed, Is.LessThan(limit), () => $"not settled: {problem}\n{Output}\n{Logs()}");
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
    }

    public async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan limit, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.That(_process.HasExited, Is.False, () => $"the lab ended while waiting for {what}:\n{Output}");
            Assert.That(clock.Elapsed, Is.LessThan(limit), () => $"waited in vain for {what}:\n{Output}\n{Logs()}");
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Ctrl-C's friend SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellation)
    {
        await CloseViewAsync();
        _ = Lab.Network.Libc.kill(_process.Id, 15);
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public async Task KillAsync(CancellationToken cancellation)
    {
        await CloseViewAsync();
        _process.Kill();
        await _process.WaitForExitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync(CancellationToken.None);
        }

        await CloseViewAsync();
        _process.Dispose();
        _closing.Dispose();
    }

    private void Follow()
    {
        var kinds = new KindContracts(PlumblineJson.Default);
        var configuration = ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, Path.Combine(State, "kubeconfig")) with { UseProxy = false };
        _client = new KubernetesClient(configuration, kinds, TimeProvider.System, new Random(1));
        Board = new Board(_client, TimeProvider.System, new Random(1));
        _following = Task.WhenAll(Board.Parts.Select(p => Task.Run(() => p(_closing.Token))));
    }

    private async Task CloseViewAsync()
    {
        if (_client is null)
        {
            return;
        }

        await _closing.CancelAsync();
        try
        {
            await _following;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _client.Dispose();
        _client = null;
    }

    private string Logs()
    {
        var logs = Path.Combine(State, "logs");
        return Directory.Exists(logs)
            ? string.Join('\n', Directory.GetFiles(logs).SelectMany(f => File.ReadLines(f).TakeLast(20).Prepend($"--- {f}")))
            : "";
    }
}

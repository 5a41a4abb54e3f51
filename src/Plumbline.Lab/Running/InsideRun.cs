using System.Globalization;
using Plumbline.Kubernetes.Client;
using Plumbline.Lab.Control;
using Plumbline.Lab.Launch;
using Plumbline.Lab.View;
using Spectre.Console;

namespace Plumbline.Lab.Running;

/// <summary>The inner process: brings the lab up, shows or judges it, takes it down.</summary>
internal static class InsideRun
{
    public const int Agrees = 0;
    public const int LabFailed = 1;
    public const int Drifted = 2;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(LabOptions options, TimeProvider time, Random random)
    {
        using var inside = InsideNamespaces.Enter();
        var started = time.GetTimestamp();
        var messages = options.Verify ? Console.Error : Console.Out;
        void Say(string step) => messages.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(started).TotalSeconds,6:0.0} s  {step}"));
        try
        {
            await using var lab = await RunningLab.StartAsync(inside, options, time, random, Say);
            await using var control = ControlServer.Start(lab, inside.RelayPorts, time);
            return options.Verify
                ? await VerifyAsync(lab, options, Say, time, inside.Stopping)
                : await StayAsync(lab, inside, time);
        }
        catch (OperationCanceledException) when (inside.Stopping.IsCancellationRequested)
        {
            return options.Verify ? LabFailed : Agrees;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or System.Net.Sockets.SocketException or KubernetesRequestException)
        {
            await Console.Error.WriteLineAsync($"the lab failed: {e.Message}");
            PrintLogs(LabPaths.Of(inside));
            return LabFailed;
        }
    }

    private static async Task<int> StayAsync(RunningLab lab, InsideNamespaces inside, TimeProvider time)
    {
        Console.WriteLine($"""

            The lab is up. In another terminal:
              export KUBECONFIG={lab.Paths.Kubeconfig}
              kubectl get connections
              curl http://127.0.0.1:{inside.RelayPorts[RunningLab.MetricsRelay]}/metrics
            Logs: {lab.Paths.Logs}    Ctrl-C takes everything down.

            """);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(inside.Stopping);
        var view = LiveView.RunAsync(lab.Board, () => Footer(lab), time, over.Token);
        var first = await Task.WhenAny(view, lab.Broken);
        if (first == lab.Broken)
        {
            await over.CancelAsync();
            await Console.Error.WriteLineAsync($"the lab failed: {(await lab.Broken).Message}");
            return LabFailed;
        }

        try
        {
            await view;
        }
        catch (OperationCanceledException) when (inside.Stopping.IsCancellationRequested)
        {
            // Ctrl-C: the orderly end.
        }

        return Agrees;
    }

    private static async Task<int> VerifyAsync(RunningLab lab, LabOptions options, Action<string> say, TimeProvider time, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var settling = new Settling(lab.Documented, Quiet, time);
        var (said, lastSaid) = ("", 0L);
        while (true)
        {
            var state = lab.Board.State();
            var missing = settling.Missing(state);
            if (missing is null)
            {
                say("all rows are judged");
                Print(state, options.Output);
                return state.Drifted.Any() ? Drifted : Agrees;
            }

            if (lab.Broken.IsCompleted || time.GetElapsedTime(started) > options.Timeout)
            {
                await Console.Error.WriteLineAsync(lab.Broken.IsCompleted
                    ? $"the lab failed: {(await lab.Broken).Message}"
                    : $"the lab failed: not settled after {options.Timeout.TotalSeconds:0} s: {missing}");
                PrintLogs(lab.Paths);
                return LabFailed;
            }

            if (missing != said && time.GetElapsedTime(lastSaid) > SayEvery)
            {
                say(said = missing);
                lastSaid = time.GetTimestamp();
            }

            await Task.Delay(Look, time, stop);
        }
    }

    private static void Print(BoardState state, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            Console.WriteLine(Report.Json(state));
        }
        else
        {
            Report.Table(state, Report.Console());
        }
    }

    private static string Footer(RunningLab lab)
    {
        var processes = lab.Processes.All.Where(p => p.State != ProcessState.Running).Select(p => $"{p.Name} {p.State.ToString().ToLowerInvariant()}");
        var faults = lab.Faults.Active.Select(f => $"fault {f}: {lab.Estate.FindFault(f)?.What}");
        return string.Join('\n', [.. faults, .. processes, "Ctrl-C takes everything down."]);
    }

    private static void PrintLogs(LabPaths paths)
    {
        foreach (var file in Directory.GetFiles(paths.Logs).Order(StringComparer.Ordinal))
        {
            Console.Error.WriteLine($"--- {Path.GetFileName(file)}, last lines:");
            foreach (var line in File.ReadLines(file).TakeLast(15))
            {
                Console.Error.WriteLine(line);
            }
        }
    }
}

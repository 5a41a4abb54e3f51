using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Reporting;
using Plumbline.Benchmarks.Rows;
using Plumbline.Benchmarks.Setup;

namespace Plumbline.Benchmarks;

/// <summary>The measuring itself; see <see cref="Sandbox"/> for where.</summary>
internal static class InsideRun
{
    public static string ReportIn(string directory) => Path.Combine(directory, "report.json");

    /// <summary>DIRECTORY AGENT quick|whole ROUNDS [ROW …]</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var cpus = AllowedCpus();
        var settings = new BenchmarkSettings(
            arguments[0], arguments[1].Length > 0 ? arguments[1] : null, arguments[2] == "quick", int.Parse(arguments[3], CultureInfo.InvariantCulture), cpus[0], cpus[^1]);
        try
        {
            await Sandbox.FurnishAsync(stop.Token);
            var rows = await MeasureAsync(new Bench(settings), arguments[4..], stop.Token);
            var report = new Report(Machine(cpus.Count), settings.Quick, settings.Rounds, rows);
            await File.WriteAllTextAsync(ReportIn(settings.WorkDirectory), JsonReport.Write(report), stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "a row that breaks down says why, and the others go on")]
    private static async Task<IReadOnlyList<Row>> MeasureAsync(Bench bench, string[] only, CancellationToken cancellation)
    {
        var rows = new List<Row>();
        foreach (var benchmark in Catalogue.All.Where(b => only.Length == 0 || only.Contains(b.Name)))
        {
            var began = TimeProvider.System.GetTimestamp();
            IReadOnlyList<Row> measured;
            try
            {
                var missing = benchmark.Needs.Where(command => Commands.Find(command) is null).ToList();
                measured = missing.Count > 0
                    ? [Row.Missing(benchmark.Name, benchmark.What, benchmark.Target, $"{string.Join(", ", missing)} is not installed")]
                    : await benchmark.RunAsync(bench, cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                measured = [Row.Missing(benchmark.Name, benchmark.What, benchmark.Target, e is BenchmarkException ? e.Message : $"{e.GetType().Name}: {e.Message}")];
            }

            foreach (var row in measured)
                await Console.Error.WriteLineAsync(MarkdownReport.Line(row, bench.Settings.Quick));
            await Console.Error.WriteLineAsync($"{benchmark.Name} took {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
            rows.AddRange(measured);
        }

        return rows;
    }

    private static List<int> AllowedCpus()
    {
        using var self = Process.GetCurrentProcess();
        var mask = self.ProcessorAffinity;
        return [.. Enumerable.Range(0, 64).Where(cpu => (mask & ((nint)1 << cpu)) != 0)];
    }

    /// <summary>The kind of machine, not which.</summary>
    private static string Machine(int cpus)
    {
        var kernel = Environment.OSVersion.Version;
        var architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        return $"{cpus} {architecture} CPUs, Linux {kernel.Major}.{kernel.Minor}, .NET {Environment.Version}{(cpus < 2 ? "; one CPU only: prober and target share it" : "")}";
    }
}

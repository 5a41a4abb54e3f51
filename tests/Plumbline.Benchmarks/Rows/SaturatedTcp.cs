using System.Globalization;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Rows;

/// <summary>The engine at full load against the reference in C and against nmap, and what it allocates meanwhile.</summary>
internal sealed class SaturatedTcp : IBenchmark
{
    private const int InFlight = 256;

    public string Name => "tcp-saturated";

    public string What => "CPU a TCP probe, 256 in flight on loopback, against the C reference";

    public Target? Target { get; } = Target.Most(1.15);

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Settings.Count(40_000);
        var spec = new ProberSpec(Bench.Loopback, Bench.LoopbackTargets, Bench.TargetPort, InFlight);
        await using var target = await bench.StartTargetAsync(cancellation);
        await using var own = await bench.StartOwnProberAsync(spec, cancellation);
        await using var reference = await bench.StartReferenceAsync(spec, cancellation);
        await own.AskAsync($"saturate {count}", cancellation);
        var bytes = new List<double>();
        List<Contender> contenders =
        [
            new("plumbline", async stop =>
            {
                var batch = await own.AskAsync($"saturate {count}", stop);
                bytes.Add(batch.BytesPerProbe);
                return batch.CpuMicrosecondsPerProbe;
            }),
            new("C reference", async stop => (await reference.AskAsync($"saturate {count}", stop)).CpuMicrosecondsPerProbe),
        ];
        if (Setup.Commands.Find("nmap") is not null)
            contenders.Add(new("nmap -sT", stop => NmapAsync(bench, stop)));
        var series = await Interleaved.RunAsync(bench.Settings.Rounds, bench.Settings.Warmups, contenders, cancellation);

        List<Row> rows =
        [
            new(Name, What, series[0].Over(series[1]), "×", Target) { Contenders = [series[0], series[1]], ContenderUnit = "µs" },
            new("allocation", "managed memory a TCP probe, result included", new Series("plumbline", [.. bytes.Skip(bench.Settings.Warmups)]), "B", Target.Most(256)),
        ];
        rows.Add(series.Count > 2
            ? new Row("nmap", "CPU a TCP probe: nmap -sT against plumbline", series[2].Over(series[0]), "×", null)
            {
                Contenders = [series[0], series[2]],
                ContenderUnit = "µs",
                Note = "nmap ends connections with a reset, which is cheaper; its start-up is subtracted",
            }
            : Row.Missing("nmap", "CPU a TCP probe: nmap -sT against plumbline", null, "nmap is not installed"));
        return rows;
    }

    /// <summary>Many addresses less one address: what is left is the probing.</summary>
    private static async Task<double> NmapAsync(Bench bench, CancellationToken cancellation)
    {
        var bits = bench.Settings.Quick ? 24 : 19;
        var many = await ScanAsync(bench, $"127.1.0.0/{bits}", cancellation);
        var one = await ScanAsync(bench, "127.1.0.1", cancellation);
        return (many - one).TotalMicroseconds / ((1 << (32 - bits)) - 1);
    }

    private static async Task<TimeSpan> ScanAsync(Bench bench, string targets, CancellationToken cancellation)
    {
        var before = CpuClock.OfEndedChildren();
        string[] pace = ["-T5", "--min-parallelism", "256", "--max-parallelism", "256", "--min-hostgroup", "8192", "--max-retries", "0"];
        await PinnedProcess.RunAsync(
            bench.Settings.ProberCpu, "nmap", ["-sT", "-Pn", "-n", .. pace, "-oG", "-", "-p", Bench.TargetPort.ToString(CultureInfo.InvariantCulture), targets], cancellation);
        return CpuClock.OfEndedChildren() - before;
    }
}

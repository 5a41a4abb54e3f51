using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Setup;

namespace Plumbline.Benchmarks.Rows;

/// <summary>Probes that a second of CPU buys, against blackbox_exporter, which makes a registry and a scrape of each.</summary>
internal sealed class Blackbox(string protocol) : IBenchmark
{
    private const int InFlight = 128;

    public string Name => $"blackbox-{protocol}";

    public string What => $"{protocol.ToUpperInvariant()} probes a CPU-second, against blackbox_exporter";

    public Target? Target { get; } = Target.Least(5);

    public IReadOnlyList<string> Needs { get; } = [Packages.Blackbox, "nginx", "openssl"];

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Settings.Count(20_000);
        var asked = bench.Settings.Count(5_000);
        var (port, scheme) = protocol == "http" ? (WebServer.HttpPort, "http://") : (Bench.TargetPort, "");
        await using var target = await bench.StartTargetAsync(cancellation);
        await using var web = await WebServer.StartAsync(bench, cancellation);
        await using var own = await bench.StartOwnProberAsync(new ProberSpec(Bench.Loopback, Bench.LoopbackTargets, port, InFlight) { Protocol = protocol }, cancellation);
        await using var blackbox = await BlackboxExporter.StartAsync(bench, cancellation);
        await own.AskAsync($"saturate {bench.Settings.Count(40_000)}", cancellation);
        Contender[] contenders =
        [
            new("plumbline", async stop => (await own.AskAsync($"saturate {count}", stop)).CpuMicrosecondsPerProbe),
            new("blackbox_exporter", stop => blackbox.ProbeAsync(protocol, i => $"{scheme}127.0.0.{(i % Bench.LoopbackTargets) + 1}:{port}", asked, stop)),
        ];
        var series = await Interleaved.RunAsync(bench.Settings.Rounds, bench.Settings.Warmups, contenders, cancellation);
        return [new Row(Name, What, series[1].Over(series[0]), "×", Target) { Contenders = series, ContenderUnit = "µs a probe" }];
    }
}

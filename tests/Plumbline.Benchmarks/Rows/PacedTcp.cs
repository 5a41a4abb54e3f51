using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Network;

namespace Plumbline.Benchmarks.Rows;

/// <summary>The load of a busy node: where waking up costs more than probing.</summary>
internal sealed class PacedTcp : IBenchmark
{
    private const int Rate = 200;
    private const int Namespaces = 400;

    public string Name => "tcp-paced";

    public string What => "CPU a TCP probe at 200 a second over 400 namespaces, against the C reference";

    public Target? Target { get; } = Target.Most(1.25);

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Settings.Count(2_000);
        var spec = new ProberSpec(NamespaceSet.TargetAddress, NamespaceSet.Targets, Bench.TargetPort, 128, NamespaceSet.FilePrefix, bench.Settings.Namespaces(Namespaces));
        await bench.NamespacesAsync(cancellation);
        await using var target = await bench.StartTargetAsync(cancellation);
        await using var own = await bench.StartOwnProberAsync(spec, cancellation);
        await using var pool = await bench.StartOwnProberAsync(spec with { OnPool = true }, cancellation);
        await using var reference = await bench.StartReferenceAsync(spec, cancellation);

        // What runs must be what the compiler ends up with, as in an agent that has run for a while.
        foreach (var prober in new[] { own, pool, reference })
            await prober.AskAsync($"saturate {bench.Settings.Count(40_000)}", cancellation);
        Contender[] contenders =
        [
            new("plumbline", async stop => (await own.AskAsync($"pace {count} {Rate}", stop)).CpuMicrosecondsPerProbe),
            new("plumbline, started and taken by the thread pool", async stop => (await pool.AskAsync($"pace {count} {Rate}", stop)).CpuMicrosecondsPerProbe),
            new("C reference", async stop => (await reference.AskAsync($"pace {count} {Rate}", stop)).CpuMicrosecondsPerProbe),
        ];
        var series = await Interleaved.RunAsync(bench.Settings.Rounds, bench.Settings.Warmups, contenders, cancellation);
        return [new Row(Name, What, series[0].Over(series[2]), "×", Target) { Contenders = series, ContenderUnit = "µs" }];
    }
}

using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Network;

namespace Plumbline.Benchmarks.Rows;

/// <summary>What a pod's namespace adds to making a socket; the number of namespaces must not matter.</summary>
internal sealed class NamespaceEntry : IBenchmark
{
    public string Name => "namespace-entry";

    public string What => "entering a namespace and coming back, opening its file included";

    public Target? Target { get; } = Target.Most(5);

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        await bench.NamespacesAsync(cancellation);
        var rows = new List<Row>();
        foreach (var namespaces in bench.Settings.Quick ? [1, 20] : new[] { 1, 100, NamespaceSet.Most })
            rows.Add(await MeasureAsync(bench, namespaces, cancellation));
        return rows;
    }

    private async Task<Row> MeasureAsync(Bench bench, int namespaces, CancellationToken cancellation)
    {
        var count = bench.Settings.Count(50_000);
        var spec = new ProberSpec(NamespaceSet.TargetAddress, 1, Bench.TargetPort, 1, NamespaceSet.FilePrefix, namespaces);
        await using var own = await bench.StartOwnProberAsync(spec, cancellation);
        await using var reference = await bench.StartReferenceAsync(spec, cancellation);
        Contender[] contenders =
        [
            new("plumbline", async stop => (await own.AskAsync($"enter {count}", stop)).CpuMicrosecondsPerProbe),
            new("C reference", async stop => (await reference.AskAsync($"enter {count}", stop)).CpuMicrosecondsPerProbe),
        ];
        var series = await Interleaved.RunAsync(bench.Settings.Rounds, bench.Settings.Warmups, contenders, cancellation);
        return new Row(Name, $"{What}, {(namespaces == 1 ? "one namespace" : $"{namespaces} in turn")}", series[0], "µs", Target)
        {
            Contenders = [series[1]],
            ContenderUnit = "µs",
        };
    }
}

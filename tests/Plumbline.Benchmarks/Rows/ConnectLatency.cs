using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Network;
using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Rows;

/// <summary>Whether the reported connect time is the link's, quiet and with three processes that want the prober's CPU for themselves.</summary>
internal sealed class ConnectLatency : IBenchmark
{
    private const int Rate = 200;
    private const int Hogs = 3;
    private static readonly TimeSpan EachWay = TimeSpan.FromMilliseconds(2);

    public string Name => "latency";

    public string What => "connect latency reported, p99 with three CPU hogs over p99 quiet";

    public Target? Target { get; } = Target.Most(2);

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation) =>
        [.. await OverTheLinkAsync(bench, cancellation), await OnLoopbackAsync(bench, cancellation)];

    private async Task<IReadOnlyList<Row>> OverTheLinkAsync(Bench bench, CancellationToken cancellation)
    {
        await using var link = await DelayLink.CreateAsync(bench, EachWay, cancellation);
        await using var own = await bench.StartOwnProberAsync(new ProberSpec(DelayLink.TargetAddress, 1, Bench.TargetPort, 128, DelayLink.SourcePrefix, 1), cancellation);
        var witnessed = new List<Batch>();
        var reported = await RoundsAsync(bench, own, () => link.WitnessAsync(cancellation), witnessed, cancellation);
        var quietTruth = witnessed.Where((_, i) => i % 2 == 0).Skip(bench.Settings.Warmups).ToList();
        var busyTruth = witnessed.Where((_, i) => i % 2 == 1).Skip(bench.Settings.Warmups).ToList();
        var error = new Series("reported / true p99, with hogs", [.. reported.Busy.Zip(busyTruth, (r, t) => r.ConnectP99 / t.ConnectP99)]);
        return
        [
            new Row(Name, $"{What}, link of 2 × {EachWay.TotalMilliseconds} ms", reported.Ratio, "×", Target)
            {
                Contenders = [P99("quiet", reported.Quiet), P99("with hogs", reported.Busy), Elapsed("a stopwatch around the probe, with hogs", reported.Busy)],
                ContenderUnit = "µs",
            },
            new Row(Name, "the same link: p99 reported over p99 that the link itself witnessed, with hogs", error, "×", null)
            {
                Contenders = [Middle("median true, quiet", quietTruth), Middle("reported, quiet", reported.Quiet), Middle("true, with hogs", busyTruth), Middle("reported, with hogs", reported.Busy)],
                ContenderUnit = "µs",
            },
        ];
    }

    private async Task<Row> OnLoopbackAsync(Bench bench, CancellationToken cancellation)
    {
        await using var target = await bench.StartTargetAsync(cancellation);
        await using var own = await bench.StartOwnProberAsync(new ProberSpec(Bench.Loopback, Bench.LoopbackTargets, Bench.TargetPort, 128), cancellation);
        var reported = await RoundsAsync(bench, own, null, [], cancellation);
        return new Row(Name, $"{What}, loopback", reported.Ratio, "×", Target)
        {
            Contenders = [P99("quiet", reported.Quiet), P99("with hogs", reported.Busy), Elapsed("a stopwatch around the probe, with hogs", reported.Busy)],
            ContenderUnit = "µs",
        };
    }

    private static async Task<(List<Batch> Quiet, List<Batch> Busy, Series Ratio)> RoundsAsync(
        Bench bench, ProberProcess own, Func<Task<Batch>>? witness, List<Batch> witnessed, CancellationToken cancellation)
    {
        var command = $"pace {bench.Settings.Count(1_000)} {Rate}";
        await own.AskAsync($"pace {bench.Settings.Count(1_000)} {Rate * 4}", cancellation);
        if (witness is not null)
            await witness();
        List<Batch> quiet = [], busy = [];
        Contender[] contenders =
        [
            new("quiet", stop => RoundAsync(quiet, stop)),
            new("with hogs", async stop =>
            {
                var hogs = Enumerable.Range(0, Hogs).Select(_ => PinnedProcess.Start(bench.Settings.ProberCpu, "sh", "-c", "while :; do :; done")).ToList();
                try
                {
                    return await RoundAsync(busy, stop);
                }
                finally
                {
                    foreach (var hog in hogs)
                        await hog.DisposeAsync();
                }
            }),
        ];
        var series = await Interleaved.RunAsync(bench.Settings.Rounds, bench.Settings.Warmups, contenders, cancellation);
        return ([.. quiet.Skip(bench.Settings.Warmups)], [.. busy.Skip(bench.Settings.Warmups)], series[1].Over(series[0]));

        async Task<double> RoundAsync(List<Batch> into, CancellationToken stop)
        {
            var batch = await own.AskAsync(command, stop);
            into.Add(batch);
            if (witness is not null)
                witnessed.Add(await witness());
            return batch.ConnectP99;
        }
    }

    private static Series P99(string name, List<Batch> batches) => new(name, [.. batches.Select(b => b.ConnectP99)]);

    private static Series Middle(string name, List<Batch> batches) => new(name, [.. batches.Select(b => b.ConnectMedian)]);

    private static Series Elapsed(string name, List<Batch> batches) => new(name, [.. batches.Select(b => b.ElapsedP99)]);
}

using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Network;
using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Rows;

/// <summary>Against what a script does: enter the namespace with nsenter and connect with a shell.</summary>
internal sealed class ProcessPerProbe : IBenchmark
{
    public string Name => "process";

    public string What => "CPU a TCP probe from another namespace, against a process a probe (nsenter and bash)";

    public Target? Target { get; } = Target.Least(25);

    public IReadOnlyList<string> Needs { get; } = ["nsenter", "bash"];

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Settings.Count(20_000);
        var processes = bench.Settings.Count(500);
        var namespaces = bench.Settings.Namespaces(100);
        var spec = new ProberSpec(NamespaceSet.TargetAddress, NamespaceSet.Targets, Bench.TargetPort, 128, NamespaceSet.FilePrefix, namespaces);
        await bench.NamespacesAsync(cancellation);
        await using var target = await bench.StartTargetAsync(cancellation);
        await using var own = await bench.StartOwnProberAsync(spec, cancellation);
        await own.AskAsync($"saturate {bench.Settings.Count(40_000)}", cancellation);
        Contender[] contenders =
        [
            new("plumbline", async stop => (await own.AskAsync($"saturate {count}", stop)).CpuMicrosecondsPerProbe),
            new("nsenter + bash", async stop =>
            {
                // The shell that starts them costs what any launcher costs: fork and wait.
                var before = CpuClock.OfEndedChildren();
                var script = $"set -e; for ((i = 0; i < {processes}; i++)); do nsenter --net={NamespaceSet.FilePrefix}$((i % {namespaces})) bash -c 'exec 3<>/dev/tcp/{NamespaceSet.TargetAddress}/{Bench.TargetPort}'; done";
                await PinnedProcess.RunAsync(bench.Settings.ProberCpu, "bash", ["-c", script], stop);
                return (CpuClock.OfEndedChildren() - before).TotalMicroseconds / processes;
            }),
        ];
        var series = await Interleaved.RunAsync(bench.Settings.Rounds, bench.Settings.Warmups, contenders, cancellation);
        return [new Row(Name, What, series[1].Over(series[0]), "×", Target) { Contenders = series, ContenderUnit = "µs" }];
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Rows;

/// <summary>Full handshakes with a P-256 certificate, one after the other, the same version of TLS on both sides, nothing resumed.</summary>
internal sealed partial class TlsHandshake(string version, int port, string flag) : IBenchmark
{
    public string Name => $"tls{version}";

    public string What => $"CPU a TLS {version} probe, full handshake, against openssl s_time";

    public Target? Target { get; } = Target.Most(1.6);

    public IReadOnlyList<string> Needs { get; } = ["nginx", "openssl"];

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Settings.Count(2_000);
        await using var web = await WebServer.StartAsync(bench, cancellation);
        await using var own = await bench.StartOwnProberAsync(new ProberSpec(Bench.Loopback, Bench.LoopbackTargets, port, 1) { Protocol = "tls" }, cancellation);
        await own.AskAsync($"saturate {bench.Settings.Count(4_000)}", cancellation);
        Contender[] contenders =
        [
            new("plumbline", async stop => (await own.AskAsync($"saturate {count}", stop)).CpuMicrosecondsPerProbe),
            new("openssl s_time", stop => TimeAsync(bench, stop)),
        ];
        var series = await Interleaved.RunAsync(bench.Settings.Rounds, bench.Settings.Warmups, contenders, cancellation);
        return
        [
            new Row(Name, What, series[0].Over(series[1]), "×", Target)
            {
                Contenders = series,
                ContenderUnit = "µs",
                Note = "plumbline also reads and judges the certificate and says goodbye; s_time does neither",
            },
        ];
    }

    private async Task<double> TimeAsync(Bench bench, CancellationToken cancellation)
    {
        var before = CpuClock.OfEndedChildren();
        var output = await PinnedProcess.RunAsync(
            bench.Settings.ProberCpu, "openssl", ["s_time", "-new", flag, "-connect", $"{Bench.Loopback}:{Bench.Text(port)}", "-time", bench.Settings.Quick ? "1" : "2"], cancellation);
        var cpu = CpuClock.OfEndedChildren() - before;
        return Connections().Match(output) is { Success: true } found && int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is > 0 and var connections
            ? cpu.TotalMicroseconds / connections
            : throw new BenchmarkException($"openssl s_time made no connections: {output}");
    }

    [GeneratedRegex(@"^(\d+) connections in \d+ real seconds", RegexOptions.Multiline)]
    private static partial Regex Connections();
}

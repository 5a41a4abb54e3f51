using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Network;

/// <summary>Two namespaces with a link of fixed delay between them, and the witness of what the link really did.</summary>
internal sealed class DelayLink : IAsyncDisposable
{
    public const string TargetAddress = "10.79.0.2";
    public const string SourcePrefix = "/run/netns/slow";
    private readonly ProberProcess _relay;
    private readonly ProberProcess _target;

    private DelayLink(ProberProcess relay, ProberProcess target) => (_relay, _target) = (relay, target);

    public static async Task<DelayLink> CreateAsync(Bench bench, TimeSpan eachWay, CancellationToken cancellation)
    {
        await Ip.BatchAsync(null, ["netns add slow0", "netns add far"], cancellation);
        var relay = await ProberProcess.StartAsync(
            bench.Settings.TargetCpu, bench.PathOf("delay"), [$"{SourcePrefix}0", "/run/netns/far", Bench.Text((int)eachWay.TotalMicroseconds)], cancellation);
        await Ip.BatchAsync("slow0", ["addr add 10.79.0.1/24 dev slow0", "link set slow0 up"], cancellation);
        await Ip.BatchAsync("far", [$"addr add {TargetAddress}/24 dev slow0", "link set slow0 up"], cancellation);
        var target = await ProberProcess.StartAsync(
            bench.Settings.TargetCpu, "nsenter", ["--net=/run/netns/far", bench.PathOf("target"), Bench.Text(Bench.TargetPort)], cancellation);
        return new DelayLink(relay, target);
    }

    /// <summary>The handshakes since the last call, as the link saw them.</summary>
    public Task<Batch> WitnessAsync(CancellationToken cancellation) => _relay.AskAsync("tell", cancellation);

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        await _relay.DisposeAsync();
        await Ip.BatchAsync(null, ["netns del slow0", "netns del far"], CancellationToken.None);
    }
}

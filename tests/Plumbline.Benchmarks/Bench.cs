using System.Globalization;
using Plumbline.Benchmarks.Network;
using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks;

/// <summary>What the rows share: where things are, and how the parties are started.</summary>
internal sealed class Bench(BenchmarkSettings settings)
{
    public const string Loopback = "127.0.0.1";

    /// <summary>Loopback has room for many addresses; spread over them no probe waits for a free port.</summary>
    public const int LoopbackTargets = 64;

    public const int TargetPort = 7000;

    private NamespaceSet? _namespaces;

    public BenchmarkSettings Settings => settings;

    /// <summary>This program, for the parts that must be processes of their own.</summary>
    public static string Self { get; } = Path.Combine(AppContext.BaseDirectory, "Plumbline.Benchmarks");

    public string PathOf(string file) => Path.Combine(settings.WorkDirectory, file);

    public Task<ProberProcess> StartOwnProberAsync(ProberSpec spec, CancellationToken cancellation) =>
        ProberProcess.StartAsync(settings.ProberCpu, Self, ["prober", .. spec.Arguments, spec.Protocol, spec.OnPool ? ProberSpec.Pool : "engine"], cancellation);

    public Task<ProberProcess> StartReferenceAsync(ProberSpec spec, CancellationToken cancellation) =>
        ProberProcess.StartAsync(settings.ProberCpu, PathOf("prober"), spec.Arguments, cancellation);

    public Task<ProberProcess> StartTargetAsync(CancellationToken cancellation) =>
        ProberProcess.StartAsync(settings.TargetCpu, PathOf("target"), [Text(TargetPort)], cancellation);

    /// <summary>Made once, for as many as any row of this run wants.</summary>
    public async Task<NamespaceSet> NamespacesAsync(CancellationToken cancellation) =>
        _namespaces ??= await NamespaceSet.CreateAsync(settings.Namespaces(NamespaceSet.Most), cancellation);

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a prober is to do; ours and the reference take the same words.</summary>
/// <param name="Address">The first target; probe i goes to the (i mod <paramref name="Targets"/>)th address from there.</param>
/// <param name="NamespacePrefix">Probe i starts in the namespace file of this prefix and (i mod <paramref name="Namespaces"/>).</param>
internal sealed record ProberSpec(string Address, int Targets, int Port, int InFlight, string NamespacePrefix = "", int Namespaces = 0)
{
    public const string Pool = "pool";

    /// <summary>tcp, http or tls; the reference knows TCP only.</summary>
    public string Protocol { get; init; } = "tcp";

    /// <summary>Probes are started and their results taken on the thread pool instead of the engine's own thread; means nothing to the reference.</summary>
    public bool OnPool { get; init; }

    public IEnumerable<string> Arguments
    {
        get
        {
            string[] first = [Address, Bench.Text(Targets), Bench.Text(Port), Bench.Text(InFlight)];
            return Namespaces == 0 ? first : [.. first, NamespacePrefix, Bench.Text(Namespaces)];
        }
    }
}

using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Rows;

internal static class Catalogue
{
    public const string AgentRow = "agent";

    /// <summary>In the table's order.</summary>
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new SaturatedTcp(),
        new PacedTcp(),
        new Blackbox("tcp"),
        new Blackbox("http"),
        new ProcessPerProbe(),
        new TlsHandshake("1.2", WebServer.Tls12Port, "-tls1_2"),
        new TlsHandshake("1.3", WebServer.Tls13Port, "-tls1_3"),
        new ConnectLatency(),
        new NamespaceEntry(),
        new AgentFootprint(),
    ];
}

namespace Plumbline.Benchmarks.Rows;

internal static class Catalogue
{
    public const string AgentRow = "agent";

    /// <summary>In the table's order.</summary>
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new SaturatedTcp(),
        new PacedTcp(),
    ];
}

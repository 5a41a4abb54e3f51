namespace Plumbline.Benchmarks;

/// <param name="WorkDirectory">Temporary files and the built references; removed at the end.</param>
/// <param name="AgentPath">The published agent's program; null: this program's own agent command.</param>
/// <param name="ProberCpu">Where the measured process runs, alone.</param>
/// <param name="TargetCpu">Where everything else runs.</param>
internal sealed record BenchmarkSettings(string WorkDirectory, string? AgentPath, bool Quick, int Rounds, int ProberCpu, int TargetCpu)
{
    /// <summary>Work of a round, in a quick run a fraction of it: enough to show that the row works, too little for its figures.</summary>
    public int Count(int whole) => Quick ? Math.Max(whole / 50, 20) : whole;

    public int Warmups => Quick ? 0 : 1;

    public int Namespaces(int whole) => Quick ? Math.Min(whole, 20) : whole;
}

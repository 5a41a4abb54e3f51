
namespace Plumbline.Core.Probes;

/// <summary>
/// What an agent tells of one probe: the newest result and the run it belongs to. Sent at once when the outcome changes or while a
/// run of failures is young, else as an aggregate every few seconds.
/// </summary>
public sealed record ProbeReport
{
    public required ProbeResult Last { get; init; }

    /// <summary>When the current run began; see <see cref="ResultRun"/>.</summary>
    public required DateTimeOffset RunStarted { get; init; }

    /// <summary>Length of that run; 0 before the first evidence.</summary>
    public required int RunLength { get; init; }

    /// <summary>Attempts and successes since the last report of this probe was acknowledged.</summary>
    public int Attempts { get; init; }

    public int Successes { get; init; }

    /// <summary>The <see cref="PlannedProbe.Look"/> that the newest result answers; null when nobody has asked for one.</summary>
    public int? Look { get; init; }

    /// <summary>Connect latencies in milliseconds since then, at most 16, for quantiles.</summary>
    public double[] ConnectMilliseconds { get; init; } = [];
}

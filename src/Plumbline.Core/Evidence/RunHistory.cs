using System.Collections.Immutable;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Evidence;

/// <summary>Results in a row that a row counts as one.</summary>
/// <param name="Since">Time of the first; null when there are none.</param>
public readonly record struct Streak(int Length, DateTimeOffset? Since);

/// <summary>
/// The newest runs of a probe, across restarts of its agent. More than the newest are kept only while they could be counted with it: failures,
/// results of only some addresses, and HTTP statuses that one row takes for failures and another does not.
/// </summary>
public readonly record struct RunHistory
{
    // Runs of one result each must still add up to any threshold, or what fails differently each time would never be down.
    private const int MaxEarlier = ProbeSettings.MaxFailureThreshold;

    private readonly ImmutableArray<ResultRun> _earlier;

    // As the agent counts: its number of a run that was told before shows how much of the report is new.
    private readonly int _reported;

    private RunHistory(ResultRun newest, ImmutableArray<ResultRun> earlier, int reported) => (Newest, _earlier, _reported) = (newest, earlier, reported);

    public ResultRun Newest { get; }

    private ImmutableArray<ResultRun> Earlier => _earlier.IsDefault ? [] : _earlier;

    /// <param name="isRepeated">The report was told before.</param>
    public RunHistory With(ProbeReport report, bool isRepeated)
    {
        var told = ResultRun.Of(report.Last) with { Length = Math.Max(report.RunLength, 1), Started = report.RunStarted };

        // A failure after successes that were not told one by one begins a run of its own.
        var interrupted = told.Kind == RunKind.Fails && report.Successes > 0;
        if (!interrupted && told.SaysTheSame(Newest))
        {
            // A length that did not grow is that of an agent that started anew.
            var more = told.Length > _reported ? told.Length - _reported : isRepeated ? 0 : told.Length;
            return new(Newest with { Length = Newest.Length + more }, Earlier, told.Length);
        }

        ImmutableArray<ResultRun> earlier = told.IsPlain || Newest.Kind == RunKind.None ? []
            : interrupted ? [ResultRun.OfSuccesses(report.Successes, report.RunStarted)]
            : [.. Earlier.Skip(Math.Max(0, Earlier.Length + 1 - MaxEarlier)), Newest];
        return new(told, earlier, told.Length);
    }

    /// <summary>
    /// Of a pod that starts, stops or is not ready: what it came to says nothing of the connection, and is not counted when the pod is ready. What
    /// follows counts from here, though the agent goes on counting.
    /// </summary>
    public static RunHistory Uncounted(ProbeReport report)
    {
        var told = ResultRun.Of(report.Last);
        return new(told with { Length = 0 }, [], Math.Max(report.RunLength, 1));
    }

    /// <summary>The newest result is a failure of a pod that was not ready.</summary>
    public bool IsUncounted(ImmutableArray<int> expectedStatuses) => Newest is { Kind: not RunKind.None, Length: 0 } && IsFailure(Newest, expectedStatuses);

    /// <summary>Failures in a row, where a status that is not expected is one.</summary>
    /// <param name="expectedStatuses">Empty: any status is right.</param>
    public Streak Failing(ImmutableArray<int> expectedStatuses) => Count(expectedStatuses, impairedCounts: false);

    /// <summary>Results in a row that were no success at every address of the name.</summary>
    public Streak NotWhole(ImmutableArray<int> expectedStatuses) => Count(expectedStatuses, impairedCounts: true);

    /// <summary>Whether a success came before the newest failures, as far back as runs are kept.</summary>
    public bool HasWorked(ImmutableArray<int> expectedStatuses) => Newest.Kind != RunKind.None && (!IsFailure(Newest, expectedStatuses) || Earlier.Any(r => !IsFailure(r, expectedStatuses)));

    public static bool IsFailure(ResultRun run, ImmutableArray<int> expectedStatuses) =>
        run.Kind == RunKind.Fails || (run.HttpStatus is { } status && !expectedStatuses.IsDefaultOrEmpty && !expectedStatuses.Contains(status));

    private Streak Count(ImmutableArray<int> expectedStatuses, bool impairedCounts)
    {
        var streak = default(Streak);
        var run = Newest;
        for (var i = Earlier.Length - 1; (impairedCounts && run.Kind == RunKind.Impaired) || IsFailure(run, expectedStatuses); i--)
        {
            streak = new Streak(streak.Length + run.Length, run.Started);
            if (i < 0)
                break;
            run = Earlier[i];
        }

        return streak;
    }
}

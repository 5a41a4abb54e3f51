using Plumbline.Core.Evidence;

namespace Plumbline.Operator.Dispatch;

/// <summary>What an agent says is checked before it gets to the loop: an agent may be of another version, have another clock, or be compromised.</summary>
internal static class ReportIntake
{
    private const int MaxRun = 1_000_000;
    private const double MaxMilliseconds = 10 * 60 * 1000;

    /// <returns>Null for a report that cannot be judged; one of these must not stop the others.</returns>
    public static ProbeReport? Clean(ProbeReport? report, DateTimeOffset now) => report?.Last is not { } last || !Enum.IsDefined(last.Outcome)
        ? null
        : report with
        {
            // A result from the future would overrule all that follow.
            Last = last with { Time = Earlier(last.Time, now) },
            RunStarted = Earlier(report.RunStarted, now),
            RunLength = Math.Clamp(report.RunLength, 0, MaxRun),
            Attempts = Math.Clamp(report.Attempts, 0, MaxRun),
            Successes = Math.Clamp(report.Successes, 0, MaxRun),

            // JSON has no infinity, so a status with one could never be written.
            ConnectMilliseconds = [.. (report.ConnectMilliseconds ?? []).Where(m => m is >= 0 and <= MaxMilliseconds)],
        };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}

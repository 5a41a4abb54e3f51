using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>What was written of a row, and what events told of it.</summary>
/// <param name="before">What an earlier life of the operator left in the status: its events have told of that.</param>
internal sealed class RowReporting(ObservedStatus before)
{
    private readonly WritePace _pace = new();
    private (VerifiedStatus Status, string? Reason)? _told = before.Verified is { } verified ? Told(verified.Status, verified.Reason) : null;

    private bool _toldUnenforced = before.Verified?.Message.Contains(Unenforced.Words, StringComparison.Ordinal) == true;

    public ConnectionReport? Published { get; private set; }

    /// <summary>When the report is to be written.</summary>
    public DateTimeOffset DueAt(ConnectionReport next, TimeSpan heartbeat) => _pace.DueAt(ReportDifference.Between(Published, next), heartbeat);

    /// <returns>Whether it is another word than events have told of: another status, or another reason why the row is False.</returns>
    public bool Write(ConnectionReport report, DateTimeOffset now)
    {
        _toldUnenforced = report.Verdict.Unenforced is not null;
        _pace.Wrote(ReportDifference.Between(Published, report), now);
        var tells = Told(report.Verdict.Status, report.Verdict.Reason.Name);
        var isNews = tells != _told;
        (Published, _told) = (report, tells);
        return isNews;
    }

    /// <summary>Whether it tells of a policy that is not enforced, and what was written before did not.</summary>
    public bool IsNewlyUnenforced(ConnectionReport report) => !_toldUnenforced && report.Verdict.Unenforced is not null;

    /// <summary>Whether the status that the API server shows is what was written last, if anything was.</summary>
    public bool IsAsPublished(ObservedCondition? seen) =>
        Published is not { } published || (seen?.Status == published.Verdict.Status && seen.Reason == published.Verdict.Reason.Name);

    // Why something works or is not known is no news, and comes and goes with pods.
    private static (VerifiedStatus Status, string? Reason) Told(VerifiedStatus status, string reason) => (status, status == VerifiedStatus.False ? reason : null);

    /// <summary>What was written is not there any more.</summary>
    public void Forget() => Published = null;
}

using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>What was written of a row, and what events told of it.</summary>
/// <param name="told">The status that events have told of.</param>
internal sealed class RowReporting(VerifiedStatus? told)
{
    private readonly WritePace _pace = new();
    private VerifiedStatus? _told = told;

    public ConnectionReport? Published { get; private set; }

    /// <summary>When the report is to be written.</summary>
    public DateTimeOffset DueAt(ConnectionReport next, TimeSpan heartbeat) => _pace.DueAt(ReportDifference.Between(Published, next), heartbeat);

    /// <returns>Whether the status is another one than events have told of.</returns>
    public bool Write(ConnectionReport report, DateTimeOffset now)
    {
        _pace.Wrote(ReportDifference.Between(Published, report), now);
        var isNews = report.Verdict.Status != _told;
        (Published, _told) = (report, report.Verdict.Status);
        return isNews;
    }

    /// <summary>Whether the status that the API server shows is what was written last, if anything was.</summary>
    public bool IsAsPublished(ObservedCondition? seen) =>
        Published is not { } published || (seen?.Status == published.Verdict.Status && seen.Reason == published.Verdict.Reason.Name);

    /// <summary>What was written is not there any more.</summary>
    public void Forget() => Published = null;
}

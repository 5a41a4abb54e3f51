using Plumbline.Core.Connections;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>What a reader of the status would learn from a new one.</summary>
internal enum ReportNews
{
    /// <summary>Times, latencies and counters: they wait for the heartbeat.</summary>
    None,

    /// <summary>The same, in other words.</summary>
    Words,

    /// <summary>The same verdict of other numbers: pairs, ports, failures.</summary>
    Numbers,

    /// <summary>The verdict moved.</summary>
    Moved,

    /// <summary>Nothing was written yet, or of another question.</summary>
    New,
}

internal static class ReportDifference
{
    public static ReportNews Between(ConnectionReport? published, ConnectionReport next) =>
        published is null || published.Uid != next.Uid || published.Connection.Generation != next.Connection.Generation ? ReportNews.New
        : published.Verdict.Reason != next.Verdict.Reason || published.Resolved != next.Resolved ? ReportNews.Moved
        : HaveNumbersMoved(published, next) ? ReportNews.Numbers
        : next.Verdict.Reason.Category != ReasonCategory.Unknown && published.Verdict.Explanation != next.Verdict.Explanation ? ReportNews.Words
        : ReportNews.None;

    private static bool HaveNumbersMoved(ConnectionReport published, ConnectionReport next) =>
        Counted(published, published.Verdict.Reachable, published.Verdict.Probed) != Counted(next, next.Verdict.Reachable, next.Verdict.Probed)
        || published.Verdict.Certificate != next.Verdict.Certificate
        || published.Verdict.Coverage?.Pairs != next.Verdict.Coverage?.Pairs
        || published.Probed != next.Probed
        || published.Cause?.Key != next.Cause?.Key
        || !published.ReachedBy.SequenceEqual(next.ReachedBy)
        || !published.Verdict.Ports.Select(p => (p.Port, p.Reason, Counted(published, p.Reachable, p.Probed))).SequenceEqual(next.Verdict.Ports.Select(p => (p.Port, p.Reason, Counted(next, p.Reachable, p.Probed))))
        || !published.Verdict.Failures.Select(f => (f.Source, f.Target, f.Reason)).SequenceEqual(next.Verdict.Failures.Select(f => (f.Source, f.Target, f.Reason)));

    /// <summary>Of a sampled row the pairs that do as documented come and go with the turns; only the others are news.</summary>
    private static (int Reachable, int Failed) Counted(ConnectionReport report, int reachable, int probed) => report switch
    {
        { Verdict.Coverage: null } => (reachable, probed - reachable),
        { Connection.Expect: Expectation.Blocked } => (reachable, 0),
        _ => (0, probed - reachable),
    };
}

using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

internal static class ReportDifference
{
    /// <summary>Whether a reader would learn something; times, latencies and counters wait for the heartbeat.</summary>
    public static bool WorthWriting(ConnectionReport? published, ConnectionReport next) =>
        published is null
        || published.Uid != next.Uid
        || published.Connection.Generation != next.Connection.Generation
        || published.Verdict.Reason != next.Verdict.Reason
        || Counted(published, published.Verdict.Reachable, published.Verdict.Probed) != Counted(next, next.Verdict.Reachable, next.Verdict.Probed)
        || published.Verdict.Certificate != next.Verdict.Certificate
        || published.Verdict.Coverage?.Pairs != next.Verdict.Coverage?.Pairs
        || published.Resolved != next.Resolved
        || published.Probed != next.Probed
        || !published.Verdict.Ports.Select(p => (p.Port, p.Reason, Counted(published, p.Reachable, p.Probed))).SequenceEqual(next.Verdict.Ports.Select(p => (p.Port, p.Reason, Counted(next, p.Reachable, p.Probed))))
        || !published.Verdict.Failures.Select(f => (f.Source, f.Target, f.Reason)).SequenceEqual(next.Verdict.Failures.Select(f => (f.Source, f.Target, f.Reason)))
        || (next.Verdict.Reason.Category != ReasonCategory.Unknown && published.Verdict.Explanation != next.Verdict.Explanation);

    /// <summary>Of a sampled row the pairs that do as documented come and go with the turns; only the others are news.</summary>
    private static (int Reachable, int Failed) Counted(ConnectionReport report, int reachable, int probed) => report switch
    {
        { Verdict.Coverage: null } => (reachable, probed - reachable),
        { Connection.Expect: Expectation.Blocked } => (reachable, 0),
        _ => (0, probed - reachable),
    };
}

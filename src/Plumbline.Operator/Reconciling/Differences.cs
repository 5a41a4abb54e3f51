using Plumbline.Core.Planning;

namespace Plumbline.Operator.Reconciling;

internal static class PlanDifference
{
    public static bool Same(ProbePlan a, ProbePlan b) =>
        a.Probes.Count == b.Probes.Count && a.Sources.Count == b.Sources.Count
        && a.Sources.All(s => b.Sources.TryGetValue(s.Key, out var other) && s.Value.Equals(other))
        && a.Probes.All(p => b.Probes.TryGetValue(p.Key, out var other) && p.Value.Equals(other));
}

internal static class ReportDifference
{
    /// <summary>Whether a reader would learn something; times, latencies and counters wait for the heartbeat.</summary>
    public static bool WorthWriting(ConnectionReport? published, ConnectionReport next) =>
        published is null
        || published.Uid != next.Uid
        || published.Connection.Generation != next.Connection.Generation
        || published.Verdict.Reason != next.Verdict.Reason
        || published.Verdict.Reachable != next.Verdict.Reachable
        || published.Verdict.Probed != next.Verdict.Probed
        || published.Resolved != next.Resolved
        || published.Probed != next.Probed
        || !published.Verdict.Ports.Select(p => (p.Port, p.Reason, p.Reachable, p.Probed)).SequenceEqual(next.Verdict.Ports.Select(p => (p.Port, p.Reason, p.Reachable, p.Probed)))
        || !published.Verdict.Failures.Select(f => (f.Source, f.Target, f.Reason)).SequenceEqual(next.Verdict.Failures.Select(f => (f.Source, f.Target, f.Reason)))
        || (next.Verdict.Reason.Category != Core.Verdicts.ReasonCategory.Unknown && published.Verdict.Explanation != next.Verdict.Explanation);
}

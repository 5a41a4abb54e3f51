using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;

namespace Plumbline.Core.Verdicts;

/// <summary>What the evidence says of one pair, now.</summary>
public enum PairCondition
{
    /// <summary>The newest evidence is a success, or failures are still fewer than the threshold after one.</summary>
    Up,

    /// <summary>At least the threshold of failures in a row.</summary>
    Down,

    /// <summary>Planned, and not settled yet.</summary>
    Pending,

    /// <summary>Planned only a moment ago, as after a rollout, and not settled yet. Past its first interval it is <see cref="Pending"/>.</summary>
    New,

    /// <summary>The newest evidence is too old.</summary>
    Stale,

    /// <summary>The agent of the source's node is not connected.</summary>
    NoAgent,

    /// <summary>The source pod went away, or it (or the target) is not ready and the probe failed: no evidence either way.</summary>
    NoEvidence,
}

public sealed record PairState(ProbePair Pair, PlannedProbe Probe, PairCondition Condition, ProbeEvidence Evidence);

/// <summary>Evidence and circumstances → the condition of a pair.</summary>
/// <remarks>
/// <code>
///             success                    failures &lt; threshold
///   Pending ───────────▶ Up ◀─────────┐ ┌──────────────▶ Up (still)
///      │                  │ success   │ │
///      │ failures ≥ thr.  │ failures ≥ threshold
///      ▼                  ▼           │
///     Down ◀────────────────          │ Down ── success ──▶ Up
///   any state ── too old ──▶ Stale ── agent away ──▶ NoAgent ── evidence again ──▶ Up / Down
/// </code>
/// </remarks>
public static class PairJudge
{
    /// <summary>Results older than this many intervals (plus a timeout and a little for delivery) are stale.</summary>
    private const int StaleIntervals = 3;

    private static readonly TimeSpan DeliverySlack = TimeSpan.FromSeconds(15);

    public static TimeSpan StaleAfter(ProbeSettings settings) => StaleAfter(settings.Interval, settings.Timeout);

    public static TimeSpan StaleAfter(PlannedProbe probe) =>
        StaleAfter(TimeSpan.FromMilliseconds(probe.IntervalMilliseconds), TimeSpan.FromMilliseconds(probe.TimeoutMilliseconds));

    private static TimeSpan StaleAfter(TimeSpan interval, TimeSpan timeout) => (StaleIntervals * interval) + timeout + DeliverySlack;

    public static PairState Judge(PairProbe planned, ProbeEvidence evidence, ProbeSettings settings, bool agentAvailable, DateTimeOffset now) =>
        new(planned.Pair, planned.Probe, ConditionOf(planned.Pair, evidence, settings, agentAvailable, now), evidence);

    private static PairCondition ConditionOf(ProbePair pair, ProbeEvidence evidence, ProbeSettings settings, bool agentAvailable, DateTimeOffset now)
    {
        if (!agentAvailable)
        {
            return PairCondition.NoAgent;
        }

        if (evidence.Last is null)
        {
            return evidence.NotEvidence?.Outcome == ProbeOutcome.SourceGone ? PairCondition.NoEvidence : Unsettled(evidence, settings, now);
        }

        if (now - evidence.ReceivedAt > StaleAfter(settings))
        {
            return evidence.NotEvidence?.Outcome == ProbeOutcome.SourceGone ? PairCondition.NoEvidence : PairCondition.Stale;
        }

        if (evidence.FailureRun == 0)
        {
            return PairCondition.Up;
        }

        if (!pair.Source.Steady || !pair.Target.Steady)
        {
            // Pods that start, stop or are not ready fail for reasons of their own.
            return PairCondition.NoEvidence;
        }

        return evidence.FailureRun >= settings.FailureThreshold
            ? PairCondition.Down
            : evidence.LastSuccess is null ? Unsettled(evidence, settings, now) : PairCondition.Up;
    }

    private static PairCondition Unsettled(ProbeEvidence evidence, ProbeSettings settings, DateTimeOffset now) =>
        evidence.PlannedAt is { } at && now - at < settings.Interval + settings.Timeout + DeliverySlack ? PairCondition.New : PairCondition.Pending;
}

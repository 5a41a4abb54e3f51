using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Resolution;

namespace Plumbline.Core.Verdicts;

/// <summary>Whether a probe that failed would have got through an open path.</summary>
/// <param name="SourceConnects">The source has lately connected to something.</param>
/// <param name="TargetAnswers">Somebody has lately connected to the target.</param>
public readonly record struct ControlEvidence(bool SourceConnects, bool TargetAnswers);

/// <summary>A pair that is down, and why.</summary>
public sealed record ExplainedFailure(PairState State, FailureCause Cause);

/// <summary>All that is known of one documented port of one row.</summary>
/// <param name="WasVerified">The row is verified so far.</param>
public sealed record PortEvidence(
    DocumentedConnection Connection,
    int Port,
    ImmutableArray<PairState> Pairs,
    ImmutableArray<ExplainedFailure> Failures,
    Func<ProbePair, ControlEvidence> Controls,
    bool WasVerified)
{
    public int Up => Pairs.Count(p => p.Condition == PairCondition.Up);

    public int Down => Failures.Length;

    public int Judged => Up + Down;
}

/// <summary>
/// Ordered, named rules; the first that speaks decides. What is broken comes before what is unknown, and what is unknown before what
/// works: an alert must not wait for the last agent, and a True must not hide a pair that nobody looked at.
/// </summary>
public static class PortRules
{
    private static readonly Func<PortEvidence, PortVerdict?>[] WhenOpenIsExpected = [NothingWorks, SomeWork, SomethingIsUnknown, AllWork];

    private static readonly Func<PortEvidence, PortVerdict?>[] WhenBlockedIsExpected = [SomethingGetsThrough, SomethingIsUnknown, DenialIsUnproven, AllAreBlocked];

    public static PortVerdict Judge(PortEvidence evidence)
    {
        var rules = evidence.Connection.Expect == Expectation.Open ? WhenOpenIsExpected : WhenBlockedIsExpected;
        return rules.Select(rule => rule(evidence)).First(verdict => verdict is not null)!;
    }

    private static PortVerdict? NothingWorks(PortEvidence e)
    {
        if (e.Down == 0 || e.Up > 0)
        {
            return null;
        }

        var cause = Commonest(e.Failures);
        return Say(e, cause.Cause.Reason, $"{Count(e.Down, e.Pairs.Length, "pair")} {(e.Down == 1 ? "fails" : "fail")}: {Example(cause)}");
    }

    private static PortVerdict? SomeWork(PortEvidence e)
    {
        if (e.Down == 0)
        {
            return null;
        }

        return Say(e, Reasons.PartlyReachable, $"{Count(e.Down, e.Pairs.Length, "pair")} {(e.Down == 1 ? "fails" : "fail")}: {Example(Commonest(e.Failures))}");
    }

    private static PortVerdict? SomethingIsUnknown(PortEvidence e)
    {
        var (condition, reason) = UnknownInOrder.FirstOrDefault(u => e.Pairs.Any(p => p.Condition == u.Condition));
        if (reason is null)
        {
            return e.Pairs.IsEmpty ? Say(e, Reasons.NotProbedYet, "no probe is planned yet") : null;
        }

        var unknown = e.Pairs.Where(p => p.Condition == condition).ToList();
        if (e.Judged > 0 && DoesNotTakeAway(condition, e))
        {
            return null;
        }

        return Say(e, reason, $"{Count(unknown.Count, e.Pairs.Length, "pair")} unknown: {Describe(unknown[0])}");
    }

    /// <summary>
    /// Pods that start or are not ready do not take a verdict away from those that run; and while a rollout replaces pods, the new ones
    /// get their first interval before a row that was verified is put in doubt.
    /// </summary>
    private static bool DoesNotTakeAway(PairCondition condition, PortEvidence e) => condition switch
    {
        PairCondition.NoEvidence => true,
        PairCondition.New => e.WasVerified,
        PairCondition.Up or PairCondition.Down or PairCondition.Pending or PairCondition.Stale or PairCondition.NoAgent => false,
    };

    private static PortVerdict? AllWork(PortEvidence e) =>
        Say(e, Reasons.Reachable, e.Judged == 1 ? Describe(e.Pairs.First(p => p.Condition == PairCondition.Up).Pair) : $"all {e.Judged} pairs work");

    private static PortVerdict? SomethingGetsThrough(PortEvidence e) => e.Pairs.FirstOrDefault(p => p.Condition == PairCondition.Up) is { } open
        ? Say(e, Reasons.OpenButExpectedBlocked, $"{Count(e.Up, e.Judged, "pair")} got through: {open.Pair.Source.Display} → {open.Pair.Target.Display}")
        : null;

    /// <summary>Guards against the vacuous pass: a typo in a name, or a dead target, is no proof of isolation.</summary>
    private static PortVerdict? DenialIsUnproven(PortEvidence e)
    {
        foreach (var failure in e.Failures)
        {
            var result = failure.State.Evidence.Last!;
            var pair = failure.State.Pair;
            // A closed UDP port says so by ICMP, as filters do; a closed TCP port by a reset.
            if (result.Outcome == ProbeOutcome.ConnectionRefused && (result.Icmp is null || pair.Target.Protocol == ConnectionProtocol.Udp))
            {
                return Say(e, Reasons.ControlFailed, $"{pair.Source.Display} → {pair.Target.Display} was refused, which may come from the destination itself: the path may be open");
            }

            if (result.Outcome is not (ProbeOutcome.TimedOut or ProbeOutcome.Rejected or ProbeOutcome.Unreachable or ProbeOutcome.ConnectionRefused))
            {
                return Say(e, Reasons.ControlFailed, $"{pair.Source.Display} → {pair.Target.Display}: {failure.Cause.Why}; that is no proof of isolation");
            }

            var control = e.Controls(pair);
            if (!control.SourceConnects)
            {
                return Say(e, Reasons.ControlFailed, $"{pair.Source.Display} does not connect to anything, so its silence towards {pair.Target.Display} proves nothing");
            }

            if (!control.TargetAnswers)
            {
                return Say(e, Reasons.ControlFailed, $"{pair.Target.Display} answers nobody, so silence towards {pair.Source.Display} proves nothing");
            }
        }

        return null;
    }

    private static PortVerdict? AllAreBlocked(PortEvidence e) =>
        Say(e, Reasons.Blocked, $"all {e.Judged} pairs are blocked, and the controls work");

    private static readonly (PairCondition Condition, Reason? Reason)[] UnknownInOrder =
    [
        (PairCondition.NoAgent, Reasons.AgentUnavailable),
        (PairCondition.Stale, Reasons.Stale),
        (PairCondition.Pending, Reasons.NotProbedYet),
        (PairCondition.New, Reasons.NotProbedYet),
        (PairCondition.NoEvidence, Reasons.SourceNotRunning),
    ];

    private static string Describe(ProbePair pair) => $"{pair.Source.Display} reaches {pair.Target.Display}";

    private static string Describe(PairState state) => state.Condition switch
    {
        PairCondition.NoAgent => $"the agent on node {state.Pair.Source.Node} is not connected ({state.Pair.Source.Display} → {state.Pair.Target.Display})",
        PairCondition.Stale => $"no result from {state.Pair.Source.Display} → {state.Pair.Target.Display} since {state.Evidence.ReceivedAt:u}",
        PairCondition.Pending or PairCondition.New => $"{state.Pair.Source.Display} → {state.Pair.Target.Display} is not probed yet{(state.Evidence.NotEvidence?.Detail is { } d ? $" ({d})" : state.Evidence.FailureRun > 0 ? $" ({state.Evidence.FailureRun} failures so far)" : "")}",
        PairCondition.NoEvidence => $"{state.Pair.Source.Display} or {state.Pair.Target.Display} is not ready",
        PairCondition.Up or PairCondition.Down => throw new InvalidOperationException($"{state.Condition} is known"),
    };

    private static ExplainedFailure Commonest(ImmutableArray<ExplainedFailure> failures) =>
        failures.GroupBy(f => f.Cause.Reason).OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Name, StringComparer.Ordinal).First().First();

    private static string Example(ExplainedFailure f) => $"{f.State.Pair.Source.Display} → {f.State.Pair.Target.Display}, {f.Cause.Why}";

    private static string Count(int some, int all, string noun) => some == all ? $"{(all switch { 1 => "the only", 2 => "both", _ => $"all {all}" })} {noun}{(all == 1 ? "" : "s")}" : $"{some} of {all} {noun}s";

    private static PortVerdict Say(PortEvidence e, Reason reason, string explanation) => new(e.Port, reason, e.Up, e.Judged, explanation);
}

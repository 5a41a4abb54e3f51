using System.Collections.Immutable;
using System.Globalization;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>Whether a probe that failed would have got through an open path.</summary>
/// <param name="SourceConnects">The source has lately connected to something.</param>
/// <param name="TargetAnswers">Somebody has lately connected to the target.</param>
public readonly record struct ControlEvidence(bool SourceConnects, bool TargetAnswers)
{
    public bool Holds => SourceConnects && TargetAnswers;

    /// <summary>Whether a block is proven: silence is what a policy that denies the pair must bring, so it may vouch for a target that answers nobody.</summary>
    public bool Proves(ExplainedFailure failure) => SourceConnects && (TargetAnswers || failure.Cause.Reason == Reasons.BlockedByNetworkPolicy);
}

/// <summary>A pair that is down, wholly or partly, and why.</summary>
public sealed record ExplainedFailure(PairState State, FailureCause Cause);

/// <summary>All that is known of one documented port of one row.</summary>
/// <param name="WasVerified">The row is verified so far.</param>
/// <param name="Sweep">Null when all pairs are probed all the time.</param>
public sealed record PortEvidence(
    DocumentedConnection Connection,
    int Port,
    ImmutableArray<PairState> Pairs,
    ImmutableArray<ExplainedFailure> Failures,
    Func<ProbePair, ControlEvidence> Controls,
    bool WasVerified,
    SweepState? Sweep)
{
    /// <summary>A Service by which the port was reached and that leads to the destination no more; null when there is none.</summary>
    public StaticFact? Lost { get; init; }

    /// <summary>What policies say against a pair, as a clause; null when they allow it or cannot tell.</summary>
    public Func<PairState, string?> WhyDenied { get; init; } = _ => null;

    /// <summary>A pair of this port that works although policies deny it; null when there is none.</summary>
    public Unenforced? Unenforced { get; init; }

    public int Up => Pairs.Count(p => p.Condition == PairCondition.Up);

    public int Down => Failures.Length;

    public int Judged => Up + Down;

    /// <summary>Pairs without a result of now that did as documented when their turn was last.</summary>
    public int Earlier => (Sweep?.ProvenEarlier.GetValueOrDefault(Port) ?? 0) + Pairs.Count(p => p.ProvenEarlier && p.Condition is PairCondition.New or PairCondition.Pending);

    /// <summary>What the failures are counted against.</summary>
    public int All => Sweep?.Schedule.Pairs ?? Pairs.Length;
}

/// <summary>
/// Ordered, named rules; the first that speaks decides. What is broken comes before what is unknown, and what is unknown before what
/// works: an alert must not wait for the last agent, and a True must not hide a pair that nobody looked at.
/// </summary>
public static class PortRules
{
    private static readonly Func<PortEvidence, PortVerdict?>[] WhenOpenIsExpected = [ItComesAndGoes, NothingWorks, AWayIsLost, TheNameFails, SomeWork, SomethingIsUnknown, AllWork];

    private static readonly Func<PortEvidence, PortVerdict?>[] WhenBlockedIsExpected = [SomethingGetsThrough, SomethingIsUnknown, DenialIsUnproven, AllAreBlocked];

    public static PortVerdict Judge(PortEvidence evidence)
    {
        var rules = evidence.Connection.Expect == Expectation.Open ? WhenOpenIsExpected : WhenBlockedIsExpected;
        return rules.Select(rule => rule(evidence)).First(verdict => verdict is not null)!;
    }

    /// <summary>No pair is down, and some fail so often that clients notice. Where others are down, that is the news, and this a part of it.</summary>
    private static PortVerdict? ItComesAndGoes(PortEvidence e)
    {
        if (e.Down == 0 || !e.Failures.All(f => f.State.Condition == PairCondition.Intermittent))
        {
            return null;
        }

        return Say(e, Reasons.Intermittent, $"{Count(e.Down, e.All, "pair")} {(e.Down == 1 ? "fails" : "fail")} time and again: {Example(e.Failures.OrderByDescending(f => f.State.Evidence.Failures!.Percent).First())}");
    }

    private static PortVerdict? NothingWorks(PortEvidence e)
    {
        if (e.Down == 0 || e.Up > 0 || e.Failures.Any(f => f.State.Condition is PairCondition.Partly or PairCondition.Intermittent))
        {
            return null;
        }

        var cause = Commonest(e.Failures);
        return Say(e, cause.Cause.Reason, $"{Count(e.Down, e.All, "pair")} {(e.Down == 1 ? "fails" : "fail")}: {Example(cause)}");
    }

    /// <summary>
    /// Whoever comes by the Service is lost, however well the other ways work: nothing else would tell, since nobody probes a way that is no more. While nothing
    /// is known of the others, nothing is known.
    /// </summary>
    private static PortVerdict? AWayIsLost(PortEvidence e) => e.Lost is { } lost && e.Judged > 0 ? Say(e, lost.Reason, lost.Explanation) : null;

    /// <summary>Whoever asks by name is lost, and there is nothing else that clients could do: that is not "some work".</summary>
    private static PortVerdict? TheNameFails(PortEvidence e)
    {
        var isTheName = e.Down > 0 && e.Up > 0
            && e.Failures.All(f => f.State is { Condition: PairCondition.Down, Pair.Target.Kind: TargetKind.Service })
            && e.Pairs.All(p => p.Condition != PairCondition.Up || p.Pair.Target.Kind == TargetKind.Endpoint);
        if (!isTheName)
        {
            return null;
        }

        var cause = Commonest(e.Failures);
        return Say(e, cause.Cause.Reason, $"the endpoints work, but not by the name, {Count(e.Down, e.Pairs.Count(p => p.Pair.Target.Kind == TargetKind.Service), "pair")} by name {(e.Down == 1 ? "fails" : "fail")}: {Example(cause)}");
    }

    private static PortVerdict? SomeWork(PortEvidence e)
    {
        if (e.Down == 0)
        {
            return null;
        }

        return Say(e, Reasons.PartlyReachable, $"{Count(e.Down, e.All, "pair")} {(e.Down == 1 ? "fails" : "fail")}: {Example(Commonest(e.Failures))}");
    }

    private static PortVerdict? SomethingIsUnknown(PortEvidence e)
    {
        if (e.Sweep?.NodeWithoutAgent is { } node)
        {
            return Say(e, Reasons.AgentUnavailable, $"the agent on node {node} is not connected");
        }

        var counted = e.Pairs.Where(p => !IsWaitingForItsTurn(p, e)).ToList();
        var (condition, reason) = UnknownInOrder.FirstOrDefault(u => counted.Exists(p => p.Condition == u.Condition));
        if (reason is null)
        {
            return counted.Count > 0 || e.Earlier > 0 ? null : Say(e, Reasons.NotProbedYet, e.Sweep is { } sweep
                ? $"no pair of this port has had its turn yet; each has one within {Words(sweep.Schedule.Duration)}"
                : "no probe is planned yet");
        }

        var unknown = counted.Where(p => p.Condition == condition).ToList();
        if (e.Judged > 0 && DoesNotTakeAway(condition, e))
        {
            return null;
        }

        return Say(e, reason, $"{Count(unknown.Count, e.Pairs.Length, "pair")} unknown: {Describe(unknown[0])}{(condition == PairCondition.Silent && unknown.Select(e.WhyDenied).FirstOrDefault(d => d is not null) is { } denied ? $"; {denied}" : "")}");
    }

    /// <summary>
    /// Of a sampled row most pairs have no result of now, by design: one whose turn has just begun, or ended without a result, counts as
    /// not covered and leaves the verdict to the others.
    /// </summary>
    private static bool IsWaitingForItsTurn(PairState pair, PortEvidence e) =>
        pair.Swept && pair.Condition is PairCondition.New or PairCondition.Pending or PairCondition.NoEvidence && e.Judged + e.Earlier > 0;

    /// <summary>
    /// Pods that start or are not ready do not take a verdict away from those that run; and while a rollout replaces pods, the new ones
    /// get their first interval before a row that was verified is put in doubt.
    /// </summary>
    private static bool DoesNotTakeAway(PairCondition condition, PortEvidence e) => condition switch
    {
        PairCondition.NoEvidence or PairCondition.Idle => true,
        PairCondition.New => e.WasVerified,
        PairCondition.Up or PairCondition.Down or PairCondition.Partly or PairCondition.Intermittent or PairCondition.Pending or PairCondition.Stale or PairCondition.NoAgent
            or PairCondition.NotFound or PairCondition.Refused or PairCondition.Proxied or PairCondition.Silent => false,
    };

    private static PortVerdict? AllWork(PortEvidence e) => Say(e, Reasons.Reachable, (e.Sweep is { } sweep
        ? $"no pair fails{Taken(sweep)}"
        : e.Judged == 1 ? Describe(e.Pairs.First(p => p.Condition == PairCondition.Up).Pair) : $"all {e.Judged} pairs work") + Remarks(e));

    /// <summary>What is worth knowing of a connection that works, as clauses; empty when nothing is.</summary>
    private static string Remarks(PortEvidence e)
    {
        var seen = e.Pairs.Select(p => p.Evidence.Last).OfType<KnownResult>().Aggregate(ProbeRemarks.None, (all, r) => all | r.Remarks);
        List<string> clauses = [];
        if (e.Pairs.Select(p => p.Evidence.Last?.HttpStatus).FirstOrDefault(IsNoGoodAnswer) is { } status)
        {
            clauses.Add(string.Create(CultureInfo.InvariantCulture, $"the server answers with HTTP status {status}, which is an answer but no good one"));
        }

        if (seen.HasFlag(ProbeRemarks.ClientCertificateDemanded))
        {
            clauses.Add("the server demands a client certificate, which probes do not have: what comes after the handshake is not proven");
        }

        if (seen.HasFlag(ProbeRemarks.SpeaksHttp2) && e.Pairs.Any(p => p.Pair.Target.Protocol == ConnectionProtocol.Http))
        {
            clauses.Add("it answers in HTTP/2");
        }

        if (seen.HasFlag(ProbeRemarks.OldTls))
        {
            clauses.Add("the session is older than TLS 1.2");
        }

        if (seen.HasFlag(ProbeRemarks.LibcsDiffer))
        {
            clauses.Add(e.Pairs.Select(p => p.Evidence.Last).OfType<KnownResult>().FirstOrDefault(r => r.Remarks.HasFlag(ProbeRemarks.LibcsDiffer) && r.Detail is not null)?.Detail
                ?? "glibc and musl resolve the name differently");
        }

        if (e.Unenforced is { } unenforced)
        {
            clauses.Add(unenforced.Sentence);
        }

        return string.Concat(clauses.Select(c => $"; {c}"));
    }

    /// <summary>What the server says of itself, or of every request: 401 and 404 are about this one, which nobody documented.</summary>
    private static bool IsNoGoodAnswer(int? status) => status is 400 or 421 or 426 or 429 or >= 500;

    private static PortVerdict? SomethingGetsThrough(PortEvidence e)
    {
        var open = e.Pairs.Where(p => p.Condition is PairCondition.Up or PairCondition.Partly or PairCondition.Intermittent).ToList();
        if (open.Count > 0)
        {
            return Say(e, Reasons.OpenButExpectedBlocked, $"{Count(open.Count, e.Sweep is null ? e.Judged : e.All, "pair")} got through: {open[0].Pair.Source.Display} → {open[0].Pair.Target.Display}{(e.Unenforced is { } unenforced ? $"; {unenforced.Sentence}" : "")}");
        }

        var answered = e.Failures.Where(f => PairStandings.IsAnswered(f.State)).ToImmutableArray();
        return answered.Length > 0
            ? Say(e, Reasons.OpenButExpectedBlocked, $"{Count(answered.Length, e.All, "pair")} got an answer, if not the one that the protocol wants: {Example(answered[0])}")
            : null;
    }

    /// <summary>Guards against the vacuous pass: a typo in a name, or a dead target, is no proof of isolation.</summary>
    private static PortVerdict? DenialIsUnproven(PortEvidence e)
    {
        foreach (var failure in e.Failures)
        {
            if (Doubt(failure) is { } doubt)
            {
                return Say(e, Reasons.ControlFailed, doubt);
            }

            var (pair, control) = (failure.State.Pair, e.Controls(failure.State.Pair));

            // Of a pair that has just come into the plan for its turn, the controls may come a moment after the failures.
            if (control.Proves(failure) || (failure.State is { Swept: true, Fresh: true } && e.Failures.Any(f => e.Controls(f.State.Pair).Proves(f))))
            {
                continue;
            }

            return Say(e, Reasons.ControlFailed, control.SourceConnects
                ? $"{pair.Target.Display} answers nobody, so silence towards {pair.Source.Display} proves nothing"
                : $"{pair.Source.Display} does not connect to anything, so its silence towards {pair.Target.Display} proves nothing");
        }

        return null;
    }

    /// <summary>Why a failure says nothing of isolation; null when it looks like a block.</summary>
    private static string? Doubt(ExplainedFailure failure)
    {
        var (state, pair) = (failure.State, failure.State.Pair);
        return pair.Target.IsMissing || state.LeadsTo is not null ? $"{pair.Source.Display} → {pair.Target.Display}: {failure.Cause.Why}; so nothing of isolation can be shown"
            : PairStandings.LooksBlocked(state) ? null
            : state.Evidence.Last!.Outcome == ProbeOutcome.ConnectionRefused
                ? $"{pair.Source.Display} → {pair.Target.Display} was refused, which may come from the destination itself: the path may be open"
                : $"{pair.Source.Display} → {pair.Target.Display}: {failure.Cause.Why}; that is no proof of isolation";
    }

    private static PortVerdict? AllAreBlocked(PortEvidence e) => Say(e, Reasons.Blocked, e.Sweep is { } sweep
        ? $"no pair gets through, and the controls work{Taken(sweep)}"
        : e.Failures.FirstOrDefault(f => !e.Controls(f.State.Pair).TargetAnswers) is { } vouched
            ? $"all {e.Judged} pairs are blocked, the sources connect elsewhere, and policies deny them: {Example(vouched)}"
            : $"all {e.Judged} pairs are blocked, and the controls work");

    private static readonly (PairCondition Condition, Reason? Reason)[] UnknownInOrder =
    [
        (PairCondition.Refused, Reasons.TargetRefused),
        (PairCondition.NoAgent, Reasons.AgentUnavailable),
        (PairCondition.NotFound, Reasons.SourceNotFound),
        (PairCondition.Stale, Reasons.Stale),
        (PairCondition.Pending, Reasons.NotProbedYet),
        (PairCondition.New, Reasons.NotProbedYet),
        (PairCondition.Proxied, Reasons.ProxyAccepted),
        (PairCondition.Silent, Reasons.Silent),
        (PairCondition.Idle, Reasons.RangeIdle),
        (PairCondition.NoEvidence, Reasons.SourceNotRunning),
    ];

    private static string Describe(ProbePair pair) => $"{pair.Source.Display} reaches {pair.Target.Display}";

    private static string Describe(PairState state) => state.Condition switch
    {
        PairCondition.NoAgent => $"the agent on node {state.Pair.Source.Node} is not connected ({state.Pair.Source.Display} → {state.Pair.Target.Display})",
        PairCondition.Stale => $"no result from {state.Pair.Source.Display} → {state.Pair.Target.Display} since {state.Evidence.ReceivedAt:u}",
        PairCondition.Pending or PairCondition.New => $"{state.Pair.Source.Display} → {state.Pair.Target.Display} is not probed yet{(state.Evidence.NotEvidence?.Detail is { } d ? $" ({d})" : state.Failing.Length > 0 ? $" ({state.Failing.Length} failures so far)" : "")}",
        PairCondition.NotFound => $"{state.Pair.Source.Display} runs, and cannot be probed from: {Said(state) ?? "its network namespace is not found"}",
        PairCondition.Refused => Said(state) ?? $"the agent refuses to probe {state.Pair.Target.Display}",
        PairCondition.Proxied when PairJudge.MeshOf(state.Pair) is { } mesh =>
            $"{state.Pair.Source.Display} → {state.Pair.Target.Display}: the proxy of {mesh.Mesh} in {mesh.End} accepts any connection, and nothing came back from behind it; document the row as HTTP or TLS if it is that",
        PairCondition.Proxied => throw new InvalidOperationException("a pair without a mesh is not proxied"),
        PairCondition.Silent => $"{state.Pair.Source.Display} → {state.Pair.Target.Display}: {Said(state) ?? "nothing came back"}; over UDP that proves nothing",
        PairCondition.Idle => $"nothing listens on {state.Pair.Target.Display} at the moment, says the destination itself: the way there is open",
        PairCondition.NoEvidence => NotReady(state.Pair),
        PairCondition.Up or PairCondition.Down or PairCondition.Partly or PairCondition.Intermittent => throw new InvalidOperationException($"{state.Condition} is known"),
    };

    private static string? Said(PairState state) => state.Evidence.NotEvidence?.Detail;

    private static string NotReady(ProbePair pair) => (pair.Source.Steady, pair.Target.Steady) switch
    {
        (true, false) => $"{pair.Target.Pod?.Key.ToString() ?? pair.Target.Display} (destination) is not ready",
        (false, true) => $"{pair.Source.Display} (source) is not ready",
        _ => $"{pair.Source.Display} or {pair.Target.Display} is not ready",
    };

    private static ExplainedFailure Commonest(ImmutableArray<ExplainedFailure> failures) =>
        failures.GroupBy(f => f.Cause.Reason).OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Name, StringComparer.Ordinal).First().First();

    private static string Example(ExplainedFailure f) => $"{f.State.Pair.Source.Display} → {f.State.Pair.Target.Display}, {f.Cause.Why}";

    private static string Count(int some, int all, string noun) => some == all ? $"{(all switch { 1 => "the only", 2 => "both", _ => $"all {all}" })} {noun}{(all == 1 ? "" : "s")}" : $"{some} of {all} {noun}s";

    // Says nothing that moves with the turns: an explanation that changes is written to the API server.
    private static string Taken(SweepState sweep) =>
        $"; of {sweep.Schedule.Pairs} pairs {sweep.Schedule.Fixed + sweep.Schedule.PerTurn} are probed at a time, and each within {Words(sweep.Schedule.Duration)}";

    private static string Words(TimeSpan time) => time.TotalHours >= 2 ? $"{Math.Ceiling(time.TotalHours):0} h" : $"{Math.Ceiling(time.TotalMinutes):0} min";

    private static PortVerdict Say(PortEvidence e, Reason reason, string explanation)
    {
        var reachable = e.Up + (e.Connection.Expect == Expectation.Open ? e.Earlier : 0);
        return new PortVerdict(e.Port, reason, reachable, e.Judged + e.Earlier, explanation);
    }
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>One Connection in the loop: what it asks, what is probed for it, and what was last said of it.</summary>
internal sealed class ConnectionEntry(ObservedConnection observed)
{
    public ObservedConnection Observed { get; private set; } = observed;

    public StatusHistory History { get; private set; } = new(observed.Status);

    public ConnectionResolution Resolution { get; private set; } = new ConnectionResolution.Unresolved(Reasons.NotProbedYet, "not resolved yet");

    public ImmutableArray<PlannedPair> Probes { get; private set; } = [];

    /// <summary>Probes that only show that a blocked pair would get through if it were open.</summary>
    public ImmutableArray<PlannedPair> Controls { get; private set; } = [];

    public Verdict? Verdict { get; private set; }

    /// <summary>The verdict is the one that the status shows already, from before this replica led: there is nothing to write.</summary>
    public bool IsHeld { get; private set; }

    public ConnectionReport? Published { get; private set; }

    public DateTimeOffset PublishedAt { get; private set; }

    public void Observe(ObservedConnection next)
    {
        if (next.Uid != Observed.Uid || next.Fingerprint != Observed.Fingerprint)
        {
            // Another question: what was proven for the old one says nothing.
            Sweep = null;
        }

        if (next.Uid != Observed.Uid)
        {
            // Deleted and made again under the same name: another life, another history.
            History = new StatusHistory(next.Status);
            LastProbeTime = next.Status.LastProbeTime;
            Published = null;
            Verdict = null;
        }
        else if (Published is { } published && next.Status.Verified is var seen && (seen?.Status != published.Verdict.Status || seen?.Reason != published.Verdict.Reason.Name))
        {
            // Somebody changed or lost what we wrote: write it again. Our own older write coming back late only costs one more.
            Published = null;
        }

        Observed = next;
    }

    /// <summary>Null for a row whose pairs are all probed all the time.</summary>
    public PairSweep? Sweep { get; private set; }

    /// <summary>All pairs that the row could be verified by.</summary>
    public int Pairs => Resolution is ConnectionResolution.Resolved resolved ? resolved.Pairs.Count : 0;

    /// <summary>Components behind the row's words.</summary>
    public RowParties Parties { get; private set; } = RowParties.None;

    /// <summary>What the newest judgement knew of each pair.</summary>
    public ImmutableArray<PairState> States { get; private set; } = [];

    public ConnectionView View() => new(Observed.Documented, Verdict!, Pairs)
    {
        Since = History.Status is null ? null : History.Since,
        Parties = Parties,
        States = States,
    };

    public void Resolve(ConnectionResolution resolution, RowParties parties, ClusterSnapshot cluster, PairAssessment pairs, DateTimeOffset now)
    {
        Sweep?.TakeStock(pairs.StockOf(this));
        (Resolution, Parties) = (resolution, parties);
        var schedule = SweepSchedule.For(Pairs, Observed.Documented.Settings);
        Sweep = schedule is null ? null : (Sweep ?? new PairSweep()).On(schedule);
        Choose(cluster, now);
    }

    /// <summary>On to the next pairs of a sampled row.</summary>
    public void TakeTurn(ClusterSnapshot cluster, PairAssessment pairs, DateTimeOffset now)
    {
        Sweep?.TakeStock(pairs.StockOf(this));
        Choose(cluster, now);
    }

    private void Choose(ClusterSnapshot cluster, DateTimeOffset now)
    {
        if (Resolution is not ConnectionResolution.Resolved resolved)
        {
            Probes = [];
        }
        else if (Sweep is { } sweep)
        {
            Probes = [.. sweep.Choose(resolved.Pairs, now).Select(c => ProbePlanner.Probe(Observed.Documented, c.Pair) with { Swept = !c.Fixed, ProvenEarlier = sweep.IsProven(c.Pair) })];
        }
        else
        {
            Probes = [.. resolved.Pairs.Select(p => ProbePlanner.Probe(Observed.Documented, p))];
        }

        Controls = ControlPlanner.Plan(Observed.Documented, Probes, cluster);
    }

    /// <summary>Time of the newest probe, kept when there is nothing to probe any more (a Job between two runs).</summary>
    public DateTimeOffset? LastProbeTime { get; private set; } = observed.Status.LastProbeTime;

    /// <summary>
    /// This replica leads from now on. While it followed, another one wrote: what the status shows now is what to go on from.
    /// </summary>
    public void Lead()
    {
        var seen = Observed.Status.Verified;

        // Times in a status have whole seconds; where it is still our own word, our finer history of the day is kept.
        if (History.Status != seen?.Status || (seen is not null && (History.Since - seen.LastTransitionTime).Duration() >= TimeSpan.FromSeconds(1)))
        {
            History = new StatusHistory(Observed.Status);
        }

        // What was proven before this replica followed, another one may have seen fail since.
        Sweep = null;
        Published = null;
        PublishedAt = default;
        Verdict = null;
    }

    public void Judge(Verdict fresh, Verdict? held, ImmutableArray<PairState> states)
    {
        States = states;
        var verdict = held ?? fresh;
        LastProbeTime = verdict.LastProbeTime ?? LastProbeTime;
        Verdict = verdict.Reason == Reasons.SourceNotRunning && verdict.LastProbeTime is null && LastProbeTime is { } last
            ? verdict with { Explanation = $"{verdict.Explanation}; last probed {last:u}", LastProbeTime = last }
            : verdict;
        IsHeld = held is not null;
    }

    public void MarkPublished(ConnectionReport report, DateTimeOffset now)
    {
        Published = report;
        PublishedAt = now;
    }

    /// <summary>
    /// What an earlier life of the operator found, while this one has no evidence yet: a restart must not blink. Holds until the old
    /// result would be stale anyway.
    /// </summary>
    public Verdict? HeldFromBefore(Verdict fresh, DateTimeOffset started, DateTimeOffset now)
    {
        var status = Observed.Status;
        if (fresh.Reason != Reasons.NotProbedYet || Published is not null || status.Verified is not { } verified
            || verified.ObservedGeneration != Observed.Documented.Generation || verified.Status == VerifiedStatus.Unknown
            || Reasons.Find(verified.Reason) is not { } reason)
        {
            return null;
        }

        var bound = PairJudge.StaleAfter(Observed.Documented.Settings);
        var seenLately = status.LastProbeTime is { } last && started - last < bound + HeartbeatSlack;
        return seenLately && now - started < bound
            ? new Verdict { Reason = reason, Explanation = verified.Message, Reachable = status.Reachable, Probed = status.Probed, Ports = fresh.Ports, LastProbeTime = status.LastProbeTime }
            : null;
    }

    // lastProbeTime is written with the heartbeat only, so it may be that much older than the last probe was.
    private static readonly TimeSpan HeartbeatSlack = LoopOptions.DefaultHeartbeat * 2;
}

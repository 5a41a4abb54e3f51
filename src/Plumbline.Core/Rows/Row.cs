using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>How much of a row is to be done anew; each step brings those after it.</summary>
internal enum RowWork
{
    None,

    /// <summary>Its report is due.</summary>
    Publish,

    /// <summary>Evidence, agents, policies or the time may have changed its verdict.</summary>
    Judge,

    /// <summary>A sampled row goes on to its next pairs.</summary>
    TakeTurn,

    /// <summary>What it was resolved by has changed.</summary>
    Resolve,
}

/// <summary>One Connection in the loop: what it asks, what is probed for it, and what was last said of it.</summary>
internal sealed class Row : Timed
{
    private readonly Action<Row, RowWork> _mark;

    public Row(ObservedConnection observed, Action<Row, RowWork> mark)
    {
        (_mark, Observed, Jitter) = (mark, observed, JitterOf(observed.Documented.Key));
        History = new StatusHistory(observed.Status);
        LastProbeTime = observed.Status.LastProbeTime;
        Report = new RowReporting(observed.Status);
        Reached = new ReachedServices(observed.Status.ReachedBy);
        ByResolution = new Dependent(() => mark(this, RowWork.Resolve));
        ByJudgement = new Dependent(() => mark(this, RowWork.Judge));
    }

    public ObservedConnection Observed { get; private set; }

    public NamespacedName Key => Observed.Documented.Key;

    /// <summary>What is to be done with the next settling.</summary>
    public RowWork Work { get; set; }

    /// <summary>The facts by which it was resolved.</summary>
    public Dependent ByResolution { get; }

    /// <summary>The facts by which it was judged.</summary>
    public Dependent ByJudgement { get; }

    public StatusHistory History { get; private set; }

    public ConnectionResolution Resolution { get; set; } = new ConnectionResolution.Unresolved(Reasons.NotProbedYet, "not resolved yet");

    /// <summary>Services by which it was seen to work.</summary>
    public ReachedServices Reached { get; private set; }

    /// <summary>Destinations that do not answer, and whose sockets are looked at.</summary>
    public ImmutableArray<Suspect> Suspects { get; set; } = [];

    /// <summary>Components behind the row's words.</summary>
    public RowParties Parties { get; set; } = RowParties.None;

    /// <summary>In the plan for the row, its controls last.</summary>
    public ImmutableArray<RowPair> Planned { get; set; } = [];

    /// <summary>The words that the plan was made of.</summary>
    public DocumentedConnection? PlannedFor { get; set; }

    public IEnumerable<RowPair> Probes => Planned.Where(p => !p.IsControl);

    /// <summary>Null for a row whose pairs are all probed all the time.</summary>
    public PairSweep? Sweep { get; set; }

    public Verdict? Verdict { get; private set; }

    /// <summary>The verdict is the one that the status shows already, from before this replica led: there is nothing to write.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether it was verified when the verdict was found: pods of a rollout are waited for then.</summary>
    public bool WasVerified { get; set; }

    /// <summary>What the evidence says now; <see cref="Verdict"/> follows when that has settled.</summary>
    public Verdict? Fresh { get; private set; }

    public Settling Settling { get; } = new();

    public Enforcement Enforcement { get; } = new();

    /// <summary>What is to be mended, in view of all rows; null unless the row is False.</summary>
    public Cause? Cause { get; set; }

    /// <summary>What of the verdict was told, and when more is.</summary>
    public RowReporting Report { get; private set; }

    /// <summary>Time of the newest probe, kept when there is nothing to probe any more (a Job between two runs).</summary>
    public DateTimeOffset? LastProbeTime { get; private set; }

    /// <summary>When its verdict can change by waiting.</summary>
    public DateTimeOffset JudgeAt { get; set; } = DateTimeOffset.MaxValue;

    public DateTimeOffset JudgedAt { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Between 0 and 1, and always the same for a row.</summary>
    public double Jitter { get; }

    /// <summary>All pairs that the row could be verified by.</summary>
    public int Pairs => Resolution is ConnectionResolution.Resolved resolved ? resolved.Pairs.Count : 0;

    public override void Wake(DateTimeOffset now) => _mark(this, Sweep?.IsOver(now) == true ? RowWork.TakeTurn : JudgeAt <= now ? RowWork.Judge : RowWork.Publish);

    /// <returns>Whether it is another question now.</returns>
    public bool Observe(ObservedConnection next)
    {
        var isOther = next.Uid != Observed.Uid || next.Fingerprint != Observed.Fingerprint;
        var isChanged = isOther || next.Documented.Generation != Observed.Documented.Generation;
        if (isOther)
        {
            // What was proven for the old one says nothing.
            Sweep = null;
            Settling.Forget();
            Reached = new ReachedServices(next.Uid != Observed.Uid ? next.Status.ReachedBy : []);
        }

        if (next.Uid != Observed.Uid)
        {
            // Deleted and made again under the same name: another life, another history.
            History = new StatusHistory(next.Status);
            Report = new RowReporting(next.Status);
            LastProbeTime = next.Status.LastProbeTime;
            (Verdict, Fresh) = (null, null);
        }
        else if (!Report.IsAsPublished(next.Status.Verified))
        {
            // Somebody changed or lost what we wrote: write it again. Our own older write coming back late only costs one more.
            Report.Forget();
            _mark(this, RowWork.Publish);
        }

        Observed = next;
        return isChanged;
    }

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

        Reached = new ReachedServices(Observed.Status.ReachedBy);

        // What was proven before this replica followed, another one may have seen fail since.
        Sweep = null;
        Settling.Forget();
        (Verdict, Fresh) = (null, null);
        Report = new RowReporting(Observed.Status);
    }

    /// <param name="settled">What is to be said of what is fresh.</param>
    public void Judge(Verdict fresh, Verdict settled, Verdict? held)
    {
        // Nothing has been said yet: what settles goes on from what an earlier life said.
        IsHeld = held is not null || (IsHeld && Settling.IsMoving && settled != fresh);
        Fresh = fresh;
        var verdict = held ?? settled;
        LastProbeTime = verdict.LastProbeTime ?? LastProbeTime;
        Verdict = verdict.Reason == Reasons.SourceNotRunning && verdict.LastProbeTime is null && LastProbeTime is { } last
            ? verdict with { Explanation = $"{verdict.Explanation}; last probed {last:u}", LastProbeTime = last }
            : verdict;
    }

    /// <summary>
    /// What an earlier life of the operator found, while this one has no evidence yet: a restart must not blink. Holds until the old
    /// result would be stale anyway.
    /// </summary>
    /// <param name="slack">lastProbeTime is written with the heartbeat only, so it may be that much older than the last probe was.</param>
    public Verdict? HeldFromBefore(Verdict fresh, DateTimeOffset started, DateTimeOffset now, TimeSpan slack)
    {
        var status = Observed.Status;
        if (fresh.Reason != Reasons.NotProbedYet || Report.Published is not null || status.Verified is not { } verified
            || verified.ObservedGeneration != Observed.Documented.Generation || verified.Status == VerifiedStatus.Unknown
            || Reasons.Find(verified.Reason) is not { } reason)
        {
            return null;
        }

        var bound = PairJudge.StaleAfter(Observed.Documented.Settings);
        var seenLately = status.LastProbeTime is { } last && started - last < bound + slack;
        return seenLately && now - started < bound
            ? new Verdict { Reason = reason, Explanation = verified.Message, Reachable = status.Reachable, Probed = status.Probed, Ports = fresh.Ports, LastProbeTime = status.LastProbeTime }
            : null;
    }

    public ConnectionReport MakeReport(DateTimeOffset now) => new(
        Observed.Documented,
        Observed.Uid,
        Verdict!,
        History.Since,
        Resolution is ConnectionResolution.Resolved || Verdict!.Reason.Category == ReasonCategory.Unprobeable,
        Verdict!.Probed > 0,
        History.Uptime(TimeSpan.FromHours(1), now),
        History.Uptime(TimeSpan.FromDays(1), now),
        History.Outages)
    {
        ReachedBy = Reached.All,
        Cause = Cause,
    };

    // Not the hash code of the framework, which differs from process to process.
    private static double JitterOf(NamespacedName key)
    {
        var hash = 2166136261u;
        foreach (var c in key.ToString())
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash / (double)uint.MaxValue;
    }

    public ConnectionView View() => new(Observed.Documented, Verdict!, Pairs)
    {
        Since = History.Status is null ? null : History.Since,
        Parties = Parties,
        Cause = Cause?.Key,
    };
}

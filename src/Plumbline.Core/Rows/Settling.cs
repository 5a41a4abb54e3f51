using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>
/// A fault reaches a row pair by pair, and while it does the row looks partly reachable for reasons that are half of the truth. So a row that
/// begins to move has all its pairs looked at once, and its word moves when they have been: to the reason that the fault settles on.
/// </summary>
/// <remarks>
/// <code>
///   at rest ── a pair fails, or the evidence says otherwise ──▶ moving: look at every pair, the old word stands
///      ▲                                                           │
///      └── all have been looked at and no failure is unconfirmed, or the time is up ──┘
/// </code>
/// Only a False waits: what works, and what is not known, is said at once.
/// </remarks>
internal sealed class Settling
{
    /// <summary>A row that moves for longer says so. Most faults are settled before.</summary>
    private static readonly TimeSpan SaidAfter = TimeSpan.FromSeconds(5);

    /// <summary>What comes and goes must not have every pair looked at each time.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    private const string Mark = "; settling: ";

    private DateTimeOffset _lookedAt = DateTimeOffset.MinValue;
    private int _look;

    /// <summary>Since when the row moves; null at rest.</summary>
    public DateTimeOffset? Since { get; private set; }

    public bool IsMoving => Since is not null;

    /// <summary>For each failure that is to be confirmed a timeout and the pause before it, and the way to the operator.</summary>
    public static TimeSpan Patience(ProbeSettings settings) => (settings.FailureThreshold * (settings.Timeout + TimeSpan.FromSeconds(2))) + TimeSpan.FromSeconds(10);

    /// <param name="fresh">What the evidence says now.</param>
    /// <param name="standing">What was said last; null when nothing was.</param>
    /// <param name="farEndIsSeen">What there is to know of the destinations that do not answer is known.</param>
    /// <param name="look">Has all pairs of the row looked at, and gives the number of that look.</param>
    /// <param name="until">Told when the answer may be another one although nothing is reported.</param>
    /// <returns>What is to be said.</returns>
    public Verdict Of(Verdict fresh, Verdict? standing, IReadOnlyList<PairState> pairs, ProbeSettings settings, DateTimeOffset now, bool farEndIsSeen, Func<int> look, Action<DateTimeOffset> until)
    {
        var isOther = standing is not null && fresh.Status == VerifiedStatus.False && fresh.Reason != standing.Reason;
        if (!isOther && !pairs.Any(p => IsUnconfirmed(p, settings)))
        {
            Since = null;
            return fresh;
        }

        Begin(now, look);
        var (ends, saidAt) = (Since!.Value + Patience(settings), Since.Value + SaidAfter);
        if (now < ends)
        {
            until(ends);
        }

        if (!isOther)
        {
            return fresh;
        }

        var getsWorse = standing!.Status != VerifiedStatus.False;
        if (now >= ends || (farEndIsSeen && pairs.All(p => HasComeToRest(p, settings, getsWorse))))
        {
            Since = null;
            return fresh;
        }

        if (now < saidAt)
        {
            until(saidAt);
            return standing;
        }

        return standing with { Explanation = $"{Before(standing.Explanation)}{Mark}{fresh.Explanation}" };
    }

    /// <summary>The row is another question, or another replica's.</summary>
    public void Forget() => (Since, _look, _lookedAt) = (null, 0, DateTimeOffset.MinValue);

    /// <summary>What stands may say already that it settles.</summary>
    private static string Before(string explanation) => explanation.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var at ? explanation[..at] : explanation;

    private void Begin(DateTimeOffset now, Func<int> look)
    {
        if (Since is null)
        {
            Since = now;
            if (now - _lookedAt >= BetweenLooks)
            {
                (_look, _lookedAt) = (look(), now);
            }
        }
    }

    private bool HasComeToRest(PairState pair, ProbeSettings settings, bool getsWorse) => pair.Condition switch
    {
        // It was confirmed just now, and needs no look.
        PairCondition.Down or PairCondition.Partly when getsWorse && pair.Evidence.ReceivedAt >= Since => true,
        PairCondition.Intermittent => true,
        PairCondition.Up or PairCondition.Down or PairCondition.Partly or PairCondition.Pending or PairCondition.New => (pair.Evidence.Look >= _look || pair.Evidence.PlannedAt > Since) && !IsUnconfirmed(pair, settings),

        // Nobody can be asked, or the answer would be no evidence.
        PairCondition.Stale or PairCondition.NoAgent or PairCondition.NotFound or PairCondition.Refused or PairCondition.Proxied or PairCondition.Silent or PairCondition.Idle or PairCondition.NoEvidence => true,
    };

    private static bool IsUnconfirmed(PairState pair, ProbeSettings settings) => pair.Failing.Length > 0 && pair.Failing.Length < settings.FailureThreshold
        && pair.Condition is PairCondition.Up or PairCondition.Pending or PairCondition.New;
}

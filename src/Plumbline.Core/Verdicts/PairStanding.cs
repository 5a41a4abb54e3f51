using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>How a pair of a sampled row stands when its turn ends.</summary>
public enum PairStanding
{
    /// <summary>It does as documented: the turn goes on to others.</summary>
    AsDocumented,

    /// <summary>It does not, or is not surely seen to; also before a failure is confirmed. It stays in the plan until that is settled.</summary>
    Otherwise,

    /// <summary>Nothing is known, or a pod is not ready. It waits for its next turn.</summary>
    Unsettled,
}

public static class PairStandings
{
    public static PairStanding Of(PairState pair, Expectation expect, Func<ControlEvidence> control) =>
        expect == Expectation.Open ? WhenOpenIsExpected(pair) : WhenBlockedIsExpected(pair, control);

    /// <summary>
    /// Silence, or a filter that says so. A closed TCP port answers with a reset, a closed UDP port by ICMP as filters do: such a refusal
    /// may come from the destination itself.
    /// </summary>
    public static bool LooksBlocked(PairState pair) => pair.Evidence.Last is { } result && result.Outcome switch
    {
        ProbeOutcome.TimedOut or ProbeOutcome.Rejected or ProbeOutcome.Unreachable => true,
        ProbeOutcome.ConnectionRefused => result.Icmp is not null && pair.Pair.Target.Protocol != ConnectionProtocol.Udp,
        _ => false,
    };

    /// <summary>
    /// The pair is down, and yet the far end has spoken: what it documents as blocked it has reached. A connection that is accepted in silence is less, since proxies and load
    /// balancers accept for those behind them.
    /// </summary>
    public static bool IsAnswered(PairState pair) => !pair.Pair.Target.IsMissing && pair.LeadsTo is null && pair.Evidence.Last is { Proven: >= ProvenStage.TlsEstablished };

    private static PairStanding WhenOpenIsExpected(PairState pair) => pair.Condition switch
    {
        PairCondition.Up => pair.IsWhole ? PairStanding.AsDocumented : PairStanding.Otherwise,
        PairCondition.Down or PairCondition.Partly or PairCondition.Intermittent => PairStanding.Otherwise,
        PairCondition.New or PairCondition.Pending or PairCondition.Stale or PairCondition.NoAgent => Failing(pair),
        PairCondition.NotFound or PairCondition.Refused or PairCondition.Proxied or PairCondition.Silent or PairCondition.Idle or PairCondition.NoEvidence => PairStanding.Unsettled,
    };

    private static PairStanding WhenBlockedIsExpected(PairState pair, Func<ControlEvidence> control) => pair.Condition switch
    {
        PairCondition.Down => LooksBlocked(pair) && control().Holds ? PairStanding.AsDocumented : PairStanding.Otherwise,
        PairCondition.Up or PairCondition.Partly or PairCondition.Intermittent => PairStanding.Otherwise,
        PairCondition.New or PairCondition.Pending => Failing(pair),
        PairCondition.Stale or PairCondition.NoAgent => pair.Evidence.Last?.Outcome == ProbeOutcome.Succeeded ? PairStanding.Otherwise : PairStanding.Unsettled,
        PairCondition.NotFound or PairCondition.Refused or PairCondition.Proxied or PairCondition.Silent or PairCondition.Idle or PairCondition.NoEvidence => PairStanding.Unsettled,
    };

    private static PairStanding Failing(PairState pair) => pair.Failing.Length > 0 ? PairStanding.Otherwise : PairStanding.Unsettled;
}

using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;

namespace Plumbline.Core.Rows;

/// <summary>A pair of the plan, and what its controls say.</summary>
internal readonly record struct JudgedPair(PairState State, Expectation Expect, Func<ControlEvidence> Control);

/// <summary>
/// The turns of a sampled row: what is probed now, what is held in the plan because it does not do as documented, and when each of the
/// others last did. Of a pair out of the plan only that time is kept, so that the state stays small.
/// </summary>
internal sealed class PairSweep
{
    // Only pairs that did as documented; whatever does not is in the plan.
    private readonly Dictionary<PairKey, DateTimeOffset> _proven = [];
    private ImmutableArray<PairKey> _held = [];
    private long _turn = -1;

    public SweepSchedule Schedule { get; private set; } = null!;

    /// <summary>By documented port: pairs that are not in the plan, and did as documented within the sweep.</summary>
    public ImmutableDictionary<int, int> ProvenEarlier { get; private set; } = ImmutableDictionary<int, int>.Empty;

    public IReadOnlyCollection<string> Nodes { get; private set; } = [];

    public PairSweep On(SweepSchedule schedule)
    {
        Schedule = schedule;
        return this;
    }

    public bool IsOver(DateTimeOffset now) => _turn != Schedule.TurnAt(now);

    /// <summary>When the turn that was chosen last is over.</summary>
    public DateTimeOffset TurnEnds => Schedule.EndOf(_turn);

    public bool IsProven(ProbePair pair) => _proven.ContainsKey(PairKey.Of(pair));

    /// <summary>Before the plan changes: remembers what is proven, and holds what is not as documented.</summary>
    public void TakeStock(IEnumerable<JudgedPair> planned)
    {
        var held = ImmutableArray.CreateBuilder<PairKey>();
        foreach (var judged in planned)
        {
            var key = PairKey.Of(judged.State.Pair);
            switch (PairStandings.Of(judged.State, judged.Expect, judged.Control))
            {
                case PairStanding.AsDocumented:
                    _proven[key] = judged.State.Evidence.ReceivedAt;
                    break;
                case PairStanding.Otherwise:
                    _proven.Remove(key);
                    held.Add(key);
                    break;
                case PairStanding.Unsettled:
                    break;
            }
        }

        _held = held.ToImmutable();
    }

    public ImmutableArray<ChosenPair> Choose(PairSpace pairs, DateTimeOffset now)
    {
        _turn = Schedule.TurnAt(now);
        Nodes = pairs.Nodes;
        var chosen = PairSampling.Choose(pairs, Schedule, _turn, _held);
        Forget(pairs, now);
        var planned = chosen.Select(c => PairKey.Of(c.Pair)).ToHashSet();
        ProvenEarlier = _proven.Keys.Where(k => !planned.Contains(k)).CountBy(k => k.DocumentedPort).ToImmutableDictionary();
        return chosen;
    }

    /// <summary>
    /// What was proven counts for one sweep, and a turn more for the result to come in. A pair that went without a turn that long, since
    /// the turns paused or its agent was away, is not covered any more.
    /// </summary>
    private void Forget(PairSpace pairs, DateTimeOffset now)
    {
        var limit = Schedule.Duration + (2 * Schedule.TurnLength);
        foreach (var key in _proven.Where(p => now - p.Value > limit || !pairs.Contains(p.Key)).Select(p => p.Key).ToList())
        {
            _proven.Remove(key);
        }
    }
}

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
/// others last did. Of a pair out of the plan only that time is kept, in a number: there are many rows, with many pairs each.
/// </summary>
internal sealed class PairSweep
{
    // By the place of the pair in the space: seconds since the epoch at which it was last seen to do as documented, 0 for never.
    private uint[] _proven = [];
    private PairSpace? _pairs;
    private ImmutableArray<PairKey> _held = [];
    private long _turn = -1;

    public SweepSchedule Schedule { get; private set; } = null!;

    /// <summary>By documented port: pairs that are not in the plan, and did as documented within the sweep.</summary>
    public ImmutableDictionary<int, int> ProvenEarlier { get; private set; } = ImmutableDictionary<int, int>.Empty;

    public IReadOnlyCollection<string> Nodes => _pairs?.Nodes ?? [];

    /// <summary>When the turn that was chosen last is over.</summary>
    public DateTimeOffset TurnEnds => Schedule.EndOf(_turn);

    public bool IsOver(DateTimeOffset now) => _turn != Schedule.TurnAt(now);

    /// <summary>The row was resolved anew: what is proven goes with the pairs, wherever they are now.</summary>
    public PairSweep On(SweepSchedule schedule, PairSpace pairs)
    {
        var (old, before) = (_pairs, _proven);
        (Schedule, _pairs, _proven) = (schedule, pairs, new uint[pairs.Count]);
        for (var place = 0; old is not null && place < before.Length; place++)
        {
            if (before[place] == 0)
            {
                continue;
            }

            // Mostly pods only change, and the pairs stay in their places.
            var key = PairKey.Of(old[place]);
            var now = place < pairs.Count && PairKey.Of(pairs[place]) == key ? place : pairs.IndexOf(key);
            if (now >= 0)
            {
                _proven[now] = before[place];
            }
        }

        return this;
    }

    public bool IsProven(int place) => _proven[place] != 0;

    /// <summary>Before the plan changes: remembers what is proven, and holds what is not as documented.</summary>
    public void TakeStock(IEnumerable<JudgedPair> planned)
    {
        var held = ImmutableArray.CreateBuilder<PairKey>();
        foreach (var judged in planned)
        {
            var key = PairKey.Of(judged.State.Pair);
            var place = _pairs?.IndexOf(key) ?? -1;
            switch (PairStandings.Of(judged.State, judged.Expect, judged.Control))
            {
                case PairStanding.AsDocumented when place >= 0:
                    _proven[place] = (uint)judged.State.Evidence.ReceivedAt.ToUnixTimeSeconds();
                    break;
                case PairStanding.Otherwise:
                    held.Add(key);
                    if (place >= 0)
                    {
                        _proven[place] = 0;
                    }

                    break;
                case PairStanding.AsDocumented or PairStanding.Unsettled:
                    break;
            }
        }

        _held = held.ToImmutable();
    }

    public ImmutableArray<ChosenPair> Choose(DateTimeOffset now)
    {
        _turn = Schedule.TurnAt(now);
        var chosen = PairSampling.Choose(_pairs!, Schedule, _turn, _held);
        Forget(now);
        CountEarlier(chosen);
        return chosen;
    }

    /// <summary>
    /// What was proven counts for one sweep, and a turn more for the result to come in. A pair that went without a turn that long, since
    /// the turns paused or its agent was away, is not covered any more.
    /// </summary>
    private void Forget(DateTimeOffset now)
    {
        var oldest = (now - Schedule.Duration - (2 * Schedule.TurnLength)).ToUnixTimeSeconds();
        for (var place = 0; place < _proven.Length; place++)
        {
            _proven[place] = _proven[place] < oldest ? 0 : _proven[place];
        }
    }

    private void CountEarlier(ImmutableArray<ChosenPair> chosen)
    {
        var planned = chosen.Select(c => c.Place).ToHashSet();
        var earlier = new Dictionary<int, int>();
        for (var place = 0; place < _proven.Length; place++)
        {
            if (_proven[place] != 0 && !planned.Contains(place))
            {
                var port = _pairs![place].Target.DocumentedPort;
                earlier[port] = earlier.GetValueOrDefault(port) + 1;
            }
        }

        ProvenEarlier = earlier.ToImmutableDictionary();
    }
}

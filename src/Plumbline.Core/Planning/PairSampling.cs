using System.Collections.Immutable;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Planning;

/// <summary>
/// How a row with more pairs than its budget is covered. The first half of the budget is a fixed sample, so that there is always fresh
/// evidence; the second half takes turns among the rest, so that every pair is probed once within <see cref="Duration"/>.
/// </summary>
/// <remarks>
/// <code>
///   pairs   0 ........ Fixed | turn 0 | turn 1 | turn 2 | … | turn Turns-1
///   probed  always           |                ▲ PerTurn at a time, for TurnLength each
/// </code>
/// Which turn it is follows from the time alone, so that a restarted operator goes on where it was.
/// </remarks>
public sealed record SweepSchedule
{
    private readonly long _offset;

    private SweepSchedule(int pairs, ProbeSettings settings, double place)
    {
        Pairs = pairs;
        PerTurn = (settings.MaxPairs + 1) / 2;
        Fixed = settings.MaxPairs - PerTurn;
        Turns = ((pairs - Fixed) + PerTurn - 1) / PerTurn;
        TurnLength = settings.SettledWithin;
        _offset = (long)(place * TurnLength.Ticks);
    }

    public int Pairs { get; }

    /// <summary>Pairs that are probed all the time.</summary>
    public int Fixed { get; }

    public int PerTurn { get; }

    public int Turns { get; }

    /// <summary>Long enough for a first result of a pair that is new in the plan, and to notice that it fails.</summary>
    public TimeSpan TurnLength { get; }

    /// <summary>Within this time every pair is probed, while the pairs stay the same and fewer than <see cref="PerTurn"/> of them fail.</summary>
    public TimeSpan Duration => Turns * TurnLength;

    /// <returns>Null when the budget holds all pairs.</returns>
    /// <param name="place">Where in a turn's time its turns begin, 0 to 1: rows that take turns must not all do so at once.</param>
    public static SweepSchedule? For(int pairs, ProbeSettings settings, double place = 0) => pairs <= settings.MaxPairs ? null : new SweepSchedule(pairs, settings, place);

    /// <summary>Counted on without end; equal as long as the turn lasts.</summary>
    public long TurnAt(DateTimeOffset now) => (now.UtcTicks + _offset) / TurnLength.Ticks;

    public DateTimeOffset EndOf(long turn) => new(((turn + 1) * TurnLength.Ticks) - _offset, TimeSpan.Zero);

    /// <summary>Places in the order of the pairs.</summary>
    public Range PlacesOf(long turn)
    {
        var start = Fixed + ((int)(turn % Turns) * PerTurn);
        return start..Math.Min(start + PerTurn, Pairs);
    }
}

/// <param name="Place">Where in the order of the pairs it is.</param>
/// <param name="Fixed">Of the fixed sample: always probed, so a missing result is a gap. False for what takes turns or is held back.</param>
public readonly record struct ChosenPair(int Place, ProbePair Pair, bool Fixed);

/// <summary>The pairs of a row that are probed now.</summary>
public static class PairSampling
{
    /// <summary>
    /// At most one and a half budgets: a pair that does not do as documented is held in the plan until it does, beside the turns. When a
    /// turn's worth of pairs is held, the turns pause: there is no lack of bad news.
    /// </summary>
    /// <param name="held">Pairs that were planned and are not settled in the row's favour; those that left the space are passed over.</param>
    public static ImmutableArray<ChosenPair> Choose(PairSpace pairs, SweepSchedule sweep, long turn, IEnumerable<PairKey> held)
    {
        var chosen = ImmutableArray.CreateBuilder<ChosenPair>();
        var places = new HashSet<int>();
        Add(0..sweep.Fixed, isFixed: true);
        var kept = held.Select(pairs.IndexOf).Where(p => p >= 0 && !places.Contains(p)).Distinct().Take(2 * sweep.PerTurn).ToList();
        if (kept.Count < sweep.PerTurn)
        {
            Add(sweep.PlacesOf(turn), isFixed: false);
        }

        chosen.AddRange(kept.Where(places.Add).Select(p => new ChosenPair(p, pairs[p], false)));
        return chosen.ToImmutable();

        void Add(Range range, bool isFixed)
        {
            for (var i = range.Start.Value; i < range.End.Value; i++)
            {
                if (places.Add(i))
                {
                    chosen.Add(new ChosenPair(i, pairs[i], isFixed));
                }
            }
        }
    }
}

using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Tests.Building;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Planning;

/// <summary>A row with more pairs than its budget: every pair has its turn in bounded time, and the plan stays within bounds.</summary>
public class PairSamplingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Schedule_AsManyPairsAsTheBudget_IsNone() => Assert.That(SweepSchedule.For(64, ProbeSettings.Default), Is.Null);

    [Test]
    public void Schedule_OfTheDefaultBudget_IsAsDocumented()
    {
        var sweep = SweepSchedule.For(4000, ProbeSettings.Default)!;

        // (4000 - 32) / 32 = 124 turns of 60 s + 3 s + 15 s.
        Assert.That((sweep.Fixed, sweep.PerTurn, sweep.Turns, sweep.TurnLength, sweep.Duration), Is.EqualTo((32, 32, 124, TimeSpan.FromSeconds(78), TimeSpan.FromSeconds(124 * 78))));
    }

    [Test]
    public void Choose_OverOneSweep_PlansEveryPair() => ForAnyShape((pairs, sweep) =>
    {
        var turn = sweep.TurnAt(Now);
        var planned = Enumerable.Range(0, sweep.Turns).SelectMany(t => Choose(pairs, sweep, turn + t)).Select(c => PairKey.Of(c.Pair)).ToHashSet();
        return planned.SetEquals(pairs.Select(PairKey.Of)) && planned.Count == sweep.Pairs;
    });

    [Test]
    public void Choose_AnyTurn_StaysInTheBudgetWithoutRepeats() => ForAnyShape((pairs, sweep) =>
        Enumerable.Range(0, sweep.Turns + 1).Select(t => Choose(pairs, sweep, t)).All(c =>
            c.Length <= sweep.Fixed + sweep.PerTurn && c.Select(p => PairKey.Of(p.Pair)).Distinct().Count() == c.Length));

    [Test]
    public void Choose_NextTurn_ChangesNoMoreThanATurnHasPairs() => ForAnyShape((pairs, sweep) =>
        Enumerable.Range(0, sweep.Turns + 1).All(t =>
        {
            var (before, after) = (Keys(Choose(pairs, sweep, t)), Keys(Choose(pairs, sweep, t + 1)));
            return after.Except(before).Count() <= sweep.PerTurn && before.Except(after).Count() <= sweep.PerTurn;
        }));

    [Test]
    public void Choose_PairsThatFail_StayWithinOneAndAHalfBudgets() => ForAnyShape((pairs, sweep) =>
    {
        // Everything that is ever planned fails.
        var held = ImmutableArray<PairKey>.Empty;
        for (var turn = 0L; turn <= sweep.Turns; turn++)
        {
            var chosen = Choose(pairs, sweep, turn, held);
            if (chosen.Length > sweep.Fixed + (2 * sweep.PerTurn) || held.Except(Keys(chosen)).Any())
            {
                return false;
            }

            held = Keys(chosen);
        }

        return true;
    });

    [Test]
    public void Choose_HeldPairThatLeftTheCluster_IsPassedOver()
    {
        var (pairs, sweep) = Space(12, 5, 12);

        var chosen = Choose(pairs, sweep, 0, [new PairKey("n1", "uid-gone", "10.0.0.1", 80, 80)]);

        Assert.That(chosen, Has.Length.EqualTo(12));
    }

    [Test]
    public void Choose_ATurnsWorthOfFailures_PausesTheTurns()
    {
        var (pairs, sweep) = Space(12, 5, 12);
        var held = Keys(Choose(pairs, sweep, 0));

        Assert.That(Keys(Choose(pairs, sweep, 1, held)), Is.EquivalentTo(held));
        Assert.That(Choose(pairs, sweep, 1, held[..^1]), Has.Length.EqualTo(6 + 6 + 5), "five of a turn's six fail: the next six come as well");
    }

    [Test]
    public void Grid_EveryDiagonal_HoldsEverySourceAndTarget() => ForAnyShape((pairs, _) =>
    {
        var (sources, targets) = (pairs.Select(p => p.Source.Display).Distinct().Count(), pairs.Select(p => p.Target.Display).Distinct().Count());
        var longer = Math.Max(sources, targets);
        return pairs.Chunk(longer).All(run => run.Select(p => p.Source.Display).Distinct().Count() == sources && run.Select(p => p.Target.Display).Distinct().Count() == targets);
    });

    /// <summary>Where the budget is smaller than the number of targets, a port must not wait for all targets of the ports before it.</summary>
    [Test]
    public void Grid_SeveralPorts_TakeTurnsAmongTheTargets()
    {
        var world = new World().Workload("client", 1).Workload("many", 30);
        var pairs = ((ConnectionResolution.Resolved)world.Resolve(Row("client", "many", 80, 443, 8080))).Pairs;

        Assert.That(pairs.Take(3).Select(p => p.Target.DocumentedPort), Is.EqualTo(new[] { 80, 443, 8080 }));
        Assert.That(pairs.Take(3).Select(p => p.Target.Host).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Find_EveryPair_IsFoundByItsKey() => ForAnyShape((pairs, _) => pairs.Index().All(p => pairs.IndexOf(PairKey.Of(p.Item)) == p.Index && pairs.Find(PairKey.Of(p.Item)) == p.Item));

    private static ImmutableArray<ChosenPair> Choose(PairSpace pairs, SweepSchedule sweep, long turn, IEnumerable<PairKey>? held = null) =>
        PairSampling.Choose(pairs, sweep, turn, held ?? []);

    private static ImmutableArray<PairKey> Keys(ImmutableArray<ChosenPair> chosen) => [.. chosen.Select(c => PairKey.Of(c.Pair))];

    private static void ForAnyShape(Func<PairSpace, SweepSchedule, bool> holds) => Prop.ForAll<(PositiveInt S, PositiveInt T, PositiveInt Max)>(x =>
    {
        var (pairs, sweep) = Space(Math.Min(x.S.Get, 20), Math.Min(x.T.Get, 20), Math.Min(x.Max.Get, 60));
        return sweep is null || holds(pairs, sweep);
    }).QuickCheckThrowOnFailure();

    private static (PairSpace Pairs, SweepSchedule Sweep) Space(int sources, int targets, int maxPairs)
    {
        var settings = ProbeSettings.Default with { MaxPairs = maxPairs };
        var pairs = ((ConnectionResolution.Resolved)new World().Workload("many", sources).Workload("few", targets).Resolve(Row("many", "few", 80) with { Settings = settings })).Pairs;
        return (pairs, SweepSchedule.For(pairs.Count, settings)!);
    }
}

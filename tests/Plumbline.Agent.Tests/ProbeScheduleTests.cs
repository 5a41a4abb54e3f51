using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;

namespace Plumbline.Agent.Tests;

internal sealed class ProbeScheduleTests
{
    private static readonly ScheduleOptions Options = new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(20));

    [Test]
    public void FirstStart_ManyProbes_SpreadOverTheFirstSeconds()
    {
        var schedule = new ProbeSchedule(Options with { SourceSpacing = TimeSpan.Zero, TargetSpacing = TimeSpan.Zero }, new Random(1));
        schedule.Replace(Plan(Enumerable.Range(0, 1000).Select(i => Probe(i))), TimeSpan.Zero);

        var starts = Run(schedule, TimeSpan.FromSeconds(6), _ => ProbeOutcome.Succeeded).GroupBy(start => start.Id).Select(group => group.First().At).ToList();

        Assert.That(starts, Has.Count.EqualTo(1000));
        Assert.That(starts, Has.All.LessThanOrEqualTo(TimeSpan.FromSeconds(5)));
        foreach (var second in Enumerable.Range(0, 5))
            Assert.That(starts.Count(at => (int)at.TotalSeconds == second), Is.InRange(140, 260));
    }

    [Test]
    public void Interval_AfterTheFirstStarts_SpreadOverTheWholeInterval()
    {
        var schedule = new ProbeSchedule(Options, new Random(2));
        schedule.Replace(Plan(Enumerable.Range(0, 600).Select(i => Probe(i, source: $"pod{i}", host: $"10.0.0.{i}"))), TimeSpan.Zero);

        var later = Run(schedule, TimeSpan.FromSeconds(180), _ => ProbeOutcome.Succeeded).Where(start => start.At >= TimeSpan.FromSeconds(60) && start.At < TimeSpan.FromSeconds(120)).ToList();

        Assert.That(later, Has.Count.EqualTo(600), "each exactly once an interval");
        foreach (var tenth in Enumerable.Range(0, 6))
            Assert.That(later.Count(start => (int)(start.At.TotalSeconds - 60) / 10 == tenth), Is.InRange(60, 140));
    }

    [Test]
    public void Failure_First_ConfirmedAboutEverySecondUntilThreeThenAtTheInterval()
    {
        var schedule = new ProbeSchedule(Options, new Random(3));
        schedule.Replace(Plan([Probe(1, intervalSeconds: 600)]), TimeSpan.Zero);

        var starts = Run(schedule, TimeSpan.FromSeconds(1300), _ => ProbeOutcome.TimedOut).Select(start => start.At).ToList();

        Assert.That((starts[1] - starts[0]).TotalSeconds, Is.InRange(0.9, 1.11));
        Assert.That((starts[2] - starts[1]).TotalSeconds, Is.InRange(0.9, 1.11));
        Assert.That(starts[4] - starts[3], Is.EqualTo(TimeSpan.FromSeconds(600)));
    }

    [Test]
    public void Failure_Heals_LookedAtCloserAndOftenForAWhileThenBackToTheInterval()
    {
        var schedule = new ProbeSchedule(Options, new Random(4));
        schedule.Replace(Plan([Probe(1, intervalSeconds: 600)]), TimeSpan.Zero);

        var outcomes = new Queue<ProbeOutcome>([ProbeOutcome.Succeeded, ProbeOutcome.TimedOut, ProbeOutcome.Succeeded]);
        var starts = Run(schedule, TimeSpan.FromHours(2), _ => outcomes.TryDequeue(out var outcome) ? outcome : ProbeOutcome.Succeeded).Select(start => start.At).ToList();
        var failed = starts[1];

        Assert.That(starts.Count(at => at > failed && at <= failed + TimeSpan.FromSeconds(10)), Is.EqualTo(8), "a closer look");
        Assert.That(starts.Count(at => at > failed + TimeSpan.FromSeconds(10) && at <= failed + TimeSpan.FromMinutes(10)), Is.InRange(6, 9), "an eighth of the interval");
        var later = starts.Where(at => at > failed + TimeSpan.FromMinutes(13)).ToList();
        Assert.That(later.Zip(later.Skip(1), (one, next) => next - one), Is.Not.Empty.And.All.EqualTo(TimeSpan.FromSeconds(600)));
    }

    [Test]
    public void Failure_OfEverySecond_IsLookedAtCloserOncePerInterval()
    {
        var schedule = new ProbeSchedule(Options, new Random(12));
        schedule.Replace(Plan([Probe(1, intervalSeconds: 60)]), TimeSpan.Zero);
        var next = 0;

        var starts = Run(schedule, TimeSpan.FromMinutes(20), _ => next++ % 2 == 0 ? ProbeOutcome.Succeeded : ProbeOutcome.TimedOut);

        Assert.That(starts, Has.Count.InRange(80, 300), "a share shows, and nobody is flooded");
    }

    [Test]
    public void NoEvidence_TriedAgainWithGrowingWaits_UpToTheInterval()
    {
        var schedule = new ProbeSchedule(Options, new Random(5));
        schedule.Replace(Plan([Probe(1, intervalSeconds: 10)]), TimeSpan.Zero);

        var starts = Run(schedule, TimeSpan.FromSeconds(60), _ => ProbeOutcome.SourceGone).Select(start => start.At.TotalSeconds).ToList();
        var gaps = starts.Zip(starts.Skip(1), (a, b) => b - a).ToList();

        Assert.That(gaps[0], Is.EqualTo(1).Within(0.11));
        Assert.That(gaps[1], Is.EqualTo(2).Within(0.21));
        Assert.That(gaps[2], Is.EqualTo(4).Within(0.41));
        Assert.That(gaps[^1], Is.EqualTo(10).Within(1.01));
    }

    [Test]
    public void Jump_OfAnHour_CausesNoBurstAndNoCatchingUp()
    {
        var schedule = new ProbeSchedule(Options with { SourceSpacing = TimeSpan.Zero, TargetSpacing = TimeSpan.Zero }, new Random(6));
        schedule.Replace(Plan(Enumerable.Range(0, 1000).Select(i => Probe(i))), TimeSpan.Zero);
        Run(schedule, TimeSpan.FromSeconds(70), _ => ProbeOutcome.Succeeded);

        var jump = TimeSpan.FromHours(1);
        var after = Run(schedule, jump + TimeSpan.FromSeconds(60), _ => ProbeOutcome.Succeeded, from: jump);

        Assert.That(after.Count(start => start.At < jump + TimeSpan.FromMilliseconds(500)), Is.LessThan(250), "no burst");
        Assert.That(after, Has.Count.InRange(1000, 2100), "what was missed is not made up for");
    }

    [Test]
    public void Spacing_OneSourceAndOneTarget_KeptBetweenStarts()
    {
        var schedule = new ProbeSchedule(Options with { FirstStartWithin = TimeSpan.Zero }, new Random(7));
        schedule.Replace(Plan(Enumerable.Range(0, 20).Select(i => Probe(i, source: "pod", host: $"10.0.0.{i}")).Concat(
            Enumerable.Range(20, 20).Select(i => Probe(i, source: $"pod{i}", host: "10.0.1.1")))), TimeSpan.Zero);

        var starts = Run(schedule, TimeSpan.FromSeconds(2), _ => ProbeOutcome.Succeeded);
        var fromPod = starts.Where(start => start.Source == "pod").Select(start => start.At).Take(20).ToList();
        var toTarget = starts.Where(start => start.Host == "10.0.1.1").Select(start => start.At).Take(20).ToList();

        Assert.That(fromPod.Zip(fromPod.Skip(1), (a, b) => b - a), Has.All.GreaterThanOrEqualTo(Options.SourceSpacing));
        Assert.That(toTarget.Zip(toTarget.Skip(1), (a, b) => b - a), Has.All.GreaterThanOrEqualTo(Options.TargetSpacing));
        Assert.That(toTarget[^1], Is.LessThan(TimeSpan.FromSeconds(1)), "one source's wait holds up no other");
    }

    [Test]
    public void Replace_ProbeThatStays_KeepsItsTime()
    {
        var schedule = new ProbeSchedule(Options, new Random(8));
        schedule.Replace(Plan([Probe(1)]), TimeSpan.Zero);
        var due = schedule.NextDue;

        schedule.Replace(Plan([Probe(1), Probe(2)]), TimeSpan.FromMilliseconds(1));
        schedule.Replace(Plan([Probe(1)]), TimeSpan.FromMilliseconds(2));

        Assert.That(schedule.NextDue, Is.EqualTo(due));
        Assert.That(schedule.Count, Is.EqualTo(1));
    }

    [Test]
    public void Look_AtAProbeThatWaits_StartsItSoonAndLeavesItsPhase()
    {
        var schedule = new ProbeSchedule(Options, new Random(10));
        schedule.Replace(Plan([Probe(1, intervalSeconds: 600)]), TimeSpan.Zero);
        var regular = Run(schedule, TimeSpan.FromSeconds(700), _ => ProbeOutcome.Succeeded).Count;
        var due = schedule.NextDue!.Value;
        Assert.That(regular, Is.GreaterThan(1));

        var asked = TimeSpan.FromSeconds(701);
        schedule.Replace(Plan([Probe(1, intervalSeconds: 600) with { Look = 7 }]), asked);
        Assert.That(schedule.NextDue, Is.InRange(asked, asked + Options.LookWithin));
        var started = schedule.NextDue!.Value;
        Assert.That(schedule.TakeDue(started), Is.Not.Null);
        var answer = schedule.Completed(Result(new ProbeId(1), ProbeOutcome.Succeeded), started)!.Value;
        Assert.That((answer.Look, answer.IsAnswer), Is.EqualTo(((int?)7, true)));
        Assert.That(schedule.NextDue, Is.EqualTo(due), "the interval goes on as it was");

        schedule.TakeDue(due);
        var next = schedule.Completed(Result(new ProbeId(1), ProbeOutcome.Succeeded), due)!.Value;
        Assert.That((next.Look, next.IsAnswer), Is.EqualTo(((int?)7, false)), "told at once only once");
    }

    [Test]
    public void Look_AtAProbeThatRuns_HasItRunAgain()
    {
        var schedule = new ProbeSchedule(Options, new Random(11));
        schedule.Replace(Plan([Probe(1, intervalSeconds: 600)]), TimeSpan.Zero);
        var now = schedule.NextDue!.Value;
        schedule.TakeDue(now);
        schedule.Replace(Plan([Probe(1, intervalSeconds: 600) with { Look = 7 }]), now);

        var old = schedule.Completed(Result(new ProbeId(1), ProbeOutcome.Succeeded), now)!.Value;

        Assert.That((old.Look, old.IsAnswer), Is.EqualTo(((int?)null, false)), "what it saw may be older");
        Assert.That(schedule.NextDue, Is.LessThanOrEqualTo(now + Options.LookWithin));
    }

    [Test]
    public void Completed_AfterTheProbeLeftThePlan_IsOfNoInterest()
    {
        var schedule = new ProbeSchedule(Options, new Random(9));
        schedule.Replace(Plan([Probe(1)]), TimeSpan.Zero);
        schedule.TakeDue(TimeSpan.FromSeconds(5));
        schedule.Replace(ProbePlan.Empty, TimeSpan.FromSeconds(5));

        Assert.That(schedule.Completed(Result(new ProbeId(1), ProbeOutcome.Succeeded), TimeSpan.FromSeconds(6)), Is.Null);
        Assert.That(schedule.NextDue, Is.Null);
    }

    [Test]
    public void AnyOutcomes_EveryProbeRunsAndNoneTwiceAtOnce() =>
        Prop.ForAll<int, ProbeOutcome[]>((seed, outcomes) =>
        {
            var schedule = new ProbeSchedule(Options, new Random(seed));
            schedule.Replace(Plan(Enumerable.Range(0, 30).Select(i => Probe(i, source: $"pod{i % 3}", host: $"10.0.0.{i % 4}"))), TimeSpan.Zero);
            var next = 0;
            var starts = Run(schedule, TimeSpan.FromSeconds(130), _ => outcomes.Length == 0 ? ProbeOutcome.Succeeded : outcomes[next++ % outcomes.Length], duration: TimeSpan.FromSeconds(3));
            var gaps = starts.GroupBy(start => start.Id).Select(group => group.Select(start => start.At).ToList()).ToList();
            return gaps.Count == 30 && gaps.All(at => at.Zip(at.Skip(1), (a, b) => b - a).All(gap => gap >= TimeSpan.FromSeconds(3)));
        }).QuickCheckThrowOnFailure();

    private static List<(ProbeId Id, TimeSpan At, string Source, string Host)> Run(
        ProbeSchedule schedule, TimeSpan until, Func<ProbeId, ProbeOutcome> outcome, TimeSpan? from = null, TimeSpan duration = default)
    {
        var starts = new List<(ProbeId, TimeSpan, string, string)>();
        var ends = new PriorityQueue<ProbeId, TimeSpan>();
        var now = from ?? schedule.NextDue ?? TimeSpan.Zero;
        while (now <= until)
        {
            while (ends.TryPeek(out var done, out var at) && at <= now)
            {
                ends.Dequeue();
                schedule.Completed(Result(done, outcome(done)), now);
            }

            while (schedule.TakeDue(now) is { } probe)
            {
                starts.Add((probe.Id, now, probe.Source, probe.Host));
                ends.Enqueue(probe.Id, now + duration);
            }

            var next = schedule.NextDue;
            if (ends.TryPeek(out _, out var end) && (next is null || end < next))
                next = end;
            if (next is null)
                break;
            now = next.Value > now ? next.Value : now;
        }

        return starts;
    }

    private static ProbeResult Result(ProbeId id, ProbeOutcome outcome) => new() { Probe = id, Time = default, Outcome = outcome };

    private static ProbePlan Plan(IEnumerable<PlannedProbe> probes) => ProbePlan.Empty with { Probes = probes.ToImmutableDictionary(probe => probe.Id) };

    private static PlannedProbe Probe(int id, int intervalSeconds = 60, string source = "pod", string host = "10.0.0.1") => new()
    {
        Id = new ProbeId((ulong)id),
        Source = source,
        Host = host,
        Port = 80,
        Protocol = ProbeProtocol.Tcp,
        IntervalMilliseconds = intervalSeconds * 1000,
        TimeoutMilliseconds = 3000,
    };
}

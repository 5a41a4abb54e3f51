using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;

namespace Plumbline.Agent.Tests;

/// <summary>The schedule under load: what holds for any plan, and what it does when the plan is too much.</summary>
internal sealed class ScheduleLoadTests
{
    private static readonly ScheduleOptions Options = new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(20));

    [Test]
    public void AnyPlan_KeepsItsDistancesAndItsConcurrency() =>
        Prop.ForAll(Loads().ToArbitrary(), load =>
        {
            var (schedule, probes) = Make(load);
            var run = Simulate(schedule, load.Concurrency, TimeSpan.FromSeconds(60), probe => TimeSpan.FromMilliseconds(probe.Port));
            Assert.That(run.MostAtOnce, Is.LessThanOrEqualTo(load.Concurrency));
            foreach (var starts in run.Starts.GroupBy(start => start.Probe.Source).Where(group => group.Key != ProbeSource.NodeId))
                Assert.That(Gaps(starts), Has.All.GreaterThanOrEqualTo(Options.SourceSpacing));
            foreach (var starts in run.Starts.GroupBy(start => start.Probe.Host))
                Assert.That(Gaps(starts), Has.All.GreaterThanOrEqualTo(Options.TargetSpacing));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void AnyPlanThatCapacityAllows_HasAFullRoundInEveryInterval() =>
        Prop.ForAll(Loads().ToArbitrary(), load =>
        {
            // At most 60 probes an interval of 30 s: even all from one pod (3 s) and with the slowest answers (60 × 1 s / 8) it is far from full.
            var (schedule, probes) = Make(load with { Concurrency = 8 });
            var run = Simulate(schedule, 8, TimeSpan.FromSeconds(120), probe => TimeSpan.FromMilliseconds(probe.Port));
            foreach (var probe in probes)
            {
                var starts = run.Starts.Where(start => start.Probe.Id == probe.Id).Select(start => start.At).ToList();
                Assert.That(starts[0], Is.LessThan(TimeSpan.FromSeconds(15)));
                foreach (var round in new[] { 30, 60 })
                    Assert.That(starts.Count(at => at >= TimeSpan.FromSeconds(round) && at < TimeSpan.FromSeconds(round + 40)), Is.InRange(1, 2), $"probe {probe.Id} in the round of {round} s");
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void BusyTarget_HoldsUpNoOtherProbeOfTheSameSources()
    {
        // 1,000 probes towards one host need 20 s, their interval is 10 s: they are late, for ever.
        var hot = Enumerable.Range(0, 1_000).Select(i => Probe(i, $"pod{i % 50}", "10.9.9.9", intervalSeconds: 10));
        var others = Enumerable.Range(1_000, 50).Select(i => Probe(i, $"pod{i % 50}", $"10.0.0.{i % 50}", intervalSeconds: 10)).ToList();
        var schedule = new ProbeSchedule(Options, new Random(1));
        schedule.Replace(Plan([.. hot, .. others]), TimeSpan.Zero);

        var run = Simulate(schedule, 64, TimeSpan.FromSeconds(120), _ => TimeSpan.FromMilliseconds(5));

        foreach (var probe in others)
            Assert.That(Gaps(run.Starts.Where(start => start.Probe.Id == probe.Id).Skip(1)), Has.All.EqualTo(TimeSpan.FromSeconds(10)).Within(TimeSpan.FromSeconds(1)));
        Assert.That(run.Starts.Count(start => start.Probe.Host == "10.9.9.9"), Is.GreaterThan(5_500), "and the busy one is used as far as its cap allows");
        Assert.That(schedule.Lag(TimeSpan.FromSeconds(120)).TotalSeconds, Is.GreaterThan(5), "it says that it is late");
    }

    [Test]
    public void MoreThanCapacity_EveryProbeGetsTheSameShare()
    {
        // Everything times out after 3 s, 16 at once: 5 probes a second, and 600 are wanted every 30 s.
        var schedule = new ProbeSchedule(Options, new Random(2));
        schedule.Replace(Plan(Enumerable.Range(0, 600).Select(i => Probe(i, $"pod{i}", $"10.0.{i / 250}.{i % 250}", intervalSeconds: 30))), TimeSpan.Zero);

        var run = Simulate(schedule, 16, TimeSpan.FromMinutes(30), _ => TimeSpan.FromSeconds(3));
        var shares = run.Starts.GroupBy(start => start.Probe.Id).Select(group => group.Count()).ToList();

        Assert.That(shares, Has.Count.EqualTo(600));
        Assert.That(shares.Max() - shares.Min(), Is.LessThanOrEqualTo(2), $"{shares.Min()} to {shares.Max()}");
        Assert.That(schedule.Lag(TimeSpan.FromMinutes(30)).TotalSeconds, Is.GreaterThan(60));
    }

    [Test]
    public void SlowTargets_LeaveTheOthersTheirIntervalAsLongAsThereIsRoom()
    {
        var slow = Enumerable.Range(0, 40).Select(i => Probe(i, $"pod{i}", "10.6.6.6", intervalSeconds: 30));
        var others = Enumerable.Range(100, 200).Select(i => Probe(i, $"pod{i}", $"10.0.0.{i}", intervalSeconds: 30)).ToList();
        var schedule = new ProbeSchedule(Options, new Random(3));
        schedule.Replace(Plan([.. slow, .. others]), TimeSpan.Zero);

        var run = Simulate(schedule, 16, TimeSpan.FromSeconds(180), probe => probe.Host == "10.6.6.6" ? TimeSpan.FromSeconds(5) : TimeSpan.FromMilliseconds(2));

        foreach (var probe in others)
            Assert.That(Gaps(run.Starts.Where(start => start.Probe.Id == probe.Id).Skip(2)), Has.All.EqualTo(TimeSpan.FromSeconds(30)).Within(TimeSpan.FromSeconds(5)));
        Assert.That(schedule.Lag(TimeSpan.FromSeconds(180)).TotalSeconds, Is.LessThan(5));
    }

    [Test]
    public void PartOfAName_Fails_ConfirmedQuicklyAndAgainWhenItsSetChanges()
    {
        var schedule = new ProbeSchedule(Options, new Random(4));
        schedule.Replace(Plan([Probe(1, "pod", "name", intervalSeconds: 600)]), TimeSpan.Zero);
        FailedAddress[] one = [new("10.0.0.1", ProbeOutcome.TimedOut, null)];
        FailedAddress[] sameOtherwise = [new("10.0.0.1", ProbeOutcome.ConnectionRefused, "x")];
        FailedAddress[] two = [new("10.0.0.2", ProbeOutcome.TimedOut, null), new("10.0.0.1", ProbeOutcome.TimedOut, null)];

        var waits = new List<double>();
        var now = TimeSpan.Zero;
        foreach (var failed in new[] { [], one, sameOtherwise, one, two, [], [] })
        {
            now = schedule.NextDue!.Value;
            var probe = schedule.TakeDue(now)!;
            schedule.Completed(new ProbeResult { Probe = probe.Id, Time = default, Outcome = ProbeOutcome.Succeeded, FailedAddresses = failed }, now);
            waits.Add((schedule.NextDue!.Value - now).TotalSeconds);
        }

        Assert.That(waits[1..3], Has.All.LessThan(1.2), "confirmed twice");
        Assert.That(waits[3], Is.GreaterThan(10), "then at the interval");
        Assert.That(waits[4], Is.LessThan(1.2), "another set: confirmed again");
        Assert.That(waits[6], Is.EqualTo(600).Within(1));
    }

    [Test]
    public void PartOfAName_FailsDifferentlyEachTime_ComesBackToTheInterval()
    {
        var schedule = new ProbeSchedule(Options, new Random(5));
        schedule.Replace(Plan([Probe(1, "pod", "name", intervalSeconds: 600)]), TimeSpan.Zero);

        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            var now = schedule.NextDue!.Value;
            var probe = schedule.TakeDue(now)!;
            FailedAddress[] failed = [new($"10.0.0.{i % 2}", ProbeOutcome.TimedOut, null)];
            schedule.Completed(new ProbeResult { Probe = probe.Id, Time = default, Outcome = ProbeOutcome.Succeeded, FailedAddresses = failed }, now);
            waits.Add((schedule.NextDue!.Value - now).TotalSeconds);
        }

        Assert.That(waits.Take(6), Has.All.LessThan(1.2));
        Assert.That(waits.Skip(7), Has.All.EqualTo(600).Within(1));
    }

    private static (ProbeSchedule Schedule, List<PlannedProbe> Probes) Make(Load load)
    {
        var random = new Random(load.Seed);
        var probes = Enumerable.Range(0, load.Probes)
            .Select(i => Probe(i, random.Next(load.Sources) is > 0 and var source ? $"pod{source}" : ProbeSource.NodeId, $"10.0.0.{random.Next(load.Targets)}", 30) with { Port = random.Next(1, 1_000) })
            .ToList();
        var schedule = new ProbeSchedule(Options, random);
        schedule.Replace(Plan(probes), TimeSpan.Zero);
        return (schedule, probes);
    }

    private static Gen<Load> Loads() =>
        from probes in Gen.Choose(1, 60)
        from sources in Gen.Choose(1, 6)
        from targets in Gen.Choose(1, 6)
        from concurrency in Gen.Choose(1, 10)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select new Load(probes, sources, targets, concurrency, seed);

    private static IEnumerable<TimeSpan> Gaps(IEnumerable<(PlannedProbe Probe, TimeSpan At)> starts)
    {
        var at = starts.Select(start => start.At).ToList();
        return at.Zip(at.Skip(1), (a, b) => b - a);
    }

    /// <summary>As the scheduler drives it: the schedule is asked only while there is room for one more.</summary>
    private static (List<(PlannedProbe Probe, TimeSpan At)> Starts, int MostAtOnce) Simulate(
        ProbeSchedule schedule, int concurrency, TimeSpan until, Func<PlannedProbe, TimeSpan> duration)
    {
        var starts = new List<(PlannedProbe, TimeSpan)>();
        var ends = new PriorityQueue<ProbeId, TimeSpan>();
        var (now, most) = (TimeSpan.Zero, 0);
        while (now <= until)
        {
            while (ends.TryPeek(out var done, out var at) && at <= now)
            {
                ends.Dequeue();
                schedule.Completed(new ProbeResult { Probe = done, Time = default, Outcome = ProbeOutcome.Succeeded }, now);
            }

            while (ends.Count < concurrency && schedule.TakeDue(now) is { } probe)
            {
                starts.Add((probe, now));
                ends.Enqueue(probe.Id, now + duration(probe));
                most = Math.Max(most, ends.Count);
            }

            TimeSpan? next = ends.Count < concurrency ? schedule.NextDue : null;
            if (ends.TryPeek(out _, out var end) && (next is null || end < next))
                next = end;
            if (next is null)
                break;
            now = next.Value > now ? next.Value : now;
        }

        return (starts, most);
    }

    private static ProbePlan Plan(IEnumerable<PlannedProbe> probes) => ProbePlan.Empty with { Probes = probes.ToImmutableDictionary(probe => probe.Id) };

    private static PlannedProbe Probe(int id, string source, string host, int intervalSeconds) => new()
    {
        Id = new ProbeId((ulong)id),
        Source = source,
        Host = host,
        Port = 80,
        Protocol = ProbeProtocol.Tcp,
        IntervalMilliseconds = intervalSeconds * 1000,
        TimeoutMilliseconds = 3000,
    };

    private sealed record Load(int Probes, int Sources, int Targets, int Concurrency, int Seed);
}

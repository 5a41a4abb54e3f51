using FsCheck;
using FsCheck.Fluent;
using Plumbline.Agent.Delivery;
using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Testing;

namespace Plumbline.Agent.Tests;

internal sealed class ReportLedgerTests
{
    private ManualTimeProvider _clock = null!;
    private readonly Dictionary<ProbeId, ResultRun> _runs = [];
    private ReportLedger _ledger = null!;

    [SetUp]
    public void Make()
    {
        _clock = new ManualTimeProvider();
        _runs.Clear();
        _ledger = new ReportLedger(new ReportLedgerOptions(), _clock);
        _ledger.LinkOpened();
    }

    [Test]
    public void Observe_FirstResultAndEveryChange_ReportedAtOnce()
    {
        var news = 0;
        _ledger.NewsArrived = () => news++;

        See(ProbeOutcome.Succeeded, ProbeOutcome.Succeeded, ProbeOutcome.TimedOut, ProbeOutcome.Succeeded);

        Assert.That(news, Is.EqualTo(3));
        Assert.That(Take().Select(report => report.Last.Outcome), Is.EqualTo([ProbeOutcome.Succeeded, ProbeOutcome.TimedOut, ProbeOutcome.Succeeded]));
    }

    [Test]
    public void Observe_LongRunOfFailures_AtOnceUntilConfirmedThenAggregated()
    {
        See([.. Enumerable.Repeat(ProbeOutcome.TimedOut, 9)]);

        Assert.That(Take().Select(report => report.RunLength), Is.EqualTo([1, 2, 3]));
        _clock.Advance(TimeSpan.FromSeconds(5));
        var aggregate = Take().Single();
        Assert.That(aggregate.RunLength, Is.EqualTo(9));
        Assert.That(aggregate.Attempts, Is.EqualTo(6));
        Assert.That(aggregate.Successes, Is.Zero);
    }

    [Test]
    public void PartOfAName_FailsOrHeals_ReportedAtOnceAsARunOfItsOwn()
    {
        var probe = new ProbeId(1);
        FailedAddress[] one = [new("10.0.0.1", ProbeOutcome.TimedOut, null)];
        FailedAddress[] other = [new("10.0.0.2", ProbeOutcome.TimedOut, null)];
        foreach (var failed in new[] { [], [], one, one, other, [], [] })
            Observe(new ProbeResult { Probe = probe, Time = _clock.GetUtcNow(), Outcome = ProbeOutcome.Succeeded, FailedAddresses = failed });

        var reports = Take();

        Assert.That(reports.Select(report => report.Last.FailedAddresses.SingleOrDefault()?.Address), Is.EqualTo(new[] { null, "10.0.0.1", "10.0.0.1", "10.0.0.2", null }));
        Assert.That(reports.Select(report => report.RunLength), Is.EqualTo([1, 1, 2, 1, 1]), "each set of failed addresses is a run");
        Assert.That(reports.Sum(report => report.Successes), Is.EqualTo(6), "the last one folds into the aggregate");
    }

    [Test]
    public void Run_FailuresOfTwoKinds_IsOne()
    {
        See(ProbeOutcome.TimedOut);
        var first = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(1));
        See(ProbeOutcome.ConnectionRefused);

        var last = Take()[^1];

        Assert.That(last.RunLength, Is.EqualTo(2));
        Assert.That(last.RunStarted, Is.EqualTo(first));
    }

    [Test]
    public void Run_ResultsThatAreNoEvidence_NeitherExtendNorEndIt()
    {
        See(ProbeOutcome.TimedOut, ProbeOutcome.SourceGone, ProbeOutcome.NotRun, ProbeOutcome.TimedOut);

        Assert.That(Take().Select(report => report.RunLength), Is.EqualTo([1, 1, 1, 2]));
    }

    [Test]
    public void Aggregate_Successes_CountsAndLatenciesEveryFewSeconds()
    {
        See(ProbeOutcome.Succeeded);
        Take();
        See([.. Enumerable.Repeat(ProbeOutcome.Succeeded, 30)]);

        Assert.That(Take(), Is.Empty, "no news");
        _clock.Advance(TimeSpan.FromSeconds(5));
        var aggregate = Take().Single();
        Assert.That((aggregate.Attempts, aggregate.Successes, aggregate.ConnectMilliseconds.Length), Is.EqualTo((30, 30, 16)));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Take(), Is.Empty, "nothing happened");
    }

    [Test]
    public void Link_Lost_TransitionsReplayedInOrderWithTheirTimes()
    {
        See(ProbeOutcome.Succeeded);
        var lost = _ledger.TakeBatch()!;
        var times = new List<DateTimeOffset>();
        foreach (var outcome in new[] { ProbeOutcome.TimedOut, ProbeOutcome.Succeeded, ProbeOutcome.Rejected })
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            times.Add(_clock.GetUtcNow());
            See(outcome);
        }

        _ledger.LinkOpened();

        Assert.That(_ledger.TakeBatch(), Is.SameAs(lost), "under its old number");
        var replayed = _ledger.TakeBatch()!;
        Assert.That(replayed.Sequence, Is.EqualTo(lost.Sequence + 1));
        Assert.That(replayed.Reports.Take(3).Select(report => report.Last.Time), Is.EqualTo(times));
    }

    [Test]
    public void Link_Opened_TellsTheStateOfEveryProbe()
    {
        See(ProbeOutcome.Succeeded);
        _ledger.Acknowledge(_ledger.TakeBatch()!.Sequence);

        _ledger.LinkOpened();

        var state = Take().Single();
        Assert.That((state.Last.Outcome, state.RunLength, state.Attempts), Is.EqualTo((ProbeOutcome.Succeeded, 1, 0)));
    }

    [Test]
    public void Acknowledge_UpToANumber_TheLaterOnesStay()
    {
        var batches = new List<ReportBatch>();
        foreach (var outcome in new[] { ProbeOutcome.Succeeded, ProbeOutcome.TimedOut, ProbeOutcome.Succeeded })
        {
            See(outcome);
            batches.Add(_ledger.TakeBatch()!);
        }

        _ledger.Acknowledge(batches[1].Sequence);
        _ledger.LinkOpened();

        Assert.That(_ledger.TakeBatch(), Is.SameAs(batches[2]));
    }

    [Test]
    public void Window_NothingAcknowledged_StopsSending()
    {
        for (var i = 0; i < 20; i++)
        {
            See(i % 2 == 0 ? ProbeOutcome.Succeeded : ProbeOutcome.TimedOut);
            _ = _ledger.TakeBatch();
        }

        Assert.That(_ledger.TakeBatch(), Is.Null);
        _ledger.Acknowledge(1);
        Assert.That(_ledger.TakeBatch()!.Reports, Has.Length.EqualTo(12), "what waited goes together");
    }

    [Test]
    public void Room_RunsOut_RepeatsGoFirstAndTheirCountsStay()
    {
        _ledger = new ReportLedger(new ReportLedgerOptions { MaxNews = 4 }, _clock);
        _ledger.LinkOpened();

        See(ProbeOutcome.Succeeded, ProbeOutcome.TimedOut, ProbeOutcome.TimedOut, ProbeOutcome.TimedOut, ProbeOutcome.Succeeded, ProbeOutcome.Rejected);

        var reports = Take();
        Assert.That(reports.Select(report => report.Last.Outcome), Is.EqualTo([ProbeOutcome.Succeeded, ProbeOutcome.TimedOut, ProbeOutcome.Succeeded, ProbeOutcome.Rejected]));
        Assert.That(_ledger.Dropped, Is.EqualTo(2));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(reports.Concat(Take()).Sum(report => report.Attempts), Is.EqualTo(6));
    }

    [Test]
    public void Plan_ProbeRemoved_NothingMoreIsSaidOfIt()
    {
        See(ProbeOutcome.Succeeded);

        _ledger.KeepOnly(ProbePlan.Empty, []);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That(_ledger.TakeBatch(), Is.Null);
    }

    [Test]
    public void AnyHistory_WithLinksComingAndGoing_EveryAttemptToldOnceAndTransitionsInOrder() =>
        Prop.ForAll<(byte Probe, bool Fails, byte Event)[]>(history =>
        {
            var clock = new ManualTimeProvider();
            var runs = new Dictionary<ProbeId, ResultRun>();
            var ledger = new ReportLedger(new ReportLedgerOptions { MaxBatch = 3, MaxUnacknowledged = 2 }, clock);
            var received = new SortedDictionary<long, ReportBatch>();
            ledger.LinkOpened();
            foreach (var (probe, fails, happening) in history)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                Observe(ledger, runs, Result(probe % 4, fails ? ProbeOutcome.TimedOut : ProbeOutcome.Succeeded, clock));
                if (happening % 5 == 0)
                    ledger.LinkOpened();
                if (happening % 3 != 0 || ledger.TakeBatch() is not { } batch)
                    continue;

                // A link delivers in order: what it loses, it loses by ending. The acknowledgement may be lost with it.
                if (happening % 2 == 0)
                    received[batch.Sequence] = batch;
                if (happening % 4 == 0)
                    ledger.Acknowledge(batch.Sequence);
                else
                    ledger.LinkOpened();
            }

            ledger.LinkOpened();
            while (ledger.TakeBatch() is { } batch)
            {
                received[batch.Sequence] = batch;
                ledger.Acknowledge(batch.Sequence);
            }

            var reports = received.Values.SelectMany(batch => batch.Reports).ToList();
            return reports.Sum(report => report.Attempts) == history.Length
                && reports.GroupBy(report => report.Last.Probe).All(group => group.Select(report => report.Last.Time).SequenceEqual(group.Select(report => report.Last.Time).Order()));
        }).QuickCheckThrowOnFailure();

    private void Observe(ProbeResult result) => Observe(_ledger, _runs, result);

    /// <summary>As the schedule counts, for a row with the default threshold.</summary>
    private static void Observe(ReportLedger ledger, Dictionary<ProbeId, ResultRun> runs, ProbeResult result)
    {
        var run = runs[result.Probe] = runs.GetValueOrDefault(result.Probe).With(result);
        ledger.Observe(result, new Standing(run, result.Outcome.IsEvidence() && !run.IsPlain && run.Length <= 3));
    }

    private void See(params ProbeOutcome[] outcomes)
    {
        foreach (var outcome in outcomes)
            Observe(Result(1, outcome, _clock));
    }

    private List<ProbeReport> Take()
    {
        var reports = new List<ProbeReport>();
        while (_ledger.TakeBatch() is { } batch)
        {
            reports.AddRange(batch.Reports);
            _ledger.Acknowledge(batch.Sequence);
        }

        return reports;
    }

    private static ProbeResult Result(int probe, ProbeOutcome outcome, ManualTimeProvider clock) => new()
    {
        Probe = new ProbeId((ulong)probe),
        Time = clock.GetUtcNow(),
        Outcome = outcome,
        Timings = outcome == ProbeOutcome.Succeeded ? new ProbeTimings(null, 0.5, null, null) : ProbeTimings.None,
    };
}

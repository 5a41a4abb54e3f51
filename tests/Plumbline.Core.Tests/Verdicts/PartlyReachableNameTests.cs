using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Tests.Building;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Verdicts;

/// <summary>A name that works at some of its addresses and not at others.</summary>
public class PartlyReachableNameTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly FailedAddress Dead = new("203.0.113.7", ProbeOutcome.TimedOut, null);

    private readonly World _world = new World().Workload("client", 1).Component("provider", new Binding.External([new("mail.example.com", [])]));
    private readonly DocumentedConnection _row = Row("client", "provider", 993);
    private ProbeEvidence _evidence = ProbeEvidence.None;
    private DateTimeOffset _now;

    [SetUp]
    public void Forget() => (_evidence, _now) = (ProbeEvidence.None, Start);

    [Test]
    public void Judge_OneAddressFailsThreeTimes_IsPartlyReachableAndNamesIt()
    {
        var verdict = After(Partly(Dead), Partly(Dead), Partly(Dead));

        Assert.That((verdict.Reason, verdict.Reachable, verdict.Probed), Is.EqualTo((Reasons.PartlyReachable, 0, 1)));
        Assert.That(verdict.Explanation, Is.EqualTo("client → provider:993: the only pair fails: client/client-0 → mail.example.com:993, works at 203.0.113.1, but not at 203.0.113.7 (TimedOut)"));
        Assert.That(verdict.Failures.Single(), Has.Property("Reason").EqualTo(Reasons.PartlyReachable).And.Property("Since").EqualTo(Start.AddSeconds(1)));
    }

    [Test]
    public void Judge_OneBlip_StaysReachable()
    {
        Assert.That(After(Whole, Partly(Dead)).Reason, Is.EqualTo(Reasons.Reachable));
        Assert.That(After(Partly(Dead)).Reason, Is.EqualTo(Reasons.Reachable), "the second in a row");
        Assert.That(After(Whole, Partly(Dead), Partly(Dead)).Reason, Is.EqualTo(Reasons.Reachable), "whole in between: a new run");
    }

    [Test]
    public void Judge_TheSameReportAgain_CountsOnce()
    {
        var report = Partly(Dead);
        _ = After(report, report, report);

        Assert.That(_evidence.Runs.NotWhole([]).Length, Is.EqualTo(1));
    }

    [Test]
    public void Judge_Recovered_IsReachableAtOnce() =>
        Assert.That(After(Partly(Dead), Partly(Dead), Partly(Dead), Whole).Reason, Is.EqualTo(Reasons.Reachable));

    /// <summary>Where one address is dead and the other flaps, neither kind of result comes three times in a row.</summary>
    [Test]
    public void Judge_NowPartlyNowNotAtAll_CountsBoth() =>
        Assert.That(After(Partly(Dead), Failure, Partly(Dead)).Reason, Is.EqualTo(Reasons.PartlyReachable));

    [Test]
    public void Judge_ManyAddressesFail_NamesThree()
    {
        var failed = Enumerable.Range(1, 8).Select(i => new FailedAddress($"203.0.113.1{i}", ProbeOutcome.ConnectionRefused, null)).ToArray();

        Assert.That(After(Partly(failed), Partly(failed), Partly(failed)).Explanation, Does.EndWith("not at 203.0.113.11 (ConnectionRefused), 203.0.113.12 (ConnectionRefused), 203.0.113.13 (ConnectionRefused) and 5 more"));
    }

    [Test]
    public void Judge_BlockedIsExpected_IsOpen() =>
        Assert.That(After(_row with { Expect = Expectation.Blocked }, Partly(Dead), Partly(Dead), Partly(Dead)).Reason, Is.EqualTo(Reasons.OpenButExpectedBlocked));

    /// <summary>Most public names have IPv6 addresses, most pods have none: their clients never try those.</summary>
    [Test]
    public void Judge_AddressOfAFamilyThatTheSourceLacks_DoesNotCount()
    {
        var six = new FailedAddress("2001:db8::7", ProbeOutcome.Unreachable, null);

        Assert.That(After(Partly(six), Partly(six), Partly(six), Partly(six)).Reason, Is.EqualTo(Reasons.Reachable));
    }

    [Test]
    public void Judge_AddressThatCouldNotBeTried_DoesNotCount()
    {
        var refused = new FailedAddress("169.254.169.254", ProbeOutcome.NotRun, "not allowed");

        Assert.That(After(Partly(refused), Partly(refused), Partly(refused)).Reason, Is.EqualTo(Reasons.Reachable));
    }

    /// <summary>DNS names a pod for some seconds after it went: a rollout must not turn the row red.</summary>
    [Test]
    public void Judge_PodThatWentAwayBehindAHeadlessService_CountsOnlyWhenItLasts()
    {
        var world = new World().Workload("client", 1).Workload("db", 1).Service("db", 5432, 5432);
        var row = Row("client", "db", 5432);
        var pair = ((ConnectionResolution.Resolved)world.Resolve(row)).Pairs.Single(p => p.Target.Kind == TargetKind.Service);
        pair = pair with { Target = pair.Target with { Behind = ["10.0.0.2"] } };
        var gone = Partly(new FailedAddress("10.0.0.99", ProbeOutcome.TimedOut, null)).Last;
        var known = Partly(new FailedAddress("10.0.0.2", ProbeOutcome.TimedOut, null)).Last;

        Assert.That(ConditionAfter(gone, Start), Is.EqualTo(PairCondition.Up));
        Assert.That(ConditionAfter(gone, Start + row.Settings.SettledWithin), Is.EqualTo(PairCondition.Partly));
        Assert.That(ConditionAfter(known, Start), Is.EqualTo(PairCondition.Partly));

        PairCondition ConditionAfter(ProbeResult result, DateTimeOffset now)
        {
            var evidence = ProbeEvidence.None.With(new ProbeReport { Last = result with { Time = now }, RunStarted = Start, RunLength = 3, Successes = 3 }, now);
            return PairJudge.Judge(ProbePlanner.Probe(row, pair), evidence, row, agentAvailable: true, now).Condition;
        }
    }

    private static ProbeReport Whole => Report(ProbeOutcome.Succeeded);

    private static ProbeReport Failure => Report(ProbeOutcome.TimedOut);

    private static ProbeReport Partly(params FailedAddress[] failed) => Report(ProbeOutcome.Succeeded, failed);

    private static ProbeReport Report(ProbeOutcome outcome, params FailedAddress[] failed) => new()
    {
        Last = new ProbeResult { Probe = default, Time = default, Outcome = outcome, Address = "203.0.113.1", FailedAddresses = failed },
        RunStarted = default,
        RunLength = 1,
        Successes = outcome == ProbeOutcome.Succeeded ? 1 : 0,
    };

    private Verdict After(params ProbeReport[] reports) => After(_row, reports);

    private Verdict After(DocumentedConnection row, params ProbeReport[] reports)
    {
        ProbeReport? before = null;
        foreach (var report in reports)
        {
            _now = ReferenceEquals(report, before) ? _now : _now.AddSeconds(1);
            before = report;
            _evidence = _evidence.With(report with { Last = report.Last with { Time = _now }, RunStarted = _now }, _now);
        }

        var resolved = (ConnectionResolution.Resolved)_world.Resolve(row);
        var probe = ProbePlanner.Probe(row, resolved.Pairs.Single());
        return ConnectionJudge.Judge(row, resolved, [PairJudge.Judge(probe, _evidence, row, true, _now)], new FailureExplainer(_ => null), _ => default);
    }
}

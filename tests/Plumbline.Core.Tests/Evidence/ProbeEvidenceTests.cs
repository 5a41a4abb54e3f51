using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Evidence;

public class ProbeEvidenceTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void With_FailuresOfSeveralKinds_CountsEachOnce()
    {
        // Refused, then two timeouts are three failures in a row.
        var evidence = ProbeEvidence.None
            .With(Report(0, ProbeOutcome.ConnectionRefused, run: 1, started: 0), At(0))
            .With(Report(1, ProbeOutcome.TimedOut, run: 2, started: 0), At(1))
            .With(Report(2, ProbeOutcome.TimedOut, run: 3, started: 0), At(2));

        Assert.That(evidence.Runs.Failing([]), Is.EqualTo(new Streak(3, At(0))));
    }

    [Test]
    public void With_AgentRestartedWhileFailing_GoesOnCounting()
    {
        var evidence = ProbeEvidence.None
            .With(Report(0, ProbeOutcome.TimedOut, run: 5, started: 0), At(0))
            .With(Report(60, ProbeOutcome.TimedOut, run: 1, started: 60), At(60));

        Assert.That(evidence.Runs.Failing([]), Is.EqualTo(new Streak(6, At(0))));
    }

    [Test]
    public void With_TheSameReportAgain_ChangesNothing()
    {
        var report = Report(0, ProbeOutcome.TimedOut, run: 2, started: 0);

        Assert.That(ProbeEvidence.None.With(report, At(0)).With(report, At(1)).Runs.Failing([]).Length, Is.EqualTo(2));
    }

    [Test]
    public void With_SuccessInBetween_StartsANewRun()
    {
        var evidence = ProbeEvidence.None
            .With(Report(0, ProbeOutcome.TimedOut, run: 5, started: 0), At(0))
            .With(Report(9, ProbeOutcome.TimedOut, run: 1, started: 9) with { Successes = 1 }, At(9));

        Assert.That(evidence.Runs.Failing([]), Is.EqualTo(new Streak(1, At(9))));
        Assert.That(evidence.Runs.HasWorked([]), Is.True);
    }

    [Test]
    public void With_ReplayOfAnOlderFailure_DoesNotOverruleANewerSuccess()
    {
        var evidence = ProbeEvidence.None
            .With(Report(10, ProbeOutcome.Succeeded, run: 3, started: 5), At(10))
            .With(Report(4, ProbeOutcome.TimedOut, run: 3, started: 1), At(11));

        Assert.That((evidence.Runs.Failing([]).Length, evidence.Last!.Outcome), Is.EqualTo((0, ProbeOutcome.Succeeded)));
    }

    [Test]
    public void With_StatusesThatOneRowTakes_AreFailuresForTheOther()
    {
        var evidence = ProbeEvidence.None.With(Status(0, 200), At(0)).With(Status(1, 503), At(1)).With(Status(2, 500), At(2))
            .With(Report(3, ProbeOutcome.TimedOut, run: 1, started: 3), At(3)).With(Status(4, 503), At(4));

        Assert.That(evidence.Runs.Failing([200, 204]), Is.EqualTo(new Streak(4, At(1))), "whatever the kind of failure");
        Assert.That(evidence.Runs.Failing([503]), Is.EqualTo(default(Streak)));
        Assert.That(evidence.Runs.Failing([]), Is.EqualTo(default(Streak)), "any status is right");
        Assert.That((evidence.Runs.HasWorked([200]), evidence.Runs.HasWorked([404])), Is.EqualTo((true, false)));
    }

    [Test]
    public void With_StatusThatChangesForEver_StaysSmallAndCounts()
    {
        var evidence = ProbeEvidence.None;
        for (var i = 0; i < 1_000; i++)
            evidence = evidence.With(Status(i, 500 + (i % 2)), At(i));

        Assert.That(evidence.Runs.Failing([200]).Length, Is.InRange(ProbeSettings.MaxFailureThreshold, ProbeSettings.MaxFailureThreshold + 1), "bounded, and enough for any threshold that the API takes");
    }

    private static ProbeReport Status(int second, int status) => new()
    {
        Last = new ProbeResult { Probe = new ProbeId(1), Time = At(second), Outcome = ProbeOutcome.Succeeded, HttpStatus = status },
        RunStarted = At(second),
        RunLength = 1,
        Attempts = 1,
        Successes = 1,
    };

    private static DateTimeOffset At(int second) => Start.AddSeconds(second);

    private static ProbeReport Report(int second, ProbeOutcome outcome, int run, int started) => new()
    {
        Last = new ProbeResult { Probe = new ProbeId(1), Time = At(second), Outcome = outcome },
        RunStarted = At(started),
        RunLength = run,
        Attempts = 1,
    };
}

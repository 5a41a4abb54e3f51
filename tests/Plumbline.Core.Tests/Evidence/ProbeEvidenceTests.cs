using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Tests.Evidence;

public class ProbeEvidenceTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void With_FailuresOfSeveralKinds_CountsEachOnce()
    {
        // The start of a run moves with the outcome, its length does not: refused, then two timeouts are three failures, not four.
        var evidence = ProbeEvidence.None
            .With(Report(0, ProbeOutcome.ConnectionRefused, run: 1, started: 0), At(0))
            .With(Report(1, ProbeOutcome.TimedOut, run: 2, started: 1), At(1))
            .With(Report(2, ProbeOutcome.TimedOut, run: 3, started: 1), At(2));

        Assert.That(evidence.FailureRun, Is.EqualTo(3));
        Assert.That(evidence.FailingSince, Is.EqualTo(At(0)));
    }

    [Test]
    public void With_AgentRestartedWhileFailing_GoesOnCounting()
    {
        var evidence = ProbeEvidence.None
            .With(Report(0, ProbeOutcome.TimedOut, run: 5, started: 0), At(0))
            .With(Report(60, ProbeOutcome.TimedOut, run: 1, started: 60), At(60));

        Assert.That(evidence.FailureRun, Is.EqualTo(6));
        Assert.That(evidence.FailingSince, Is.EqualTo(At(0)));
    }

    [Test]
    public void With_TheSameReportAgain_ChangesNothing()
    {
        var report = Report(0, ProbeOutcome.TimedOut, run: 2, started: 0);

        Assert.That(ProbeEvidence.None.With(report, At(0)).With(report, At(1)).FailureRun, Is.EqualTo(2));
    }

    [Test]
    public void With_SuccessInBetween_StartsANewRun()
    {
        var evidence = ProbeEvidence.None
            .With(Report(0, ProbeOutcome.TimedOut, run: 5, started: 0), At(0))
            .With(Report(9, ProbeOutcome.TimedOut, run: 1, started: 9) with { Successes = 1 }, At(9));

        Assert.That((evidence.FailureRun, evidence.FailingSince, evidence.LastSuccess), Is.EqualTo((1, (DateTimeOffset?)At(9), (DateTimeOffset?)At(9))));
    }

    [Test]
    public void With_ReplayOfAnOlderFailure_DoesNotOverruleANewerSuccess()
    {
        var evidence = ProbeEvidence.None
            .With(Report(10, ProbeOutcome.Succeeded, run: 3, started: 5), At(10))
            .With(Report(4, ProbeOutcome.TimedOut, run: 3, started: 1), At(11));

        Assert.That((evidence.FailureRun, evidence.Last!.Outcome), Is.EqualTo((0, ProbeOutcome.Succeeded)));
    }

    private static DateTimeOffset At(int second) => Start.AddSeconds(second);

    private static ProbeReport Report(int second, ProbeOutcome outcome, int run, int started) => new()
    {
        Last = new ProbeResult { Probe = new ProbeId(1), Time = At(second), Outcome = outcome },
        RunStarted = At(started),
        RunLength = run,
        Attempts = 1,
    };
}

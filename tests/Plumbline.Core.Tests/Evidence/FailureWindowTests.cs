using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Tests.Evidence;

public class FailureWindowTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private FailureWindow? _window;
    private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [SetUp]
    public void Forget() => _window = null;

    [Test]
    public void Window_OfAPairThatNeverFails_IsNone()
    {
        See("..........");

        Assert.That(_window, Is.Null);
    }

    [TestCase("x.x.x.", true, Description = "every second time")]
    [TestCase("..x...x....x.x..x", true, Description = "nearly a third")]
    [TestCase("xxx......", false, Description = "down for a moment, once")]
    [TestCase("xx...xx...", false, Description = "twice may be two faults")]
    [TestCase("x........x........x........", false, Description = "a rollout of three pods")]
    [TestCase("xx........xx........xx........", false, Description = "a rollout of three pods, with a confirmation each")]
    [TestCase("xxxxxxxxx", false, Description = "down")]
    public void Window_OfResults_TellsTurnsFromOutages(string results, bool isIntermittent)
    {
        See(results);

        Assert.That(_window!.IsIntermittent, Is.EqualTo(isIntermittent));
    }

    [Test]
    public void Window_HalfOfTheResultsFail_GivesTheShareInTens()
    {
        See("x.x.x.x.x.x");

        Assert.That((_window!.Count, _window.Failures, _window.Percent), Is.EqualTo((11, 6, 50)));
    }

    [Test]
    public void Window_RetransmissionsBesideFailures_CountAsTrouble()
    {
        See("x..........x.........x........");
        Assert.That(_window!.IsIntermittent, Is.False);

        _window = null;
        See("x.rr..r....x...r.....x.rr..r.");
        Assert.That(_window!.IsIntermittent, Is.True, "the way loses packets, and most are sent again in time");
    }

    [Test]
    public void Window_NoFailureForFiveIntervals_IsForgotten()
    {
        See("x.x.x.");
        _now += FailureWindow.QuietAfter(Interval) + TimeSpan.FromSeconds(1);

        See(".");

        Assert.That(_window, Is.Null);
    }

    [Test]
    public void Window_ManyResultsInOneReport_CountsThemAll()
    {
        See("x");
        See(Report(ProbeOutcome.Succeeded, attempts: 100, successes: 100));

        Assert.That((_window!.Count, _window.Failures), Is.EqualTo((32, 0)), "the newest of them");
    }

    private void See(string results)
    {
        foreach (var result in results)
        {
            _now += TimeSpan.FromSeconds(1);
            See(Report(result == 'x' ? ProbeOutcome.TimedOut : ProbeOutcome.Succeeded, 1, result == 'x' ? 0 : 1), result == 'r');
        }
    }

    private void See(ProbeReport report, bool isRetransmitted = false) => _window = FailureWindow.With(_window, report, new KnownResult(report.Last, null), isRetransmitted, Interval, _now);

    private ProbeReport Report(ProbeOutcome outcome, int attempts, int successes) =>
        new() { Last = new ProbeResult { Probe = new ProbeId(1), Time = _now, Outcome = outcome }, RunStarted = _now, RunLength = 1, Attempts = attempts, Successes = successes };
}

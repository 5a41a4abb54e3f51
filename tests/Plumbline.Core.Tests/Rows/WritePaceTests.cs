using Plumbline.Core.Rows;

namespace Plumbline.Core.Tests.Rows;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class WritePaceTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly WritePace _pace = new();

    [Test]
    public void Moves_AFew_AreWrittenAtOnce()
    {
        for (var i = 0; i < WritePace.Burst; i++)
        {
            Assert.That(_pace.DueAt(ReportNews.Moved, Heartbeat), Is.LessThanOrEqualTo(Start));
            _pace.Wrote(ReportNews.Moved, Start);
        }

        Assert.That(_pace.DueAt(ReportNews.Moved, Heartbeat), Is.EqualTo(Start + WritePace.Pause));
    }

    /// <summary>However it flaps: one write for each pause, and the three that it began with.</summary>
    [Test]
    public void Moves_WithoutEnd_AreWrittenOncePerPause()
    {
        var (written, now) = (0, Start);
        while (now < Start + (30 * WritePace.Pause))
        {
            if (_pace.DueAt(ReportNews.Moved, Heartbeat) <= now)
            {
                _pace.Wrote(ReportNews.Moved, now);
                written++;
            }

            now += TimeSpan.FromSeconds(1);
        }

        Assert.That(written, Is.EqualTo(30 + WritePace.Burst - 1));
    }

    [Test]
    public void Moves_AfterAQuietTime_AreWrittenAtOnceAgain()
    {
        for (var i = 0; i < 10; i++)
        {
            _pace.Wrote(ReportNews.Moved, Start);
        }

        Assert.That(_pace.DueAt(ReportNews.Moved, Heartbeat), Is.LessThanOrEqualTo(Start + (10 * WritePace.Pause)));
    }

    [TestCase("Numbers", 10)]
    [TestCase("Words", 60)]
    [TestCase("None", 300)]
    public void Rest_IsWrittenThatLongAfterTheLastWrite(string news, int seconds)
    {
        _pace.Wrote(ReportNews.New, Start);

        Assert.That(_pace.DueAt(Enum.Parse<ReportNews>(news), Heartbeat), Is.EqualTo(Start.AddSeconds(seconds)));
    }

    [Test]
    public void New_IsNeverHeldUp()
    {
        for (var i = 0; i < 10; i++)
        {
            _pace.Wrote(ReportNews.Moved, Start);
        }

        Assert.That(_pace.DueAt(ReportNews.New, Heartbeat), Is.LessThanOrEqualTo(Start));
    }
}

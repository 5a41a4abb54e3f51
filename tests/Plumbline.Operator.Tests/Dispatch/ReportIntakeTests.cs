using System.Text;
using System.Text.Json;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Operator.Dispatch;

namespace Plumbline.Operator.Tests.Dispatch;

internal sealed class ReportIntakeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Report_OfAHostileAgent_IsCutToSize()
    {
        var huge = new string('x', 100_000);
        var clean = ReportIntake.Clean(
            new ProbeReport
            {
                Last = new ProbeResult
                {
                    Probe = new(1),
                    Time = Now.AddYears(1),
                    Outcome = ProbeOutcome.Succeeded,
                    Proven = (ProvenStage)77,
                    Address = huge,
                    Detail = huge,
                    Icmp = new IcmpError(3, 1, huge),
                    Timings = new ProbeTimings(double.PositiveInfinity, -1, double.NaN, 3),
                    Certificate = new CertificateFacts(huge, null!, Now, Now, [.. Enumerable.Repeat(huge, 1_000)], huge),
                    FailedAddresses = [null!, .. Enumerable.Repeat(new FailedAddress(huge, ProbeOutcome.TimedOut, huge), 1_000)],
                },
                RunStarted = Now.AddYears(1),
                RunLength = -4,
                Attempts = int.MaxValue,
                ConnectMilliseconds = [.. Enumerable.Repeat(1.0, 100_000)],
            },
            Now)!;

        Assert.That(clean.Last.Time, Is.EqualTo(Now));
        Assert.That(clean.RunLength, Is.Zero);
        Assert.That(clean.Last.Timings, Is.EqualTo(new ProbeTimings(null, null, null, 3)));
        Assert.That(JsonSerializer.SerializeToUtf8Bytes<AgentMessage>(new ReportBatch(1, [clean]), LinkJson.Default.AgentMessage), Has.Length.LessThan(10_000));
    }

    [Test]
    public void Batch_WithAnOutcomeFromTheFuture_LosesThatReportOnly()
    {
        var json = """
            {"type":"reports","sequence":1,"reports":[
             {"last":{"probe":"0000000000000001","time":"2026-01-01T00:00:00+00:00","outcome":"Enchanted"},"runStarted":"2026-01-01T00:00:00+00:00","runLength":1},
             {"last":{"probe":"0000000000000002"}}, 7, null,
             {"last":{"probe":"0000000000000003","time":"2026-01-01T00:00:00+00:00","outcome":"TimedOut","failedAddresses":null,"timings":null},"runStarted":"2026-01-01T00:00:00+00:00","runLength":1}]}
            """;

        var batch = (ReportBatch)JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(json), LinkJson.Default.AgentMessage)!;
        var clean = batch.Reports.Select(report => ReportIntake.Clean(report, Now)).OfType<ProbeReport>().ToList();

        Assert.That(batch.Reports, Has.Length.EqualTo(5));
        Assert.That(clean.Select(report => report.Last.Probe.Value), Is.EqualTo([3UL]));
        Assert.That(clean[0].Last.FailedAddresses, Is.Empty);
        Assert.That(clean[0].Last.Timings, Is.EqualTo(ProbeTimings.None));
    }
}

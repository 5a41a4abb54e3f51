using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Tests.Evidence;

public class EvidenceStoreTests
{
    private const int Pairs = 20_000;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The operator of a large cluster has one of these a pair.</summary>
    [TestCase(false)]
    [TestCase(true, Description = "TLS pairs, each report with its own copy of the certificate")]
    public void Store_ManyPairs_TakesAFewHundredBytesEach(bool tls)
    {
        var store = new EvidenceStore();
        var planned = Enumerable.Range(1, Pairs).Select(i => new ProbeId((ulong)i)).ToHashSet();
        var before = Settled();

        store.Plan(planned, Start);
        for (var round = 0; round < 4; round++)
        {
            foreach (var probe in planned)
            {
                store.Add(Report(probe, round, tls), Start.AddMinutes(round));
            }
        }

        var bytes = (Settled() - before) / (double)Pairs;

        Assert.That(store.Of(new ProbeId(1)).Latency.Samples.Count, Is.EqualTo(16), "the windows are full");
        Assert.That(bytes, Is.LessThan(600));
        TestContext.Out.WriteLine($"{bytes:0} bytes a pair");
        GC.KeepAlive(store);
    }

    [Test]
    public void Store_PairsWithOneCertificate_ShareIt()
    {
        var store = new EvidenceStore();
        store.Add(Report(new ProbeId(1), 0, tls: true), Start);
        store.Add(Report(new ProbeId(2), 0, tls: true), Start);

        Assert.That(store.Of(new ProbeId(2)).Certificate, Is.SameAs(store.Of(new ProbeId(1)).Certificate).And.Not.Null);
    }

    [Test]
    public void Store_PairThatGoesDown_KeepsItsCertificate()
    {
        var store = new EvidenceStore();
        store.Add(Report(new ProbeId(1), 0, tls: true), Start);
        store.Add(Report(new ProbeId(1), 1, tls: false) with { Last = new ProbeResult { Probe = new ProbeId(1), Time = Start.AddMinutes(1), Outcome = ProbeOutcome.TimedOut } }, Start.AddMinutes(1));

        Assert.That(store.Of(new ProbeId(1)).Certificate?.Subject, Is.EqualTo("CN=db"));
    }

    [Test]
    public void Latencies_MoreThanTheWindow_KeepsTheNewest()
    {
        var window = LatencyWindow.Empty.With([1, 2, 3]).With([.. Enumerable.Range(4, 15).Select(i => (double)i)]);

        Assert.That(window.Samples, Is.EqualTo(Enumerable.Range(3, 16).Select(i => (float)i)));
        Assert.That(window.With([.. Enumerable.Range(100, 40).Select(i => (double)i)]).Samples, Is.EqualTo(Enumerable.Range(124, 16).Select(i => (float)i)));
    }

    private static long Settled() => GC.GetTotalMemory(forceFullCollection: true);

    // What a report off the wire is made of: every string and object is its own.
    private static ProbeReport Report(ProbeId probe, int round, bool tls) => new()
    {
        Last = new ProbeResult
        {
            Probe = probe,
            Time = Start.AddMinutes(round),
            Outcome = ProbeOutcome.Succeeded,
            Proven = ProvenStage.Connected,
            Address = $"10.0.{probe.Value / 256}.{probe.Value % 256}",
            Timings = new ProbeTimings(1, 2, tls ? 3 : null, null),
            Certificate = tls ? new CertificateFacts(new string("CN=db"), new string("CN=authority, O=Example"), Start, Start.AddDays(90), [new string("db.example.com"), new string("db")], null) : null,
        },
        RunStarted = Start,
        RunLength = round + 1,
        Attempts = 4,
        Successes = 4,
        ConnectMilliseconds = [0.5, 0.6, 0.7, 0.8],
    };
}

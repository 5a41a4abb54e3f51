using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Rows;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class NodePlansTests
{
    private const int Pairs = 20_000;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly NodePlans _plans = new();
    private readonly Row _row = new(new ObservedConnection(Row("a", "b", 5432), "uid", null, "1", ObservedStatus.None), (_, _) => { });

    /// <summary>The operator of a large cluster has one of these per pair.</summary>
    [TestCase(false)]
    [TestCase(true, Description = "TLS pairs, each report with its own copy of the certificate")]
    public void Evidence_ManyPairs_TakesAFewHundredBytesEach(bool tls)
    {
        ImmutableArray<RowPair> pairs = [.. Enumerable.Range(0, Pairs).Select(i => Pair($"10.0.{i / 256}.{i % 256}"))];
        _plans.Replace([], pairs, Start);
        _plans.TakeChanges();
        var before = Settled();

        for (var round = 0; round < 4; round++)
        {
            foreach (var pair in pairs)
            {
                _plans.Take(pair.Probe, Report(pair.Probe.Id, round, tls), Start.AddMinutes(round));
            }
        }

        var bytes = (Settled() - before) / (double)Pairs;

        Assert.That(pairs[0].Probe.Evidence.Latency.Samples.Count, Is.EqualTo(16), "the windows are full");
        Assert.That(bytes, Is.LessThan(450));
        TestContext.Out.WriteLine($"{bytes:0} bytes per pair");
        GC.KeepAlive(pairs);
    }

    [Test]
    public void Evidence_PairsWithOneCertificate_ShareIt()
    {
        var (one, other) = (Plan("10.0.0.1"), Plan("10.0.0.2"));
        _plans.Take(one, Report(one.Id, 0, tls: true), Start);
        _plans.Take(other, Report(other.Id, 0, tls: true), Start);

        Assert.That(other.Evidence.Certificate, Is.SameAs(one.Evidence.Certificate).And.Not.Null);
    }

    [Test]
    public void Evidence_PairThatGoesDown_KeepsItsCertificate()
    {
        var probe = Plan("10.0.0.1");
        _plans.Take(probe, Report(probe.Id, 0, tls: true), Start);
        _plans.Take(probe, Report(probe.Id, 1, tls: false) with { Last = new ProbeResult { Probe = probe.Id, Time = Start.AddMinutes(1), Outcome = ProbeOutcome.TimedOut } }, Start.AddMinutes(1));

        Assert.That(probe.Evidence.Certificate?.Subject, Is.EqualTo("CN=db"));
    }

    [Test]
    public void Change_TwoPairsAskTheSame_ProbeIsPlannedOnceAndLeavesWithTheLast()
    {
        var (first, second) = (Pair("10.0.0.1"), Pair("10.0.0.1"));
        _plans.Replace([], [first], Start);
        Assert.That(_plans.TakeChanges().Single().Change.UpsertProbes, Has.Length.EqualTo(1));

        _plans.Replace([], [second], Start);
        Assert.That(_plans.TakeChanges(), Is.Empty, "it is asked already");

        _plans.Replace([first], [], Start);
        Assert.That(_plans.TakeChanges(), Is.Empty, "another pair still needs it");

        _plans.Replace([second], [], Start);
        var change = _plans.TakeChanges().Single().Change;
        Assert.That((change.RemoveProbes.Length, change.RemoveSources.Single()), Is.EqualTo((1, ProbeSource.NodeId)));
        Assert.That((_plans.Nodes, _plans.Probes), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Change_RowsWantOtherIntervals_ShortestHoldsWhileItsPairIsThere()
    {
        var (slow, quick) = (Pair("10.0.0.1", seconds: 60), Pair("10.0.0.1", seconds: 10));
        _plans.Replace([], [slow], Start);
        _plans.TakeChanges();

        _plans.Replace([], [quick], Start);
        Assert.That(_plans.TakeChanges().Single().Change.UpsertProbes.Single().IntervalMilliseconds, Is.EqualTo(10_000));

        _plans.Replace([quick], [], Start);
        Assert.That(_plans.TakeChanges().Single().Change.UpsertProbes.Single().IntervalMilliseconds, Is.EqualTo(60_000));
    }

    /// <summary>A row that is resolved anew, and pairs that go from one row to another, must not lose what is known.</summary>
    [Test]
    public void Change_PairIsReplacedByTheSameQuestion_KeepsItsEvidenceAndTellsNobody()
    {
        var (old, next) = (Pair("10.0.0.1"), Pair("10.0.0.1"));
        _plans.Replace([], [old], Start);
        _plans.TakeChanges();
        _plans.Take(old.Probe, Report(old.Probe.Id, 0, tls: false), Start);

        _plans.Replace([old], [], Start);
        _plans.Replace([], [next], Start.AddMinutes(1));

        Assert.That(_plans.TakeChanges(), Is.Empty);
        Assert.That(next.Probe.Evidence.Last, Is.Not.Null);
        Assert.That(next.Probe.Evidence.PlannedAt, Is.EqualTo(Start));
    }

    [Test]
    public void Change_PairComesAndGoesBeforeItIsTold_IsNoNews()
    {
        var pair = Pair("10.0.0.1");
        _plans.Replace([], [pair], Start);
        _plans.Replace([pair], [], Start);

        Assert.That(_plans.TakeChanges(), Is.Empty);
        Assert.That((_plans.Nodes, _plans.Probes), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Latencies_MoreThanTheWindow_KeepsTheNewest()
    {
        var window = LatencyWindow.Empty.With([1, 2, 3]).With([.. Enumerable.Range(4, 15).Select(i => (double)i)]);

        Assert.That(window.Samples, Is.EqualTo(Enumerable.Range(3, 16).Select(i => (float)i)));
        Assert.That(window.With([.. Enumerable.Range(100, 40).Select(i => (double)i)]).Samples, Is.EqualTo(Enumerable.Range(124, 16).Select(i => (float)i)));
    }

    private ProbeEntry Plan(string host)
    {
        var pair = Pair(host);
        _plans.Replace([], [pair], Start);
        return pair.Probe;
    }

    private RowPair Pair(string host, int seconds = 60)
    {
        var connection = Row("a", "b", 5432) with { Settings = ProbeSettings.Default with { Interval = TimeSpan.FromSeconds(seconds) } };
        var source = new PairSource("n1", new ProbeSource { Id = ProbeSource.NodeId, Vantage = VantageKind.Node }, "node n1", true, null);
        var target = new PairTarget(TargetKind.Pod, host, 5432, 5432, ConnectionProtocol.Tcp, true, null, null);
        return new RowPair(_row, ProbePlanner.Probe(connection, new ProbePair(source, target)), isControl: false);
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
            Address = $"10.0.{probe.Value / 256 % 256}.{probe.Value % 256}",
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

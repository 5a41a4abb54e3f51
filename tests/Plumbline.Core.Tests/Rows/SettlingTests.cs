using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Rows;
using Plumbline.Core.Tests.Building;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Rows;

/// <summary>A row of six pairs whose destination is lost to all of them, one after the other.</summary>
public class SettlingTests
{
    private static readonly DocumentedConnection Documented = Row("client", "db", 5432);
    private static readonly ConnectionResolution.Resolved Resolved =
        (ConnectionResolution.Resolved)new World().Workload("client").Workload("db").Service("db", 5432, 5432).Resolve(Documented);

    private readonly Dictionary<ProbeId, ProbeEvidence> _evidence = [];
    private Settling _settling = null!;
    private Verdict? _said;
    private DateTimeOffset _now;
    private DateTimeOffset _until;
    private int _looks;

    [SetUp]
    public void AllWork()
    {
        _evidence.Clear();
        (_settling, _said, _now, _looks) = (new Settling(), null, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), 0);
        Report(Resolved.Pairs, ProbeOutcome.Succeeded, 9);
        Judge();
        Pass(60);
    }

    [Test]
    public void AtRest_SaysWhatIsFresh_AndLooksAtNothing()
    {
        Judge();

        Assert.That((_said!.Reason, _settling.IsMoving, _looks), Is.EqualTo((Reasons.Reachable, false, 0)));
    }

    [Test]
    public void FirstFailure_HasEveryPairLookedAt_AndTheOldWordStands()
    {
        Report(Resolved.Pairs.Take(1), ProbeOutcome.TimedOut, 1);
        Judge();

        Assert.That((_said!.Reason, _settling.IsMoving, _looks), Is.EqualTo((Reasons.Reachable, true, 1)));
    }

    [Test]
    public void Fault_OfAllPairs_IsNeverSaidToBeOfSome()
    {
        List<Reason> said = [];
        for (var pair = 0; pair < Resolved.Pairs.Count; pair++)
        {
            for (var run = 1; run <= 3; run++)
            {
                Report(Resolved.Pairs.Skip(pair).Take(1), ProbeOutcome.TimedOut, run, look: 1);
                Judge();
                said.Add(_said!.Reason);
            }
        }

        Assert.That(said.Distinct(), Is.EqualTo(new[] { Reasons.Reachable, Reasons.TimedOut }));
        Assert.That(said[^2], Is.EqualTo(Reasons.Reachable), "until the last pair is confirmed");
        Assert.That((_looks, _settling.IsMoving), Is.EqualTo((1, false)));
    }

    [Test]
    public void Fault_OfSomePairs_IsSaidWhenTheOthersHaveBeenLookedAt()
    {
        Report(Resolved.Pairs.Take(1), ProbeOutcome.TimedOut, 1);
        Judge();
        Report(Resolved.Pairs.Take(1), ProbeOutcome.TimedOut, 3, look: 1);
        Judge();
        Assert.That(_said!.Reason, Is.EqualTo(Reasons.Reachable), "the others were seen to work before the fault only");

        Report(Resolved.Pairs.Skip(1), ProbeOutcome.Succeeded, 10, look: 1);
        Judge();
        Assert.That(_said.Reason, Is.EqualTo(Reasons.PartlyReachable));
    }

    [Test]
    public void Recovery_PairByPair_IsNeverSaidToBeOfSome()
    {
        Report(Resolved.Pairs, ProbeOutcome.TimedOut, 3);
        Judge();
        Assert.That(_said!.Reason, Is.EqualTo(Reasons.TimedOut));

        Pass(60);
        Report(Resolved.Pairs.Take(1), ProbeOutcome.Succeeded, 1);
        Judge();
        Assert.That((_said.Reason, _looks), Is.EqualTo((Reasons.TimedOut, 2)));

        Report(Resolved.Pairs, ProbeOutcome.Succeeded, 2, look: 2);
        Judge();
        Assert.That((_said.Reason, _settling.IsMoving), Is.EqualTo((Reasons.Reachable, false)));
    }

    [Test]
    public void NobodyAnswersTheLook_SaysThatItSettles_AndThenWhatIsKnown()
    {
        Report(Resolved.Pairs.Take(1), ProbeOutcome.TimedOut, 3);
        Judge();
        Assert.That(_said!.Explanation, Does.Not.Contain("settling"), "most faults are settled in a moment");

        _now = _until;
        Judge();
        Assert.That(_said.Reason, Is.EqualTo(Reasons.Reachable));
        Assert.That(_said.Explanation, Does.Contain("all 6 pairs work; settling: client → db:5432: 1 of 6 pairs fails"));

        _now = _until;
        Judge();
        Assert.That((_said.Reason, _settling.IsMoving), Is.EqualTo((Reasons.PartlyReachable, false)));
    }

    [Test]
    public void Blip_IsForgotten()
    {
        Report(Resolved.Pairs.Take(1), ProbeOutcome.TimedOut, 1);
        Judge();
        Report(Resolved.Pairs.Take(1), ProbeOutcome.Succeeded, 1);
        Judge();

        Assert.That((_said!.Reason, _settling.IsMoving), Is.EqualTo((Reasons.Reachable, false)));
    }

    [Test]
    public void Blips_OneAfterTheOther_DoNotHaveEveryPairLookedAtEachTime()
    {
        for (var i = 0; i < 10; i++)
        {
            Report(Resolved.Pairs.Take(1), i % 2 == 0 ? ProbeOutcome.TimedOut : ProbeOutcome.Succeeded, 1);
            Judge();
            Pass(2);
        }

        Assert.That(_looks, Is.EqualTo(1));
    }

    [Test]
    public void AgentGone_IsSaidAtOnce()
    {
        Report(Resolved.Pairs.Take(1), ProbeOutcome.TimedOut, 1);
        Judge();
        Judge(agents: false);

        Assert.That(_said!.Status, Is.EqualTo(VerifiedStatus.Unknown));
    }

    private void Pass(int seconds) => _now += TimeSpan.FromSeconds(seconds);

    private void Report(IEnumerable<ProbePair> pairs, ProbeOutcome outcome, int run, int? look = null)
    {
        _now += TimeSpan.FromMilliseconds(10);
        foreach (var id in pairs.Select(p => ProbePlanner.Probe(Documented, p).Probe.Id))
        {
            var report = new ProbeReport { Last = new ProbeResult { Probe = id, Time = _now, Outcome = outcome }, RunStarted = _now, RunLength = run, Look = look };
            _evidence[id] = _evidence.GetValueOrDefault(id, ProbeEvidence.None).With(report, _now);
        }
    }

    private void Judge(bool agents = true)
    {
        var states = Resolved.Pairs.Select(p => ProbePlanner.Probe(Documented, p)).Select(p => PairJudge.Judge(p, _evidence[p.Probe.Id], Documented, agents, _now)).ToList();
        var fresh = ConnectionJudge.Judge(Documented, Resolved, [.. states], new FailureExplainer(_ => null), _ => default);
        _until = DateTimeOffset.MaxValue;
        _said = _settling.Of(fresh, _said, states, Documented.Settings, _now, true, () => ++_looks, at => _until = at < _until ? at : _until);
    }
}

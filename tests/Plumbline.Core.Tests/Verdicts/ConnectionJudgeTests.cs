using FsCheck;
using FsCheck.Fluent;
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

public class ConnectionJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly World TwoByTwo = new World().Workload("client").Workload("db").Service("db", 5432, 5432);

    private readonly Dictionary<ProbeId, ProbeEvidence> _evidence = [];

    [SetUp]
    public void Forget() => _evidence.Clear();

    [Test]
    public void Judge_EveryPairSucceeds_IsReachable()
    {
        var verdict = Judge(TwoByTwo, Row("client", "db", 5432), _ => ProbeOutcome.Succeeded);

        Assert.That((verdict.Reason, verdict.Reachable, verdict.Probed), Is.EqualTo((Reasons.Reachable, 6, 6)));
        Assert.That(verdict.Explanation, Is.EqualTo("client → db:5432: all 6 pairs work"));
        Assert.That(verdict.Failures, Is.Empty);
    }

    [Test]
    public void Judge_OneReplicaDown_IsPartlyReachableAndNamesIt()
    {
        var verdict = Judge(TwoByTwo, Row("client", "db", 5432), p => p.Target.Host == "10.0.0.4" ? ProbeOutcome.ConnectionRefused : ProbeOutcome.Succeeded);

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.PartlyReachable));
        Assert.That((verdict.Reachable, verdict.Probed), Is.EqualTo((4, 6)));
        Assert.That(verdict.Failures.Select(f => f.Target), Is.All.EqualTo("10.0.0.4:5432"));
        Assert.That(verdict.Explanation, Does.Contain("2 of 6 pairs fail").And.Contain("refused"));
    }

    [TestCase(ProbeOutcome.ConnectionRefused, nameof(Reasons.ConnectionRefused))]
    [TestCase(ProbeOutcome.TimedOut, nameof(Reasons.TimedOut))]
    [TestCase(ProbeOutcome.Rejected, nameof(Reasons.Rejected))]
    [TestCase(ProbeOutcome.Unreachable, nameof(Reasons.Unreachable))]
    [TestCase(ProbeOutcome.NameNotResolved, nameof(Reasons.NameNotResolved))]
    [TestCase(ProbeOutcome.TlsHandshakeFailed, nameof(Reasons.TlsHandshakeFailed))]
    [TestCase(ProbeOutcome.NotHttp, nameof(Reasons.NotHttp))]
    [TestCase(ProbeOutcome.HttpNoResponse, nameof(Reasons.HttpNoResponse))]
    [TestCase(ProbeOutcome.ClosedByPeer, nameof(Reasons.ClosedByPeer))]
    public void Judge_EveryPairFailsAlike_SaysTheOutcome(ProbeOutcome outcome, string reason) =>
        Assert.That(Judge(TwoByTwo, Row("client", "db", 5432), _ => outcome).Reason.Name, Is.EqualTo(reason));

    [TestCase(ProbeOutcome.SourceGone)]
    [TestCase(ProbeOutcome.NotRun)]
    public void Judge_ResultsThatAreNoEvidence_AreNeverFalse(ProbeOutcome outcome) =>
        Assert.That(Judge(TwoByTwo, Row("client", "db", 5432), _ => outcome).Status, Is.EqualTo(VerifiedStatus.Unknown));

    [Test]
    public void Judge_TimeoutWherePolicyDenies_NamesThePolicy()
    {
        var verdict = Judge(TwoByTwo, Row("client", "db", 5432), _ => ProbeOutcome.TimedOut, denial: p => p.Target.Kind == TargetKind.Endpoint ? new Denial("db/deny", "NetworkPolicy db/deny denies it") : null);

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.BlockedByNetworkPolicy));
        Assert.That(verdict.Explanation, Does.Contain("db/deny"));
    }

    [Test]
    public void Judge_OpenWherePolicyDenies_StaysReachable() =>
        Assert.That(Judge(TwoByTwo, Row("client", "db", 5432), _ => ProbeOutcome.Succeeded, denial: _ => new Denial("db/deny", "denied")).Reason, Is.EqualTo(Reasons.Reachable));

    [Test]
    public void Judge_ServiceWithoutEndpoints_IsNoReadyEndpoints()
    {
        var world = new World().Workload("client").Workload("db", ready: false).Service("db", 5432, 5432);

        Assert.That(Judge(world, Row("client", "db", 5432), _ => ProbeOutcome.ConnectionRefused).Reason, Is.EqualTo(Reasons.NoReadyEndpoints));
    }

    [Test]
    public void Judge_PortThatTheServiceLost_IsServicePortMissing()
    {
        var world = new World().Workload("client").Workload("db").Service("db", 8080, 8095);

        Assert.That(Judge(world, Row("client", "db", 80), _ => ProbeOutcome.ConnectionRefused).Reason, Is.EqualTo(Reasons.ServicePortMissing));
        Assert.That(Judge(world, Row("client", "db", 80), _ => ProbeOutcome.Succeeded).Reason, Is.EqualTo(Reasons.Reachable), "a probe that works overrules what objects say");
    }

    [Test]
    public void Judge_OnePortOfSeveralBroken_IsPartlyReachablePerPort()
    {
        var world = new World().Workload("client", 1).Workload("rs", 1);

        var verdict = Judge(world, Row("client", "rs", 61616, 8080), p => p.Target.Port == 8080 ? ProbeOutcome.ConnectionRefused : ProbeOutcome.Succeeded);

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.PartlyReachable));
        Assert.That(verdict.Ports.Select(p => (p.Port, p.Reason)), Is.EqualTo(new[] { (61616, Reasons.Reachable), (8080, Reasons.ConnectionRefused) }));
        Assert.That(verdict.Explanation, Does.Contain("port 8080").And.Contain("port 61616 works"));
    }

    [Test]
    public void Judge_AlternativePorts_PassWithOneAndFailWithNone()
    {
        var world = new World().Workload("client", 1).Workload("kafka", 1);
        var row = Row("client", "kafka", 9092, 9093) with { PortMatch = PortMatch.Any };

        var one = Judge(world, row, p => p.Target.Port == 9093 ? ProbeOutcome.ConnectionRefused : ProbeOutcome.Succeeded);
        Assert.That((one.Reason, one.Reachable, one.Probed, one.Failures.Length), Is.EqualTo((Reasons.Reachable, 1, 1, 0)), "the port that is not needed is not missed");
        Assert.That(one.Ports[1].Reason, Is.EqualTo(Reasons.ConnectionRefused), "and still shown");
        Assert.That(Judge(world, row, _ => ProbeOutcome.ConnectionRefused).Reason, Is.EqualTo(Reasons.ConnectionRefused));
        Forget();
        Assert.That(Judge(world, row, p => p.Target.Port == 9093 ? ProbeOutcome.NotRun : ProbeOutcome.TimedOut).Status, Is.EqualTo(VerifiedStatus.Unknown), "the other port may work");
    }

    [Test]
    public void Judge_FewerFailuresThanTheThreshold_KeepsWhatWasKnown()
    {
        var row = Row("client", "db", 5432);

        Assert.That(Judge(TwoByTwo, row, _ => ProbeOutcome.TimedOut, runLength: 2).Reason, Is.EqualTo(Reasons.NotProbedYet), "never worked: not settled");
        _ = Judge(TwoByTwo, row, _ => ProbeOutcome.Succeeded);
        Assert.That(Judge(TwoByTwo, row, _ => ProbeOutcome.TimedOut, runLength: 2).Reason, Is.EqualTo(Reasons.Reachable), "worked before");
        Assert.That(Judge(TwoByTwo, row, _ => ProbeOutcome.TimedOut, runLength: 3).Reason, Is.EqualTo(Reasons.TimedOut));
    }

    [Test]
    public void Judge_OldResults_AreStaleNotTrueAndNotFalse()
    {
        var row = Row("client", "db", 5432);
        _ = Judge(TwoByTwo, row, _ => ProbeOutcome.Succeeded);

        Assert.That(Judge(TwoByTwo, row, null, now: Now + TimeSpan.FromMinutes(3)).Reason, Is.EqualTo(Reasons.Reachable));
        Assert.That(Judge(TwoByTwo, row, null, now: Now + TimeSpan.FromMinutes(4)).Reason, Is.EqualTo(Reasons.Stale));
    }

    [Test]
    public void Judge_AgentOfOneNodeAway_IsUnknownUnlessSomethingElseIsBroken()
    {
        var row = Row("client", "db", 5432);

        Assert.That(Judge(TwoByTwo, row, _ => ProbeOutcome.Succeeded, agent: node => node != "n2").Reason, Is.EqualTo(Reasons.AgentUnavailable));
        Assert.That(Judge(TwoByTwo, row, p => p.Source.Node == "n1" ? ProbeOutcome.TimedOut : ProbeOutcome.Succeeded, agent: node => node != "n2").Status, Is.EqualTo(VerifiedStatus.False));
    }

    [Test]
    public void Judge_StatusThatTheRowDoesNotTake_IsDriftForThatRowOnly()
    {
        var row = Row("client", "db", 8080) with { Protocol = ConnectionProtocol.Http, Ports = [new DocumentedPort(8080, ConnectionProtocol.Http)], Http = HttpExpectation.Default with { ExpectedStatuses = [200, 204] } };
        var world = new World().Workload("client").Workload("db").Service("db", 8080, 8080);
        Verdict After(DocumentedConnection asked, int run)
        {
            var resolved = (ConnectionResolution.Resolved)world.Resolve(asked);
            var states = resolved.Pairs.Select(pair =>
            {
                var probe = ProbePlanner.Probe(asked, pair);
                var busy = new ProbeResult { Probe = probe.Probe.Id, Time = Now, Outcome = ProbeOutcome.Succeeded, HttpStatus = 503 };
                var ok = busy with { Time = Now.AddSeconds(-60), HttpStatus = 200 };
                return PairJudge.Judge(probe, ProbeEvidence.None.With(ReportOf(ok, 9), Now).With(ReportOf(busy, run), Now), asked, true, Now);
            });
            return ConnectionJudge.Judge(asked, resolved, [.. states], new FailureExplainer(_ => null), _ => default);
        }

        Assert.That(After(row, 2).Reason, Is.EqualTo(Reasons.Reachable), "not confirmed yet");
        Assert.That(After(row, 3).Reason, Is.EqualTo(Reasons.HttpUnexpectedStatus));
        Assert.That(After(row, 3).Explanation, Does.Contain("HTTP status 503; documented: 200, 204"));
        Assert.That(After(row with { Http = null }, 3).Reason, Is.EqualTo(Reasons.Reachable), "a row that takes any status");
        Assert.That(
            ProbePlanner.Probe(row, ((ConnectionResolution.Resolved)world.Resolve(row)).Pairs[0]).Probe.Id,
            Is.EqualTo(ProbePlanner.Probe(row with { Http = null }, ((ConnectionResolution.Resolved)world.Resolve(row)).Pairs[0]).Probe.Id),
            "an expectation is no part of the question");
    }

    private static ProbeReport ReportOf(ProbeResult result, int run) => new() { Last = result, RunStarted = result.Time, RunLength = run, Attempts = 1, Successes = 1 };

    [Test]
    public void Judge_FailuresOfPodsThatAreNotReady_AreNoEvidence()
    {
        var starting = new World().Workload("client", ready: false).Workload("db").Service("db", 5432, 5432);

        Assert.That(Judge(starting, Row("client", "db", 5432), _ => ProbeOutcome.TimedOut).Reason, Is.EqualTo(Reasons.SourceNotRunning));
        Assert.That(Judge(starting, Row("client", "db", 5432), _ => ProbeOutcome.Succeeded).Reason, Is.EqualTo(Reasons.Reachable), "a success counts whoever makes it");
    }

    [Test]
    public void Judge_NewPodsOfARollout_DoNotPutAVerifiedRowInDoubtForTheirFirstInterval()
    {
        var row = Row("client", "db", 5432);
        var resolved = (ConnectionResolution.Resolved)TwoByTwo.Resolve(row);
        PairState State(ProbePair pair, DateTimeOffset now)
        {
            var planned = ProbePlanner.Probe(row, pair);
            var evidence = ProbeEvidence.None with { PlannedAt = Now };
            return PairJudge.Judge(planned, pair.Target.Host == "10.0.0.4" ? evidence : evidence.With(new ProbeReport { Last = new ProbeResult { Probe = planned.Probe.Id, Time = now, Outcome = ProbeOutcome.Succeeded }, RunStarted = now, RunLength = 1 }, now), row, true, now);
        }

        Verdict At(DateTimeOffset now, bool wasVerified) => ConnectionJudge.Judge(row, resolved, [.. resolved.Pairs.Select(p => State(p, now))], new FailureExplainer(_ => null), _ => default, wasVerified);

        Assert.That(At(Now.AddSeconds(5), wasVerified: true).Reason, Is.EqualTo(Reasons.Reachable));
        Assert.That(At(Now.AddSeconds(5), wasVerified: false).Reason, Is.EqualTo(Reasons.NotProbedYet), "a row that was never verified waits for every pair");
        Assert.That(At(Now.AddMinutes(5), wasVerified: true).Reason, Is.EqualTo(Reasons.NotProbedYet), "a pair that nobody looks at does not hide behind the others");
    }

    [Test]
    public void Judge_BlockedExpected_PassesOnlyWithBothControls()
    {
        var row = Row("client", "db", 5432) with { Expect = Expectation.Blocked };
        Verdict With(ProbeOutcome outcome, bool connects, bool answers) => Judge(TwoByTwo, row, _ => outcome, controls: new ControlEvidence(connects, answers));

        Assert.That(With(ProbeOutcome.TimedOut, true, true).Reason, Is.EqualTo(Reasons.Blocked));
        Assert.That(With(ProbeOutcome.TimedOut, false, true).Reason, Is.EqualTo(Reasons.ControlFailed));
        Assert.That(With(ProbeOutcome.TimedOut, true, false).Reason, Is.EqualTo(Reasons.ControlFailed));
        Assert.That(With(ProbeOutcome.NameNotResolved, true, true).Reason, Is.EqualTo(Reasons.ControlFailed), "a typo in a name is no isolation");
        Assert.That(With(ProbeOutcome.ConnectionRefused, true, true).Reason, Is.EqualTo(Reasons.ControlFailed), "a reset may come from the destination");
        Assert.That(With(ProbeOutcome.Succeeded, true, true).Reason, Is.EqualTo(Reasons.OpenButExpectedBlocked));
    }

    [Test]
    public void Judge_AnyMixOfOutcomes_NeverSaysReachableWithAFailingPairNorFalseWithoutOne()
    {
        var row = Row("client", "db", 5432);
        Prop.ForAll<ProbeOutcome[]>(outcomes =>
        {
            if (outcomes.Length == 0 || outcomes.Any(o => !Enum.IsDefined(o)))
            {
                return true;
            }

            _evidence.Clear();
            var next = 0;
            var used = new List<ProbeOutcome>();
            var verdict = Judge(TwoByTwo, row, _ =>
            {
                used.Add(outcomes[next++ % outcomes.Length]);
                return used[^1];
            });
            var failed = used.Any(o => o.IsEvidence() && o != ProbeOutcome.Succeeded);
            return (verdict.Status == VerifiedStatus.False) == failed
                && (verdict.Status != VerifiedStatus.True || (used.Contains(ProbeOutcome.Succeeded) && !used.Contains(ProbeOutcome.NotRun)));
        }).QuickCheckThrowOnFailure();
    }

    private Verdict Judge(
        World world,
        DocumentedConnection row,
        Func<ProbePair, ProbeOutcome>? outcome,
        int runLength = 3,
        DateTimeOffset? now = null,
        Func<string, bool>? agent = null,
        Func<ProbePair, Denial?>? denial = null,
        ControlEvidence? controls = null)
    {
        var at = now ?? Now;
        var resolution = world.Resolve(row);
        if (resolution is not ConnectionResolution.Resolved resolved)
        {
            return ConnectionJudge.Judge(row, (ConnectionResolution.Unresolved)resolution);
        }

        var probes = resolved.Pairs.Select(p => ProbePlanner.Probe(row, p)).ToList();
        foreach (var (pair, probe) in probes.Where(_ => outcome is not null))
        {
            var report = new ProbeReport { Last = new ProbeResult { Probe = probe.Id, Time = at, Outcome = outcome!(pair) }, RunStarted = at, RunLength = runLength, Attempts = 1 };
            _evidence[probe.Id] = _evidence.GetValueOrDefault(probe.Id, ProbeEvidence.None).With(report, at);
        }

        return ConnectionJudge.Judge(
            row,
            resolved,
            [.. probes.Select(p => PairJudge.Judge(p, _evidence.GetValueOrDefault(p.Probe.Id, ProbeEvidence.None), row, agent?.Invoke(p.Pair.Source.Node) ?? true, at))],
            new FailureExplainer(s => new PolicyOpinion(denial?.Invoke(s.Pair))),
            _ => controls ?? default);
    }
}

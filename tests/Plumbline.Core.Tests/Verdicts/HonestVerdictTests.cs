using Plumbline.Core.Cluster;
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

namespace Plumbline.Core.Tests.Verdicts;

/// <summary>What looks like a verdict and is none, and what is one although most of it works.</summary>
public class HonestVerdictTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly NamespacedName Db = new("db", "db");

    private readonly Dictionary<ProbeId, ProbeEvidence> _evidence = [];
    private World _world = null!;
    private DateTimeOffset _now;

    [SetUp]
    public void Make()
    {
        _evidence.Clear();
        _world = new World().Workload("client").Workload("db").Service("db", 80, 8080);
        _now = Start;
    }

    [Test]
    public void Judge_RunningPodThatTheAgentDoesNotFind_TakesTrueAway()
    {
        Report(p => p.Source.Node == "n2" ? Failed(p, ProbeOutcome.SourceNotFound) with { Detail = "2 network namespaces hold 10.0.0.2" } : Works(p));

        var verdict = Judge();

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.SourceNotFound));
        Assert.That(verdict.Explanation, Does.Contain("client/client-1 runs, and cannot be probed from: 2 network namespaces hold 10.0.0.2"));
    }

    [Test]
    public void Judge_TargetThatAgentsRefuse_SaysSoAtOnce()
    {
        Report(p => Failed(p, ProbeOutcome.TargetRefused) with { Detail = "169.254.169.254 is cloud metadata: probed only if the agent has it as --allow-target" });

        Assert.That((Judge().Reason, Judge().Explanation), Is.EqualTo((Reasons.TargetRefused,
            "client → db:80: all 6 pairs unknown: 169.254.169.254 is cloud metadata: probed only if the agent has it as --allow-target")));
    }

    [Test]
    public void Judge_NothingComesBack_IsSilentAndNeverFalse()
    {
        Report(p => Failed(p, ProbeOutcome.Silent) with { Detail = "1 byte was sent, and nothing came back within 3 s" });

        Assert.That(Judge().Reason, Is.EqualTo(Reasons.Silent));
    }

    [Test]
    public void Judge_FailuresBeforeThePodWasReady_DoNotCountOnceItIs()
    {
        Ready(false);
        for (var run = 1; run <= 20; run++)
        {
            Report(p => Failed(p, ProbeOutcome.ConnectionRefused), run);
        }

        Assert.That(Judge().Reason, Is.EqualTo(Reasons.SourceNotRunning));
        Ready(true);
        Assert.That(Judge().Reason, Is.EqualTo(Reasons.NotProbedYet), "nothing is known of the ready pod yet");
        Report(p => Failed(p, ProbeOutcome.ConnectionRefused), 21);
        Assert.That(Judge().Reason, Is.EqualTo(Reasons.NotProbedYet));
        Report(p => Failed(p, ProbeOutcome.ConnectionRefused), 23);
        Assert.That(Judge().Reason, Is.EqualTo(Reasons.ConnectionRefused), "three since it is ready");
    }

    [Test]
    public void Judge_NameLeadsElsewhere_IsFalseOnceItLasts()
    {
        string Address(ProbePair p) => p.Target.Kind == TargetKind.Service ? "10.0.0.2" : p.Target.Host;
        Report(p => Works(p) with { Address = Address(p) });
        Assert.That(Judge().Reason, Is.EqualTo(Reasons.Reachable), "DNS may be behind");

        _now = Start.AddSeconds(90);
        Report(p => Works(p) with { Address = Address(p) });

        var verdict = Judge();
        Assert.That(verdict.Reason, Is.EqualTo(Reasons.LeadsElsewhere));
        Assert.That(verdict.Explanation, Does.EndWith("client/client-0 → db.db:80, the name leads to 10.0.0.2 (pod client/client-1), which is not Service db/db (10.96.1.1)"));
    }

    [Test]
    public void Judge_NameLeadsToTheService_IsReachable()
    {
        foreach (var seconds in new[] { 0, 90 })
        {
            _now = Start.AddSeconds(seconds);
            Report(p => Works(p) with { Address = p.Target.Kind == TargetKind.Service ? "10.96.1.1" : p.Target.Host });
        }

        Assert.That(Judge().Reason, Is.EqualTo(Reasons.Reachable));
    }

    [Test]
    public void Judge_OnlyTheNameFails_SaysThatAndNotPartly()
    {
        Report(p => p.Target.Kind == TargetKind.Service ? Failed(p, ProbeOutcome.TimedOut) with { Address = "10.96.1.1" } : Works(p));

        var verdict = Judge();

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.TimedOut));
        Assert.That(verdict.Explanation, Is.EqualTo("client → db:80: the endpoints work, but not by the name, both pairs by name fail: client/client-0 → db.db:80, no answer before the deadline (tried 10.96.1.1)"));
    }

    [Test]
    public void Judge_PortThatTheServiceLacks_IsNobodysWhateverAnswersThere()
    {
        _world.Component("dbs", new Binding.Service(Db));

        Report(Works, to: "dbs", port: 22);
        Assert.That(Judge("dbs", 22).Reason, Is.EqualTo(Reasons.ServicePortMissing));
        Assert.That(Judge("dbs", 22).Explanation, Does.Contain("what answers at 192.0.2.99 is not the Service"));

        var blocked = Judge("dbs", 22, Expectation.Blocked);
        Assert.That(blocked.Reason, Is.EqualTo(Reasons.ControlFailed), "no page for a port that does not exist");
    }

    [Test]
    public void Judge_CallerOnANodeWithoutALocalEndpoint_IsToldWhy()
    {
        _world.Cluster.Set(Db, _world.Cluster.Service(Db)! with { LocalOnly = true }, []);
        var slice = _world.Cluster.SlicesOf(Db).Single();
        _world.Cluster.Set(Db, slice with { Endpoints = [slice.Endpoints[0]] }, []);
        Report(p => p.Source.Node == "n2" ? Failed(p, ProbeOutcome.TimedOut) with { Address = "10.96.1.1" } : Works(p));

        var verdict = Judge();

        Assert.That((verdict.Reachable, verdict.Probed), Is.EqualTo((2, 3)), "the endpoint of the other node is none of the caller's");
        Assert.That(verdict.Explanation, Does.EndWith("Service db/db has internalTrafficPolicy: Local, and node n2 has no endpoint of it"));
    }

    [TestCase(true, true, nameof(Reasons.Blocked))]
    [TestCase(false, true, nameof(Reasons.ControlFailed))]
    [TestCase(true, false, nameof(Reasons.ControlFailed))]
    public void Judge_BlockedTowardsATargetThatAnswersNobody_IsProvenByThePolicy(bool sourceConnects, bool denied, string reason)
    {
        _world.Component("foreign", new Binding.External([new ExternalHost("198.51.100.14", [])]));
        Report(p => Failed(p, ProbeOutcome.TimedOut), to: "foreign", port: 5432);

        var verdict = Judge("foreign", 5432, Expectation.Blocked, new ControlEvidence(sourceConnects, false), denied ? new Denial("db/deny", "NetworkPolicy client/egress denies it") : null);

        Assert.That(verdict.Reason.Name, Is.EqualTo(reason));
        Assert.That(reason != nameof(Reasons.Blocked) || verdict.Explanation.Contains("client/egress", StringComparison.Ordinal), verdict.Explanation);
    }

    [TestCase(ProbeOutcome.TurnedAway, ProvenStage.Replied, nameof(Reasons.OpenButExpectedBlocked))]
    [TestCase(ProbeOutcome.NotHttp, ProvenStage.Replied, nameof(Reasons.OpenButExpectedBlocked))]
    [TestCase(ProbeOutcome.TlsHandshakeFailed, ProvenStage.Replied, nameof(Reasons.OpenButExpectedBlocked))]
    [TestCase(ProbeOutcome.TlsHandshakeFailed, ProvenStage.Connected, nameof(Reasons.ControlFailed))]
    [TestCase(ProbeOutcome.ClosedByPeer, ProvenStage.Connected, nameof(Reasons.ControlFailed))]
    public void Judge_BlockedTowardsAServerThatAnswersBadly_IsOpenAsSoonAsItSpeaks(ProbeOutcome outcome, ProvenStage proven, string reason)
    {
        Report(p => Failed(p, outcome) with { Proven = proven, Address = p.Target.IsByName ? "10.96.1.1" : p.Target.Host });

        var verdict = Judge(expect: Expectation.Blocked, control: new ControlEvidence(true, true));

        Assert.That(verdict.Reason.Name, Is.EqualTo(reason), verdict.Explanation);
    }

    [Test]
    public void Judge_BlockedTowardsWhatIsScaledToZero_ShowsNothing()
    {
        var row = Row("client", "idle", 80) with { Expect = Expectation.Blocked };
        _world.Workload("idle", 0);

        var verdict = ConnectionJudge.Judge(row, (ConnectionResolution.Unresolved)_world.Resolve(row));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.ControlFailed), verdict.Explanation);
        Assert.That(verdict.Explanation, Does.EndWith("has no running pod; so nothing of isolation can be shown"));
    }

    [TestCase(ProbeRemarks.NameserverSilent, nameof(Reasons.BlockedByNetworkPolicy))]
    [TestCase(ProbeRemarks.None, nameof(Reasons.NameNotResolved))]
    public void Judge_NameIsNotResolvedWhereAPolicyDeniesDns_NamesThePolicyOfASilentServer(ProbeRemarks remarks, string reason)
    {
        _world.Component("foreign", new Binding.External([new ExternalHost("pg.example.net", [])]));
        Report(p => Failed(p, ProbeOutcome.NameNotResolved) with { Remarks = remarks }, to: "foreign", port: 5432);

        var verdict = Judge("foreign", 5432, dnsDenial: new Denial("client/egress", "NetworkPolicy client/egress denies it"));

        Assert.That(verdict.Reason.Name, Is.EqualTo(reason));
        Assert.That(verdict.Explanation.Contains("DNS is denied: NetworkPolicy client/egress denies it", StringComparison.Ordinal), Is.EqualTo(remarks != ProbeRemarks.None), verdict.Explanation);
    }

    [Test]
    public void Judge_NameIsNotResolvedByAHostNetworkPod_SaysWhatItsDnsPolicyMeans()
    {
        foreach (var pod in _world.Cluster.PodsMatching("client", LabelSelector.Everything).ToList())
        {
            _world.Cluster.Set(pod.Key, pod with { HostNetwork = true }, []);
        }

        Report(p => p.Target.Kind == TargetKind.Service ? Failed(p, ProbeOutcome.NameNotResolved) : Works(p));

        Assert.That(Judge().Explanation, Does.Contain("dnsPolicy ClusterFirst means the node's resolver"));
    }

    [TestCase(429, true)]
    [TestCase(503, true)]
    [TestCase(404, false)]
    public void Judge_StatusThatIsNoGoodAnswer_IsTold(int status, bool told)
    {
        Report(p => Works(p) with { HttpStatus = status });

        Assert.That(Judge().Explanation.Contains($"HTTP status {status}", StringComparison.Ordinal), Is.EqualTo(told));
    }

    [Test]
    public void Judge_SilenceOverUdpWhereAPolicyDenies_NamesThePolicy()
    {
        _world.Component("log", new Binding.External([new ExternalHost("198.51.100.14", [])]));
        var row = UdpRow("client", "log", 514);
        Report(p => Failed(p, ProbeOutcome.Silent) with { Detail = "a datagram met silence" }, row: row);

        var verdict = Judge(row: row, denial: new Denial("client/egress", "NetworkPolicy client/egress denies it"));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.Silent));
        Assert.That(verdict.Explanation, Does.EndWith("NetworkPolicy client/egress denies it"));
    }

    [Test]
    public void Judge_AWayIsLost_IsFalseThoughAllElseWorks()
    {
        Report(Works);
        var lost = new StaticFact(80, Reasons.NoReadyEndpoints, "Service db/db-rw, by which the destination was reached until yesterday, leads to none of its pods any more");

        Assert.That(Judge(lost: lost).Reason, Is.EqualTo(Reasons.NoReadyEndpoints));
    }

    [Test]
    public void Judge_ServerDemandsACertificate_IsTrueAndSaysSo()
    {
        Report(p => Works(p) with { Remarks = ProbeRemarks.ClientCertificateDemanded });

        Assert.That((Judge().Reason, Judge().Explanation), Is.EqualTo((Reasons.Reachable,
            "client → db:80: all 6 pairs work; the server demands a client certificate, which probes do not have: what comes after the handshake is not proven")));
    }

    [TestCase("10000 works, the others are refused", nameof(Reasons.Reachable))]
    [TestCase("all are refused", nameof(Reasons.RangeIdle))]
    [TestCase("20000 is dropped, the others are refused", nameof(Reasons.TimedOut))]
    public void Judge_RangeOfPorts_ExpectsNoPortToBeInUse(string story, string reason)
    {
        var range = new PortRange(10000, 20000);
        var row = Row("client", "rtp", [.. range.Sample()]) with { Ports = [.. range.Sample().Select(p => new DocumentedPort(p, ConnectionProtocol.Tcp, range))] };
        _world.Workload("rtp", 1);
        Report(p => (p.Target.Port, story[0]) switch
        {
            (10000, '1') => Works(p),
            (20000, '2') => Failed(p, ProbeOutcome.TimedOut),
            _ => Failed(p, ProbeOutcome.ConnectionRefused),
        }, row: row);

        var verdict = Judge(row: row);

        Assert.That(verdict.Reason.Name, Is.EqualTo(reason));
        Assert.That(verdict.Explanation, Does.StartWith("client → rtp:10000-20000: ").And.EndWith("; probed of 10000-20000: 10000, 12500, 15000, 17500, 20000"));
    }

    [TestCase(80, 80, "80")]
    [TestCase(80, 82, "80 82 81")]
    [TestCase(1, 65535, "1 65535 16384 32768 49151")]
    public void Sample_OfARange_IsItsEndsFirst(int from, int to, string expected) => Assert.That(string.Join(' ', new PortRange(from, to).Sample()), Is.EqualTo(expected));

    private static ProbeResult Works(ProbePair pair) =>
        new() { Probe = default, Time = Start, Outcome = ProbeOutcome.Succeeded, Address = pair.Target.IsMissing ? "192.0.2.99" : pair.Target.IsByName ? "10.96.1.1" : pair.Target.Host };

    private static ProbeResult Failed(ProbePair pair, ProbeOutcome outcome) => new() { Probe = default, Time = Start, Outcome = outcome, Address = pair.Target.IsByName ? null : pair.Target.Host };

    private void Ready(bool ready)
    {
        foreach (var pod in _world.Cluster.PodsMatching("client", LabelSelector.Everything).ToList())
        {
            _world.Cluster.Set(pod.Key, pod with { Ready = ready }, []);
        }
    }

    private void Report(Func<ProbePair, ProbeResult> result, int run = 3, string to = "db", int port = 80, DocumentedConnection? row = null)
    {
        foreach (var (pair, probe) in Planned(row ?? Row("client", to, port)))
        {
            var report = new ProbeReport { Last = result(pair) with { Probe = probe.Id, Time = _now.AddSeconds(run) }, RunStarted = Start, RunLength = run, Attempts = 1 };
            _evidence[probe.Id] = _evidence.GetValueOrDefault(probe.Id, ProbeEvidence.None).With(report, _now, probe.Host, pair.Source.Steady && pair.Target.Steady);
        }
    }

    private IEnumerable<PlannedPair> Planned(DocumentedConnection row) => ((ConnectionResolution.Resolved)_world.Resolve(row)).Pairs.Select(p => ProbePlanner.Probe(row, p));

    private Verdict Judge(
        string to = "db", int port = 80, Expectation expect = Expectation.Open, ControlEvidence control = default, Denial? denial = null, StaticFact? lost = null,
        DocumentedConnection? row = null, Denial? dnsDenial = null)
    {
        row ??= Row("client", to, port) with { Expect = expect };
        var resolved = (ConnectionResolution.Resolved)_world.Resolve(row);
        return ConnectionJudge.Judge(
            row,
            resolved,
            [.. Planned(row).Select(p => PairJudge.Judge(p, _evidence.GetValueOrDefault(p.Probe.Id, ProbeEvidence.None), row, true, _now))],
            new FailureExplainer(_ => new PolicyOpinion(denial), new AddressBook(_world.Cluster).OwnerOf, _ => dnsDenial),
            _ => control,
            lost: lost is null ? [] : [lost]);
    }
}

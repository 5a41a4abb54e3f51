using Plumbline.Core.Cluster;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Operator.Tests.Support;

namespace Plumbline.Operator.Tests.Loop;

/// <summary>A row of ten by ten pods with a budget of eight pairs: four fixed, four that take turns.</summary>
internal sealed class SweepTests
{
    private const int Pods = 10;
    private const int MaxPairs = 8;
    private const string Dns = "10.96.0.10";

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    // 26 s a turn: the interval of 10 s, the timeout of 1 s, and 15 s.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(26);
    private static readonly TimeSpan Sweep = (Pods * Pods - (MaxPairs / 2)) / (MaxPairs / 2) * Turn;

    private readonly Dictionary<ProbeId, (ProbeOutcome Outcome, int Run, DateTimeOffset At)> _runs = [];
    private readonly HashSet<(string Source, string Host)> _planned = [];
    private readonly List<string> _verdicts = [];
    private Func<PlannedProbe, ProbeOutcome> _truth = _ => ProbeOutcome.Succeeded;
    private LoopWorld _world = null!;
    private int _largestPlan;

    [SetUp]
    public void Begin()
    {
        _runs.Clear();
        _planned.Clear();
        _verdicts.Clear();
        _truth = _ => ProbeOutcome.Succeeded;
        _largestPlan = 0;
        _world = new LoopWorld();
        var dns = new NamespacedName("kube-system", "kube-dns");
        _world.Fact(new LoopEvent.ServiceChanged(dns, new ServiceFacts { Key = dns, ClusterIps = [Dns], DnsRank = 6 }));
        for (var i = 0; i < Pods; i++)
        {
            _world.Pod("a", i, i % 2 == 0 ? "n1" : "n2", $"10.0.1.{i}");
            _world.Pod("b", i, i % 2 == 0 ? "n1" : "n2", $"10.0.2.{i}");
        }
    }

    [Test]
    public void Sweep_AllWorks_EveryPairIsProbedAndTheRowStaysVerified()
    {
        Start();
        Pass(Sweep + Turn);

        Assert.That(_planned, Has.Count.EqualTo(Pods * Pods));
        Assert.That(_largestPlan, Is.EqualTo(MaxPairs));
        Assert.That(_verdicts, Is.EqualTo(new[] { "Unknown NotProbedYet", "True Reachable" }), "no turn puts it in doubt");
        var verdict = _world.Loop.View.Connections.Single().Verdict;
        Assert.That((verdict.Reachable, verdict.Probed, verdict.Coverage), Is.EqualTo((100, 100, new Coverage(100, 100, Sweep))));
        Assert.That(verdict.Explanation, Is.EqualTo("a → b:9000: no pair fails; of 100 pairs 8 are probed at a time, and each within 11 min"));
    }

    [Test]
    public void Sweep_AllWorks_IsWrittenWithTheHeartbeatOnly()
    {
        Start();
        Pass(Turn);
        _world.Effects.Clear();
        Pass(Sweep);

        Assert.That(_world.Of<Effect.PublishConnection>().Length, Is.LessThanOrEqualTo((int)(Sweep / LoopOptions.DefaultHeartbeat) + 1));
    }

    [Test]
    public void Sweep_Plans_ChangeByATurnOnly()
    {
        Start();
        Pass(Turn);
        _world.Effects.Clear();
        Pass(10 * Turn);

        Assert.That(_world.Of<Effect.ChangePlan>().Length, Is.LessThanOrEqualTo(2 * 11), "once a turn and node");
    }

    [Test]
    public void Sweep_OneTargetIsDead_IsFoundHeldAndForgivenWhenItRecovers()
    {
        Start();
        Pass(Turn);
        _truth = probe => probe.Host == "10.0.2.7" ? ProbeOutcome.ConnectionRefused : ProbeOutcome.Succeeded;
        Pass(Sweep + Turn);

        Assert.That(_verdicts[^1], Is.EqualTo("False PartlyReachable"));
        Assert.That(_verdicts.Count(v => v.StartsWith("False", StringComparison.Ordinal)), Is.EqualTo(1), "it does not come and go with the turns");
        Assert.That(_largestPlan, Is.LessThanOrEqualTo(MaxPairs + (MaxPairs / 2)));
        Assert.That(_world.Loop.View.Connections.Single().Verdict.Explanation, Does.Contain("of 100 pairs fail").And.Contain("10.0.2.7:9000, refused"));

        _truth = _ => ProbeOutcome.Succeeded;
        Pass(TimeSpan.FromMinutes(1));
        Assert.That(_verdicts[^1], Is.EqualTo("True Reachable"));
        Pass(Sweep + Turn);
        Assert.That(_verdicts[^1], Is.EqualTo("True Reachable"));
        Assert.That(_world.Plans.Values.Sum(p => p.Probes.Count), Is.LessThanOrEqualTo(MaxPairs), "nothing is held any more");
    }

    [Test]
    public void Sweep_EverythingIsDead_SaysSoAndRecoversWhole()
    {
        Start();
        Pass(2 * Turn);
        _truth = _ => ProbeOutcome.TimedOut;
        Pass(10 * Turn);

        Assert.That(_verdicts[^1], Is.EqualTo("False TimedOut"));
        Assert.That(_largestPlan, Is.LessThanOrEqualTo(MaxPairs + (MaxPairs / 2)));

        _truth = _ => ProbeOutcome.Succeeded;
        Pass(Sweep + (3 * Turn));
        Assert.That(_verdicts[^1], Is.EqualTo("True Reachable"));
        Assert.That(_world.Loop.View.Connections.Single().Verdict.Coverage!.Probed, Is.EqualTo(100));
    }

    /// <summary>Whenever in a turn a pair begins to fail, it is confirmed rather than rotated away.</summary>
    [Test]
    public void Sweep_PairBeginsToFailInItsTurn_StaysPlanned([Range(2, 26, 4)] int seconds)
    {
        Start();
        var firstTurn = _world.Probes.ToHashSet();
        Pass(Turn + TimeSpan.FromSeconds(seconds));
        var fixedPairs = _world.Probes.Where(firstTurn.Contains).ToHashSet();
        var failing = _world.Probes.First(p => !fixedPairs.Contains(p));
        _truth = probe => probe.Id == failing ? ProbeOutcome.TimedOut : ProbeOutcome.Succeeded;
        Pass(Step);
        var noticed = _runs.TryGetValue(failing, out var run) && run.Outcome == ProbeOutcome.TimedOut;
        Pass(3 * Turn);

        Assert.That(_verdicts[^1], Is.EqualTo(noticed || _world.Probes.Contains(failing) ? "False PartlyReachable" : "True Reachable"));
        Assert.That(_world.Probes.Contains(failing), Is.EqualTo(_verdicts[^1] == "False PartlyReachable"));
    }

    [Test]
    public void Sweep_OperatorRestarts_GoesOnWithTheSamePairs()
    {
        Start();
        Pass(3.5 * Turn);
        var before = Asked();
        _world.Restart();
        _world.Settle();

        Assert.That(Asked(), Is.EquivalentTo(before));
    }

    [Test]
    public void Sweep_NodeWithoutAgent_IsUnknownAllTheTime()
    {
        Start();
        Pass(Turn);
        _world.Unlink("n2");
        Pass(Turn);
        _verdicts.Clear();
        Pass(Sweep);

        Assert.That(_verdicts, Is.EqualTo(new[] { "Unknown AgentUnavailable" }), "it does not come and go with the turns");
    }

    /// <summary>With a budget below the number of ports, each port is known by the turn it had last.</summary>
    [Test]
    public void Sweep_FewerPairsThanPorts_KnowsEveryPort()
    {
        Start(maxPairs: 1, ports: [9000, 9001, 9002]);
        Pass(4 * Turn);

        Assert.That(_verdicts[^1], Is.EqualTo("True Reachable"));
        var seen = _verdicts.Count;
        Pass(6 * Turn);
        Assert.That(_verdicts, Has.Count.EqualTo(seen));
        Assert.That(_largestPlan, Is.EqualTo(1));
    }

    [Test]
    public void Sweep_BlockedIsExpected_StaysProvenWhileTheTurnsPass()
    {
        _truth = probe => probe.Host == Dns || probe.Source == ProbeSource.NodeId ? ProbeOutcome.Succeeded : ProbeOutcome.TimedOut;
        Start(expect: "Blocked");
        Pass(Sweep + Turn);

        Assert.That(_verdicts[^1], Is.EqualTo("True Blocked"), _world.Loop.View.Connections.Single().Verdict.Explanation);
        Assert.That(_verdicts.Count(v => v == "True Blocked"), Is.EqualTo(1));
        Assert.That(_world.Loop.View.Connections.Single().Verdict.Coverage!.Probed, Is.EqualTo(100));

        _truth = probe => probe.Host is Dns or "10.0.2.7" || probe.Source == ProbeSource.NodeId ? ProbeOutcome.Succeeded : ProbeOutcome.TimedOut;
        Pass(Sweep + Turn);
        Assert.That(_verdicts[^1], Is.EqualTo("False OpenButExpectedBlocked"));
        Assert.That(_verdicts.Count(v => v.StartsWith("False", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void Sweep_RowAsksSomethingElse_ForgetsWhatWasProven()
    {
        Start();
        Pass(Sweep);
        _world.Map(["1"], [9001], null, MaxPairs);
        Pass(Turn);

        Assert.That(_world.Loop.View.Connections.Single().Verdict.Coverage!.Probed, Is.LessThanOrEqualTo(2 * MaxPairs));
    }

    private void Start(int maxPairs = MaxPairs, int[]? ports = null, string? expect = null)
    {
        _world.Map(["1"], ports ?? [9000], expect, maxPairs);
        _world.Start();
        _world.Link("n1", "n2");
        Settle();
    }

    private void Pass(TimeSpan time)
    {
        for (var end = _world.Now + time; _world.Now < end;)
        {
            _world.Advance(Step);
            foreach (var (node, plan) in _world.Plans)
            {
                _world.Send(new LoopEvent.AgentReported(node, [.. plan.Probes.Values.OrderBy(p => p.Id.Value).Select(Probe).OfType<ProbeReport>()]));
            }

            Settle();
        }
    }

    /// <summary>As the real agent: soon when it is new, once an interval, and again at once while a failure is to be confirmed.</summary>
    private ProbeReport? Probe(PlannedProbe probe)
    {
        var isKnown = _runs.TryGetValue(probe.Id, out var run);
        var confirms = isKnown && run.Outcome != ProbeOutcome.Succeeded && run.Run < 3;
        if (isKnown && !confirms && _world.Now - run.At < LoopWorld.Interval)
        {
            return null;
        }

        var outcome = _truth(probe);
        run = (outcome, isKnown && run.Outcome == outcome ? run.Run + 1 : 1, _world.Now);
        _runs[probe.Id] = run;
        return LoopWorld.Result(probe.Id, outcome, _world.Now, _world.Now, run.Run);
    }

    private void Settle()
    {
        _world.Settle();
        var probes = Asked();
        foreach (var forgotten in _runs.Keys.Except(_world.Probes).ToList())
        {
            _runs.Remove(forgotten);
        }

        _largestPlan = Math.Max(_largestPlan, probes.Count);
        _planned.UnionWith(probes);
        var verified = _world.Verified("1");
        if (_verdicts.LastOrDefault() is not { } last || last != $"{verified.Status} {verified.Reason}")
        {
            _verdicts.Add($"{verified.Status} {verified.Reason}");
        }
    }

    private List<(string Source, string Host)> Asked() =>
        [.. _world.Plans.Values.SelectMany(p => p.Probes.Values).Where(p => p.Source != ProbeSource.NodeId && p.Host != Dns && p.Protocol != ProbeProtocol.Listeners).Select(p => (p.Source, p.Host))];
}

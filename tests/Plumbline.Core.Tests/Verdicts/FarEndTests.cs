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

/// <summary>What the sockets of the destination add to what the source saw.</summary>
public class FarEndTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DocumentedConnection Documented = Row("client", "db", 5432);
    private static readonly World Cluster = new World().Workload("client", replicas: 1).Workload("db").Service("db", 5432, 5432);
    private static readonly ConnectionResolution.Resolved Resolved = (ConnectionResolution.Resolved)Cluster.Resolve(Documented);

    [TestCase(ProbeRemarks.ListensNot, "does not listen on port 5432 (it does on 80, 90)", nameof(Reasons.NotListening))]
    [TestCase(ProbeRemarks.ListensNot | ProbeRemarks.ListensOnOtherPort, "does not listen on port 5432, but on 5433", nameof(Reasons.ListeningOnOtherPort))]
    [TestCase(ProbeRemarks.ListensOnLoopbackOnly, "listens on 127.0.0.1:5432 only, which nobody outside the pod reaches", nameof(Reasons.ListeningOnLoopbackOnly))]
    public void Refused_ByADestinationThatDoesNotTakeConnections_SaysWhy(ProbeRemarks remarks, string detail, string reason)
    {
        var verdict = Judge(_ => ProbeOutcome.ConnectionRefused, _ => new Listening(remarks, detail));

        Assert.That(verdict.Reason.Name, Is.EqualTo(reason));
        Assert.That(verdict.Explanation, Does.Contain($"pod db/db-0 {detail}"));
        Assert.That(verdict.Failures.Select(f => f.Reason.Name).Distinct(), Is.EqualTo(new[] { reason }), "through the Service as well");
    }

    [Test]
    public void Refused_ByAPodThatDeclaresOtherPorts_IsNotSaidToHaveMoved()
    {
        var pod = Cluster.Cluster.Pod(new NamespacedName("db", "db-0"))! with { ContainerPorts = [new("db", 5432, "TCP"), new("metrics", 9187, "TCP")] };
        var target = Resolved.Pairs.First(p => p.Target.Pod?.Uid == pod.Uid).Target;
        var seen = new Listening(ProbeRemarks.ListensNot | ProbeRemarks.ListensOnOtherPort, "does not listen on port 5432, but on 9187");

        Assert.That(seen.Explain(target with { Pod = pod })!.Reason, Is.EqualTo(Reasons.NotListening));
        Assert.That(seen.Explain(target with { Pod = pod with { ContainerPorts = [new("db", 5432, "TCP")] } })!.Reason, Is.EqualTo(Reasons.ListeningOnOtherPort));
    }

    [Test]
    public void Refused_OnAPortThatTheServiceLacks_IsTheServices()
    {
        var facts = Resolved with { Facts = [new StaticFact(5432, Reasons.ServicePortMissing, "Service db/db has no port 5432")] };

        var verdict = ConnectionJudge.Judge(
            Documented, facts, [.. States(_ => ProbeOutcome.ConnectionRefused)], new FailureExplainer(_ => null), _ => default, listening: _ => new Listening(ProbeRemarks.ListensNot, "listens not"));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.ServicePortMissing));
    }

    [Test]
    public void Refused_ByOneOfTwo_LeavesTheServiceOpen()
    {
        var verdict = Judge(
            p => p.Target.Host == "10.0.0.2" ? ProbeOutcome.ConnectionRefused : p.Target.Kind == TargetKind.Service ? ProbeOutcome.TimedOut : ProbeOutcome.Succeeded,
            t => t.Host == "10.0.0.2" ? new Listening(ProbeRemarks.ListensNot, "listens not") : null);

        Assert.That(verdict.Failures.Select(f => f.Reason), Is.EquivalentTo(new[] { Reasons.NotListening, Reasons.TimedOut }));
    }

    [Test]
    public void Refused_AlthoughItListens_BlamesTheWay()
    {
        var verdict = Judge(_ => ProbeOutcome.ConnectionRefused, _ => new Listening(ProbeRemarks.None, "listens there"));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.ConnectionRefused));
        Assert.That(verdict.Failures.Select(f => f.Message), Has.Some.Contains("pod db/db-1 listens there, says the agent on its node, so the way there is at fault"));
    }

    [Test]
    public void TimedOut_WithAFullQueue_BlamesTheProcess()
    {
        var verdict = Judge(_ => ProbeOutcome.TimedOut, _ => new Listening(ProbeRemarks.AcceptQueueFull, "listens, but its accept queue is full: 3 connections wait, and there is room for 2"));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.AcceptQueueFull));
    }

    [Test]
    public void TimedOut_WhereAPolicyDenies_IsThePolicys()
    {
        var verdict = Judge(_ => ProbeOutcome.TimedOut, _ => new Listening(ProbeRemarks.None, "listens there"), p => p.Target.Kind == TargetKind.Endpoint ? new Denial("db/deny", "denied") : null);

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.BlockedByNetworkPolicy));
    }

    [Test]
    public void TimedOut_WhereNothingListens_SaysBoth()
    {
        var verdict = Judge(_ => ProbeOutcome.TimedOut, _ => new Listening(ProbeRemarks.ListensNot, "listens on no port"));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.TimedOut));
        Assert.That(verdict.Failures.Select(f => f.Message), Has.Some.Contains("; besides, pod db/db-0 listens on no port"));
    }

    [Test]
    public void Suspects_ArePodsThatRefuseOrAreSilent_AndNoOthers()
    {
        Assert.That(Suspected(ProbeOutcome.ConnectionRefused).Select(s => s.Host), Is.EqualTo(new[] { "10.0.0.2", "10.0.0.3" }));
        Assert.That(Suspected(ProbeOutcome.TimedOut), Has.Length.EqualTo(2));
        Assert.That(Suspected(ProbeOutcome.Succeeded), Is.Empty);
        Assert.That(Suspected(ProbeOutcome.Rejected), Is.Empty, "a filter has said no");
        Assert.That(Suspected(ProbeOutcome.TimedOut, Documented with { Expect = Expectation.Blocked }), Is.Empty);
    }

    [Test]
    public void Plan_OfSuspects_LooksFromTheirOwnNodes()
    {
        var probes = Resolved.Pairs.Select(p => ProbePlanner.Probe(Documented, p)).ToList();

        var planned = ListenerPlanner.Plan(Documented, [.. probes], [.. Suspected(ProbeOutcome.TimedOut)], Cluster.Cluster, new Places());

        Assert.That(planned.Select(p => (p.Pair.Source.Node, p.Probe.Source, p.Probe.Host, p.Probe.Port, p.Probe.Protocol)), Is.EquivalentTo(new[]
        {
            ("n1", "uid-db-0", "10.0.0.2", 5432, ProbeProtocol.Listeners),
            ("n2", "uid-db-1", "10.0.0.3", 5432, ProbeProtocol.Listeners),
        }));
        Assert.That(ListenerPlanner.Plan(Documented, [.. probes], [], Cluster.Cluster, new Places()), Is.Empty);
    }

    private static Suspect[] Suspected(ProbeOutcome outcome, DocumentedConnection? row = null) => [.. Suspects.Of(row ?? Documented, States(_ => outcome))];

    private static List<PairState> States(Func<ProbePair, ProbeOutcome> outcome) => [.. Resolved.Pairs.Select(pair =>
    {
        var planned = ProbePlanner.Probe(Documented, pair);
        var report = new ProbeReport { Last = new ProbeResult { Probe = planned.Probe.Id, Time = Now, Outcome = outcome(pair) }, RunStarted = Now, RunLength = 3 };
        return PairJudge.Judge(planned, ProbeEvidence.None.With(report, Now), Documented, true, Now);
    })];

    private static Verdict Judge(Func<ProbePair, ProbeOutcome> outcome, Func<PairTarget, Listening?> listening, Func<ProbePair, Denial?>? denial = null) =>
        ConnectionJudge.Judge(Documented, Resolved, [.. States(outcome)], new FailureExplainer(s => new PolicyOpinion(denial?.Invoke(s.Pair))), _ => default, listening: t => t.Pod is null ? null : listening(t));
}

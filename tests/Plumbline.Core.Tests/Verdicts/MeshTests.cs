using System.Collections.Immutable;
using Plumbline.Core.Cluster;
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

/// <summary>A handshake with a sidecar proves nothing of the far end.</summary>
public class MeshTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private World _world = null!;

    [SetUp]
    public void Begin() => _world = new World().Workload("client", replicas: 1).Workload("db", replicas: 1).Service("db", 5432, 5432);

    [TestCase("istio-proxy", "Istio")]
    [TestCase("linkerd-proxy", "Linkerd")]
    [TestCase("kuma-sidecar", "Kuma")]
    [TestCase("consul-dataplane", "Consul")]
    [TestCase("envoy", null)]
    public void Mesh_OfAPod_IsKnownByItsSidecar(string container, string? mesh) =>
        Assert.That(Meshes.Of(["main", container], ImmutableSortedDictionary<string, string>.Empty), Is.EqualTo(mesh));

    [Test]
    public void Mesh_Ambient_IsKnownByItsLabel() =>
        Assert.That(Meshes.Of(["main"], ImmutableSortedDictionary<string, string>.Empty.Add("istio.io/dataplane-mode", "ambient")), Is.EqualTo("Istio (ambient)"));

    [TestCase("client")]
    [TestCase("db")]
    public void Handshake_WithAMeshAtOneEnd_ProvesNothing(string meshed)
    {
        Enrol(meshed);

        var verdict = Judge(Row("client", "db", 5432), new ProbeResult { Probe = default, Time = Now, Outcome = ProbeOutcome.Succeeded, Proven = ProvenStage.Connected });

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.ProxyAccepted));
        Assert.That(verdict.Explanation, Does.Contain($"the proxy of Istio in {meshed}/{meshed}-0 accepts any connection"));
    }

    [Test]
    public void Handshake_WithoutAMesh_IsReachable() =>
        Assert.That(Judge(Row("client", "db", 5432), new ProbeResult { Probe = default, Time = Now, Outcome = ProbeOutcome.Succeeded, Proven = ProvenStage.Connected }).Reason, Is.EqualTo(Reasons.Reachable));

    [TestCase(ProvenStage.Replied, ProbeRemarks.None)]
    [TestCase(ProvenStage.Connected, ProbeRemarks.GreetedLately)]
    public void ServerThatSpeaksFirst_ThroughAMesh_IsReachable(ProvenStage proven, ProbeRemarks remarks)
    {
        Enrol("client");

        var verdict = Judge(Row("client", "db", 5432), new ProbeResult { Probe = default, Time = Now, Outcome = ProbeOutcome.Succeeded, Proven = proven, Remarks = remarks });

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.Reachable));
    }

    [Test]
    public void Failure_ThroughAMesh_IsOne()
    {
        Enrol("client");

        Assert.That(Judge(Row("client", "db", 5432), new ProbeResult { Probe = default, Time = Now, Outcome = ProbeOutcome.ClosedByPeer, Proven = ProvenStage.Connected }).Reason, Is.EqualTo(Reasons.ClosedByPeer));
    }

    [Test]
    public void BlockedRow_ThroughAMesh_IsNotCalledOpen()
    {
        Enrol("client");
        var row = Row("client", "db", 5432) with { Expect = Expectation.Blocked };

        Assert.That(Judge(row, new ProbeResult { Probe = default, Time = Now, Outcome = ProbeOutcome.Succeeded, Proven = ProvenStage.Connected }).Reason, Is.EqualTo(Reasons.ProxyAccepted));
    }

    private void Enrol(string workload)
    {
        var key = new NamespacedName(workload, $"{workload}-0");
        _world.Cluster.Set(key, _world.Cluster.Pod(key)! with { Mesh = "Istio" }, []);
    }

    private Verdict Judge(DocumentedConnection row, ProbeResult result)
    {
        var resolved = (ConnectionResolution.Resolved)_world.Resolve(row);
        var states = resolved.Pairs.Select(pair =>
        {
            var planned = ProbePlanner.Probe(row, pair);
            var report = new ProbeReport { Last = result with { Probe = planned.Probe.Id }, RunStarted = Now, RunLength = 3, Attempts = 1, Successes = result.Outcome == ProbeOutcome.Succeeded ? 1 : 0 };
            return PairJudge.Judge(planned, ProbeEvidence.None.With(report, Now), row, true, Now);
        });
        return ConnectionJudge.Judge(row, resolved, [.. states], new FailureExplainer(_ => null), _ => default);
    }
}

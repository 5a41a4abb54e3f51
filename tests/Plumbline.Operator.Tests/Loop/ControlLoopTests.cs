using k8s.Models;
using Plumbline.Api;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Tests.Support;

namespace Plumbline.Operator.Tests.Loop;

internal sealed class ControlLoopTests
{
    private LoopWorld _world = null!;

    [SetUp]
    public void Begin()
    {
        _world = new LoopWorld();
        _world.Map("1", "2");
        _world.Start();
        _world.Link("n1", "n2");
    }

    [Test]
    public void Map_NewRows_AreAppliedOnceEach()
    {
        _world.Settle(carryOut: false);
        Assert.That(_world.Of<Effect.ApplyConnection>().Select(a => a.Key), Is.EquivalentTo(new[] { LoopWorld.Row("1"), LoopWorld.Row("2") }));
        Assert.That(((V1Alpha1Manifest)_world.Of<Effect.ApplyConnection>()[0].Manifest).Object.Metadata.OwnerReferences!.Single().Uid, Is.EqualTo("map-uid"));
        Assert.That(_world.Loop.Settle(_world.Now).OfType<Effect.ApplyConnection>(), Is.Empty, "asked for already");
    }

    [Test]
    public void Map_ApplyNeverSeen_IsAskedForAgainAfterPatience()
    {
        _world.Settle(carryOut: false);
        _world.Advance(_world.Options.RequestPatience);
        Assert.That(_world.Loop.Settle(_world.Now).OfType<Effect.ApplyConnection>().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Map_RowRemoved_DeletesItsConnectionOnly()
    {
        _world.Settle();
        _world.Map("2");
        _world.Settle();
        Assert.That(_world.Of<Effect.DeleteConnection>().Select(d => d.Key), Is.EqualTo(new[] { LoopWorld.Row("1") }));
        Assert.That(_world.Stored.Keys, Is.EqualTo(new[] { LoopWorld.Row("2") }));
    }

    [Test]
    public void Map_RowRemovedAndRestored_ComesBackAtOnce()
    {
        _world.Settle();
        _world.Map("2");
        _world.Settle();
        _world.Map("1", "2");
        _world.Settle();
        Assert.That(_world.Stored.Keys, Does.Contain(LoopWorld.Row("1")));
    }

    [Test]
    public void Map_RowChangedThereAndBack_EndsAsTheMapSays()
    {
        _world.Settle();
        _world.Map(["1", "2"], 9001, null);
        _world.Settle();
        _world.Map(["1", "2"], 9000, null);
        _world.Settle();
        Assert.That(_world.Stored[LoopWorld.Row("1")].Spec.Ports, Is.EqualTo(new[] { 9000 }));
    }

    [Test]
    public void Map_ForeignConnectionOfThatName_IsLeftAloneAndReported()
    {
        _world.Store(Foreign("1"));
        _world.Settle();
        Assert.That(_world.Of<Effect.ApplyConnection>().Select(a => a.Key), Is.EqualTo(new[] { LoopWorld.Row("2") }));
        Assert.That(_world.Stored[LoopWorld.Row("1")].Spec.Ports, Is.EqualTo(new[] { 1 }));
        var map = _world.Of<Effect.PublishMap>()[^1].Report;
        Assert.That(map.Problems, Has.Exactly(1).Contains("row 1: Connection map-1 exists and belongs to nobody"));
        Assert.That(map.Unresolved, Is.EqualTo(1));
    }

    [Test]
    public void Plan_HoldsEveryPairOnItsNode_OnceForTwoEqualRows()
    {
        _world.Settle();
        Assert.That(_world.Plans.Keys, Is.EquivalentTo(new[] { "n1", "n2" }));
        Assert.That(_world.Plans["n1"].Probes.Values.Single(), Has.Property("Host").EqualTo("10.0.0.3").And.Property("Source").EqualTo("uid-a-0"));
        Assert.That(_world.Plans["n2"].Probes.Values.Single(), Has.Property("Source").EqualTo("uid-a-1"));
    }

    [Test]
    public void Plan_UnrelatedPodChanges_IsNotSentAgain()
    {
        _world.Settle();
        _world.Effects.Clear();
        _world.Pod("other", 0, "n1", "10.0.0.9");
        _world.Settle();
        Assert.That(_world.Of<Effect.ChangePlan>(), Is.Empty);
    }

    [Test]
    public void Plan_SourceMovesToAnotherNode_BothNodesAreTold()
    {
        _world.Settle();
        _world.Effects.Clear();
        _world.Pod("a", 1, "n1", "10.0.0.8");
        _world.Settle();
        Assert.That(_world.Of<Effect.ChangePlan>().ToDictionary(p => p.Node, p => _world.Plans[p.Node].Probes.Count), Is.EquivalentTo(new Dictionary<string, int> { ["n1"] = 2, ["n2"] = 0 }));
    }

    /// <summary>With half a plan an agent would forget what it still has to tell of the other half.</summary>
    [Test]
    public void Plan_MoreRowsThanABatch_IsToldWhenItIsWhole()
    {
        var world = new LoopWorld { Options = new LoopOptions { RowsPerBatch = 1 } };
        world.Restart();
        world.Map(["1"], 9000, null);
        world.Settle();
        world.Map(["1", "2"], 9000, null);
        world.Settle();
        world.Restart();
        world.Link("n1", "n2", "n3");

        var first = world.Loop.Settle(world.Now);
        Assert.That(world.Loop.HasWork, Is.True);
        Assert.That(first.OfType<Effect.ChangePlan>(), Is.Empty, "one of two rows is resolved");

        var second = world.Loop.Settle(world.Now);
        Assert.That(world.Loop.HasWork, Is.False);
        Assert.That(second.OfType<Effect.ChangePlan>().Select(p => p.Node), Is.EqualTo(new[] { "n1", "n2", "n3" }));
    }

    /// <summary>Without a plan of this leader, an agent must go on with the one it has; with an empty one, it must stop.</summary>
    [Test]
    public void Plan_LinkedNodeWithNothingToProbe_IsToldSo()
    {
        _world.Link("n3");
        _world.Settle();
        Assert.That(_world.Of<Effect.ChangePlan>().Single(p => p.Node == "n3").Change.IsNone, Is.True);
        Assert.That(_world.Plans["n3"].Probes, Is.Empty);
        _world.Effects.Clear();
        _world.Link("n3");
        _world.Settle();
        Assert.That(_world.Of<Effect.ChangePlan>(), Is.Empty, "the hub has it");
    }

    [Test]
    public void Verdict_Moves_IsPublishedOnceWithOneEvent()
    {
        _world.Settle();
        _world.Effects.Clear();
        _world.ReportAll(ProbeOutcome.Succeeded);
        _world.Settle();
        Assert.That(_world.Report("1").Verdict, Has.Property("Reason").EqualTo(Reasons.Reachable).And.Property("Reachable").EqualTo(2));
        Assert.That(_world.Of<Effect.PublishConnection>(), Has.Length.EqualTo(2));
        Assert.That(_world.Of<Effect.RecordEvent>().Select(e => (e.Reason, e.Warning)), Is.EqualTo(new[] { (Reasons.Reachable, false), (Reasons.Reachable, false) }));
    }

    [Test]
    public void Verdict_StaysTheSame_IsWrittenWithTheHeartbeatOnly()
    {
        Verify();
        _world.Effects.Clear();
        var written = _world.Now;
        while (_world.Now - written < _world.Options.Heartbeat)
        {
            Assert.That(_world.Effects, _world.Now - written < 0.8 * _world.Options.Heartbeat ? Is.Empty : Is.All.InstanceOf<Effect.PublishConnection>());
            _world.Advance(LoopWorld.Interval);
            _world.ReportAll(ProbeOutcome.Succeeded);
            _world.Settle();
        }

        Assert.That(_world.Of<Effect.PublishConnection>().Select(p => p.Key), Is.EquivalentTo(new[] { LoopWorld.Row("1"), LoopWorld.Row("2") }), "each once, within a fifth of the heartbeat before its end");
        Assert.That(_world.Of<Effect.RecordEvent>(), Is.Empty);
    }

    [Test]
    public void Failures_FewerThanTheThreshold_LeaveTheRowVerified()
    {
        Verify();
        _world.Effects.Clear();
        _world.Advance(LoopWorld.Interval);
        _world.ReportAll(ProbeOutcome.TimedOut);
        _world.Settle();
        _world.Advance(LoopWorld.Interval);
        _world.ReportAll(ProbeOutcome.TimedOut, run: 2);
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
        _world.Advance(LoopWorld.Interval);
        _world.ReportAll(ProbeOutcome.TimedOut, run: 3);
        _world.Settle();
        Assert.That(_world.Verified("1").Reason, Is.EqualTo("TimedOut"));
        Assert.That(_world.Of<Effect.RecordEvent>().All(e => e.Warning), Is.True);
        Assert.That(_world.Of<Effect.RecordEvent>(), Has.Length.EqualTo(2));
    }

    /// <summary>The agent starts a run's clock anew when the kind of failure changes, and goes on counting: two failures are two.</summary>
    [Test]
    public void Failures_OfChangingKind_AreNotCountedTwice()
    {
        Verify();
        _world.Advance(LoopWorld.Interval);
        _world.ReportAll(ProbeOutcome.ConnectionRefused);
        _world.Settle();
        _world.Advance(LoopWorld.Interval);
        foreach (var (node, plan) in _world.Plans)
        {
            _world.Send(new LoopEvent.AgentReported(node, [.. plan.Probes.Keys.Select(p => LoopWorld.Result(p, ProbeOutcome.TimedOut, _world.Now, _world.Now, 2))]));
        }

        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
    }

    [Test]
    public void Agent_Away_TurnsUnknownAfterTheGraceAndNeverFalse()
    {
        Verify();
        _world.Unlink("n2");
        _world.Advance(_world.Options.AgentGrace - TimeSpan.FromSeconds(1));
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
        _world.Advance(TimeSpan.FromSeconds(1));
        _world.Settle();
        Assert.That((_world.Verified("1").Status, _world.Verified("1").Reason), Is.EqualTo(("Unknown", "AgentUnavailable")));
        _world.Link("n2");
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"), "its results are still fresh");
    }

    [Test]
    public void Agent_OlderLinkEndsLate_NodeStaysLinked()
    {
        Verify();
        _world.Send(new LoopEvent.AgentLinked("n2", 7), new LoopEvent.AgentUnlinked("n2", 1));
        _world.Advance(_world.Options.AgentGrace * 2);
        _world.ReportAll(ProbeOutcome.Succeeded);
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
    }

    /// <summary>An agent speaks for its own node: what it says of another's probes must not count.</summary>
    [Test]
    public void Agent_ReportsProbesOfAnotherNode_IsIgnored()
    {
        _world.Settle();
        var foreign = _world.Plans["n2"].Probes.Keys;
        _world.Report("n1", ProbeOutcome.Succeeded, 1, [.. _world.Plans["n1"].Probes.Keys, .. foreign]);
        _world.Settle();
        Assert.That(_world.Loop.View.Connections.Select(c => (c.Verdict.Reason, c.Verdict.Reachable)), Is.All.EqualTo((Reasons.NotProbedYet, 1)));

        // Numbers of a verdict that stays are no move: they are written after a pause.
        _world.Advance(TimeSpan.FromSeconds(10));
        _world.Settle();
        Assert.That(_world.Verified("1").Reason, Is.EqualTo("NotProbedYet"));
        Assert.That(_world.Report("1").Verdict.Reachable, Is.EqualTo(1));
    }

    [Test]
    public void Result_OfANameThatWorksInPart_TurnsPartlyReachableAtTheThreshold()
    {
        _world.Settle();
        for (var run = 1; run <= 3; run++)
        {
            _world.Advance(TimeSpan.FromSeconds(1));
            foreach (var (node, plan) in _world.Plans)
            {
                _world.Send(new LoopEvent.AgentReported(node, [.. plan.Probes.Keys.Select(p => LoopWorld.Result(p, ProbeOutcome.Succeeded, _world.Now, _world.Now, run)).Select(r =>
                    r with { Last = r.Last with { Address = "10.0.0.3", FailedAddresses = [new FailedAddress("10.0.0.4", ProbeOutcome.TimedOut, null)] } })]));
            }

            _world.Settle();
            Assert.That(_world.Verified("1").Reason, Is.EqualTo(run < 3 ? "Reachable" : "PartlyReachable"));
        }

        Assert.That(_world.Verified("1").Message, Does.Contain("works at 10.0.0.3, but not at 10.0.0.4 (TimedOut)"));
        Assert.That(_world.Stored[LoopWorld.Row("1")].Status!.Failures!.Select(f => f.Reason), Is.All.EqualTo("PartlyReachable"));
    }

    [Test]
    public void Result_WithACertificate_IsInTheStatusAndStaysWhileTheRowIsDown()
    {
        _world.Settle();
        var expiry = _world.Now.AddDays(40);
        foreach (var (node, plan) in _world.Plans)
        {
            _world.Send(new LoopEvent.AgentReported(node, [.. plan.Probes.Keys.Select(p => LoopWorld.Result(p, ProbeOutcome.Succeeded, _world.Now, _world.Now, 1)).Select(r =>
                r with { Last = r.Last with { Certificate = new CertificateFacts($"CN={node}", "CN=ca", _world.Now, node == "n1" ? expiry : expiry.AddDays(1), [node], node == "n1" ? null : "not signed by an authority that is trusted") } })]));
        }

        _world.Settle();
        var shown = _world.Stored[LoopWorld.Row("1")].Status!.Certificate!;
        Assert.That((shown.Subject, shown.NotAfter, shown.Problem), Is.EqualTo(("CN=n1", (DateTimeOffset?)expiry, "CN=n2: not signed by an authority that is trusted")));

        _world.Advance(TimeSpan.FromSeconds(1));
        _world.ReportAll(ProbeOutcome.TimedOut, run: 3);
        _world.Settle();
        Assert.That((_world.Verified("1").Reason, _world.Stored[LoopWorld.Row("1")].Status!.Certificate), Is.EqualTo(("TimedOut", shown with { Names = _world.Stored[LoopWorld.Row("1")].Status!.Certificate!.Names })));
    }

    [Test]
    public void Results_TooOld_TurnStale()
    {
        Verify();
        _world.Advance(TimeSpan.FromSeconds((3 * 10) + 1 + 15));
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
        _world.Advance(TimeSpan.FromSeconds(1));
        _world.Settle();
        Assert.That((_world.Verified("1").Status, _world.Verified("1").Reason), Is.EqualTo(("Unknown", "Stale")));
    }

    /// <summary>A batch that was not acknowledged comes again with the next link; it is no news of now.</summary>
    [Test]
    public void Results_SentAgain_DoNotBecomeYounger()
    {
        Verify();
        var old = _world.Now;
        _world.Advance(TimeSpan.FromSeconds(40));
        foreach (var (node, plan) in _world.Plans)
        {
            _world.Send(new LoopEvent.AgentReported(node, [.. plan.Probes.Keys.Select(p => LoopWorld.Result(p, ProbeOutcome.Succeeded, old, old, 1))]));
        }

        _world.Advance(TimeSpan.FromSeconds(7));
        _world.Settle();
        Assert.That(_world.Verified("1").Reason, Is.EqualTo("Stale"));
    }

    [Test]
    public void Restart_HoldsWhatWasFoundUntilEvidenceComes()
    {
        Verify();
        var before = _world.Stored[LoopWorld.Row("1")];
        _world.Effects.Clear();
        _world.Advance(TimeSpan.FromSeconds(3));
        _world.Restart();
        _world.Link("n1", "n2");
        for (var second = 0; second < 20; second++)
        {
            _world.Settle();
            Assert.That(_world.Verified("1").Status, Is.EqualTo("True"), $"{second} s after the restart");
            _world.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(_world.Of<Effect.PublishConnection>(), Is.Empty, "there is nothing new to say");
        Assert.That(_world.Loop.View.Connections.Select(c => c.Verdict.Status), Is.All.EqualTo(VerifiedStatus.True));
        _world.ReportAll(ProbeOutcome.Succeeded);
        _world.Settle();
        Assert.That(_world.Verified("1").LastTransitionTime, Is.EqualTo(before.Status!.Conditions!.Single(c => c.Type == "Verified").LastTransitionTime));
        Assert.That(_world.Of<Effect.RecordEvent>(), Is.Empty);
    }

    [Test]
    public void Restart_NoEvidenceComes_TurnsUnknownInTheEnd()
    {
        Verify();
        _world.Restart();
        _world.Link("n1", "n2");
        _world.Settle();
        _world.Advance(TimeSpan.FromSeconds(46));
        _world.Settle();
        Assert.That((_world.Verified("1").Status, _world.Verified("1").Reason), Is.EqualTo(("Unknown", "NotProbedYet")));
    }

    [Test]
    public void Restart_AgentsStayAway_TurnsUnknownAfterTheGrace()
    {
        Verify();
        _world.Restart();
        _world.Settle();
        _world.Advance(_world.Options.AgentGrace);
        _world.Settle();
        Assert.That(_world.Verified("1").Reason, Is.EqualTo("AgentUnavailable"));
    }

    [Test]
    public void Restart_AgentsReportBeforeTheFirstPlan_TheirReportsCount()
    {
        Verify();
        var plans = _world.Plans.ToDictionary();
        _world.Restart();
        _world.Link("n1", "n2");
        foreach (var (node, plan) in plans)
        {
            _world.Report(node, ProbeOutcome.TimedOut, 3, plan.Probes.Keys);
        }

        _world.Settle();
        Assert.That(_world.Verified("1").Reason, Is.EqualTo("TimedOut"));
    }

    [Test]
    public void Leadership_Lost_EndsAllEffects()
    {
        Verify();
        _world.Send(new LoopEvent.LeadershipChanged(false));
        _world.Map("3");
        _world.ReportAll(ProbeOutcome.TimedOut, run: 5);
        _world.Advance(TimeSpan.FromHours(1));
        Assert.That(_world.Loop.Settle(_world.Now), Is.Empty);
        Assert.That(_world.Loop.View.Connections, Is.Empty);
    }

    /// <summary>A standby has watched for hours while another replica led: it goes on from what that one wrote last.</summary>
    [Test]
    public void Leadership_TakenOver_GoesOnFromTheOtherReplicasStatus()
    {
        Verify();
        var standby = new ControlLoop(_world.Options);
        _world.Restart(lead: false);
        _world.Advance(TimeSpan.FromMinutes(5));

        // The other replica writes: broken for two minutes now.
        var since = _world.Now - TimeSpan.FromMinutes(2);
        _world.Store(Rewritten("1", "False", "TimedOut", since));
        _world.Store(Rewritten("2", "False", "TimedOut", since));
        _world.Effects.Clear();
        _world.Send(new LoopEvent.LeadershipChanged(true));
        _world.Link("n1", "n2");
        _world.Settle();
        Assert.That(_world.Loop.View.Connections.Select(c => c.Verdict.Reason), Is.All.EqualTo(Reasons.TimedOut), "held until evidence comes");
        _world.ReportAll(ProbeOutcome.TimedOut, run: 12);
        _world.Settle();
        Assert.That(_world.Of<Effect.RecordEvent>(), Is.Empty, "nothing moved");
        Assert.That(_world.Verified("1").LastTransitionTime, Is.EqualTo(since.UtcDateTime));
        Assert.That(_world.Report("1").Outages.Single(), Is.EqualTo(new Outage(since, null, "TimedOut", 2)));
    }

    [Test]
    public void Leadership_LostAndWonAgain_HoldsTheStatusInstead0fBlinking()
    {
        Verify();
        _world.Send(new LoopEvent.LeadershipChanged(false));
        _world.Settle();
        _world.Advance(TimeSpan.FromSeconds(5));
        _world.Effects.Clear();
        _world.Send(new LoopEvent.LeadershipChanged(true));
        _world.Link("n1", "n2");
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
        Assert.That(_world.Of<Effect.ChangePlan>().Select(p => p.Node), Is.EquivalentTo(new[] { "n1", "n2" }));
    }

    [Test]
    public void Status_OverwrittenBySomebody_IsWrittenAgain()
    {
        Verify();
        _world.Store(Rewritten("1", "False", "TimedOut", _world.Now));
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
    }

    [Test]
    public void MapStatus_OverwrittenBySomebody_IsWrittenAgainOnce()
    {
        _world.Settle();
        var written = _world.Of<Effect.PublishMap>()[^1].Report.Verdict;
        _world.Effects.Clear();

        _world.ObserveMap(new ObservedCondition(written.Reason.Status, written.Reason.Name, "", _world.Now, 1));
        _world.Settle();
        Assert.That(_world.Of<Effect.PublishMap>(), Is.Empty, "our own write comes back");

        _world.ObserveMap(new ObservedCondition(VerifiedStatus.True, "AllVerified", "", _world.Now, 1));
        _world.Settle();
        _world.Settle();
        Assert.That(_world.Of<Effect.PublishMap>().Single().Report.Verdict, Is.EqualTo(written));
    }

    [Test]
    public void ComponentStatus_OverwrittenBySomebody_IsWrittenAgainOnce()
    {
        _world.Settle();
        var written = _world.Of<Effect.PublishComponent>().Last(p => p.Key.Name == "a").Report;
        _world.Effects.Clear();

        _world.ObserveComponent("a", new ObservedCondition(VerifiedStatus.True, written.Reason, "", _world.Now, 1));
        _world.Settle();
        Assert.That(_world.Of<Effect.PublishComponent>(), Is.Empty, "our own write comes back");

        _world.ObserveComponent("a", new ObservedCondition(VerifiedStatus.False, "NotFound", "", _world.Now, 1));
        _world.Settle();
        _world.Settle();
        Assert.That(_world.Of<Effect.PublishComponent>().Single().Report.Reason, Is.EqualTo(written.Reason));
    }

    [Test]
    public void Connection_MadeAnewUnderItsName_BeginsWithNoHistory()
    {
        Verify();
        _world.Effects.Clear();
        var old = _world.Stored[LoopWorld.Row("1")];
        _world.Store(old with { Metadata = old.Metadata with { Uid = "another" }, Status = null });
        _world.Settle();
        Assert.That(_world.Report("1").Uid, Is.EqualTo("another"));
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
    }

    [Test]
    public void Blocked_ControlsWork_IsVerifiedUntilAControlGoesStale()
    {
        _world = new LoopWorld { Options = new LoopOptions { ClusterDnsServers = ["10.96.0.10"] } };
        _world.Map(["1"], 9000, "Blocked");
        _world.Restart();
        _world.Link("n1", "n2");
        _world.Settle();
        Judge();
        Assert.That(_world.Verified("1").Reason, Is.EqualTo("Blocked"));

        // b runs on n1 and is answered for by n1's own control; a-1 is on n2, whose probes go on.
        for (var at = 0; at < 6; at++)
        {
            _world.Advance(LoopWorld.Interval);
            var control = _world.Plans["n1"].Probes.Values.Single(p => p.Source == "node").Id;
            Judge(except: control);
        }

        Assert.That(_world.Verified("1").Reason, Is.EqualTo("ControlFailed"), "nobody has seen b answer for a minute");

        void Judge(Core.Probes.ProbeId? except = null)
        {
            foreach (var (node, plan) in _world.Plans)
            {
                foreach (var probe in plan.Probes.Values.Where(p => p.Id != except))
                {
                    var blocked = probe.Source != "node" && probe.Port == 9000;
                    _world.Report(node, blocked ? ProbeOutcome.TimedOut : ProbeOutcome.Succeeded, 3, [probe.Id]);
                }
            }

            _world.Settle();
        }
    }

    private void Verify()
    {
        _world.Settle();
        _world.ReportAll(ProbeOutcome.Succeeded);
        _world.Settle();
        Assert.That(_world.Verified("1").Status, Is.EqualTo("True"));
    }

    private V1Alpha1Connection Rewritten(string id, string status, string reason, DateTimeOffset since)
    {
        var old = _world.Stored[LoopWorld.Row(id)];
        return old with
        {
            Status = old.Status! with
            {
                Conditions = [.. old.Status.Conditions!.Select(c => c.Type is "Verified" or "Ready" ? c with { Status = status, Reason = reason, LastTransitionTime = since.UtcDateTime } : c)],
                Reachable = "0/2",
                LastProbeTime = _world.Now,
                Outages = [new V1Alpha1Outage { StartTime = since, Reason = reason, Pairs = 2 }],
            },
        };
    }

    private static V1Alpha1Connection Foreign(string id) => new()
    {
        Metadata = new V1ObjectMeta { NamespaceProperty = "docs", Name = LoopWorld.Row(id).Name, Uid = "foreign", Generation = 1 },
        Spec = new V1Alpha1ConnectionSpec { Id = id, From = "a", To = "b", Protocol = "TCP", Ports = [1] },
    };
}

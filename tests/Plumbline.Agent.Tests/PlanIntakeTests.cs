using Plumbline.Agent.Intake;
using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Agent.Tests;

internal sealed class PlanIntakeTests
{
    private readonly PlanIntake _intake = new(maxSources: 10, maxProbes: 10);

    [SetUp]
    public void Begin() => _intake.Apply(new PlanSnapshot(1, [Source("a")], [Probe(1)]));

    [Test]
    public void Delta_OnTheRevisionItNames_IsApplied()
    {
        var update = _intake.Apply(new PlanDelta(1, 2, [Source("b")], [Probe(2, "b")], [], [new ProbeId(1)]));

        var applied = (PlanUpdate.Applied)update;
        Assert.That(applied.Revision, Is.EqualTo(2));
        Assert.That(applied.Plan.Probes.Keys, Is.EqualTo([new ProbeId(2)]));
        Assert.That(applied.Plan.Sources.Keys, Is.EqualTo(["a", "b"]));
    }

    [Test]
    public void Delta_UpsertAndRemoveOfOneProbe_RemovalComesLast()
    {
        var applied = (PlanUpdate.Applied)_intake.Apply(new PlanDelta(1, 2, [], [Probe(1)], [], [new ProbeId(1)]));

        Assert.That(applied.Plan.Probes, Is.Empty);
    }

    [Test]
    public void Delta_WithAGap_ChangesNothing()
    {
        Assert.That(_intake.Apply(new PlanDelta(2, 3, [], [], [], [new ProbeId(1)])), Is.EqualTo(new PlanUpdate.Gap(1, 2)));
        Assert.That(((PlanUpdate.Applied)_intake.Apply(new PlanDelta(1, 2, [], [], [], []))).Plan.Probes, Has.Count.EqualTo(1));
    }

    [Test]
    public void Delta_OnANewLinkBeforeItsSnapshot_IsAGapEvenIfTheNumbersFit()
    {
        _intake.ForgetRevision();

        Assert.That(_intake.Apply(new PlanDelta(1, 2, [], [], [], [])), Is.InstanceOf<PlanUpdate.Gap>());
    }

    [Test]
    public void Snapshot_TooLarge_IsRefusedWholeAndTheOldPlanStays()
    {
        var update = _intake.Apply(new PlanSnapshot(2, [Source("a")], [.. Enumerable.Range(1, 11).Select(i => Probe((ulong)i))]));

        Assert.That(((PlanUpdate.OutOfBounds)update).Reason, Does.Contain("11 probes"));
        Assert.That(_intake.Revision, Is.EqualTo(1));
    }

    [Test]
    public void Snapshot_OneBadProbe_TheOthersAreCarriedOut()
    {
        var applied = (PlanUpdate.Applied)_intake.Apply(new PlanSnapshot(
            2,
            [Source("a")],
            [Probe(1), Probe(2) with { Port = 70_000 }, Probe(3) with { TimeoutMilliseconds = 1 }, Probe(4) with { IntervalMilliseconds = 1 }, Probe(5, "nobody"), Probe(6) with { Host = "" }]));

        Assert.That(applied.Plan.Probes.Keys, Is.EqualTo([new ProbeId(1)]));
        var reasons = applied.Refused.ToDictionary(refused => refused.Id.Value, refused => refused.Reason);
        Assert.That(reasons.Keys, Is.EquivalentTo([2UL, 3UL, 4UL, 5UL, 6UL]));
        Assert.That(reasons[2], Does.Contain("70000"));
        Assert.That(reasons[5], Does.Contain("nobody"));
    }

    [Test]
    public void Snapshot_WithNullsWhereNoneBelong_IsTakenAsFarAsItGoes()
    {
        var applied = (PlanUpdate.Applied)_intake.Apply(new PlanSnapshot(
            2, [Source("a"), null!, Source("b") with { Id = null! }], [Probe(1), null!, Probe(2) with { Host = null! }, Probe(3) with { Source = null! }]));

        Assert.That(applied.Plan.Probes.Keys, Is.EqualTo([new ProbeId(1)]));
        Assert.That(applied.Plan.Sources.Keys, Is.EqualTo(["a"]));
        Assert.That(applied.Refused, Has.Length.EqualTo(2));
        Assert.That(applied.Unreadable, Is.EqualTo(3));
    }

    [Test]
    public void Delta_BringsTheMissingSource_TheProbeIsCarriedOut()
    {
        _intake.Apply(new PlanSnapshot(2, [Source("a")], [Probe(1, "late")]));

        var applied = (PlanUpdate.Applied)_intake.Apply(new PlanDelta(2, 3, [Source("late")], [], [], []));

        Assert.That(applied.Plan.Probes, Has.Count.EqualTo(1));
        Assert.That(applied.Refused, Is.Empty);
    }

    [Test]
    public void Snapshot_InParts_CountsWhenTheLastIsThere()
    {
        Assert.That(_intake.Apply(new PlanSnapshot(2, [Source("b")], []) { More = true }), Is.EqualTo(new PlanUpdate.Incomplete(2)));
        Assert.That(_intake.Apply(new PlanSnapshot(2, [], [Probe(2, "b")]) { Part = 1, More = true }), Is.EqualTo(new PlanUpdate.Incomplete(2)));
        Assert.That(_intake.Revision, Is.EqualTo(1), "until then the old plan stays");

        var applied = (PlanUpdate.Applied)_intake.Apply(new PlanSnapshot(2, [], [Probe(3, "b")]) { Part = 2 });

        Assert.That(applied.Plan.Probes.Keys, Is.EquivalentTo([new ProbeId(2), new ProbeId(3)]));
    }

    [Test]
    public void Snapshot_RestOfOneThatWasGivenUp_IsNoPlan()
    {
        _intake.Apply(new PlanSnapshot(2, [Source("b")], []) { More = true });
        _intake.ForgetRevision();

        Assert.That(_intake.Apply(new PlanSnapshot(2, [], [Probe(3, "b")]) { Part = 1 }), Is.EqualTo(new PlanUpdate.Incomplete(2)));
        Assert.That(_intake.Revision, Is.EqualTo(-1));
    }

    [Test]
    public void Snapshot_PartsBeyondTheBounds_AreRefusedBeforeTheLast()
    {
        _intake.Apply(new PlanSnapshot(2, [], [.. Enumerable.Range(1, 8).Select(i => Probe((ulong)i))]) { More = true });

        Assert.That(
            _intake.Apply(new PlanSnapshot(2, [], [.. Enumerable.Range(11, 8).Select(i => Probe((ulong)i))]) { Part = 1, More = true }), Is.InstanceOf<PlanUpdate.OutOfBounds>());
    }

    [Test]
    public void Snapshot_OfANegativeRevision_IsRefused() =>
        Assert.That(_intake.Apply(new PlanSnapshot(-5, [], [])), Is.InstanceOf<PlanUpdate.OutOfBounds>());

    [Test]
    public void Snapshot_SourceOutOfBounds_CostsItsOwnProbesOnly()
    {
        var many = Source("b") with { Addresses = [.. Enumerable.Range(0, 500).Select(i => $"10.0.0.{i}")] };

        var applied = (PlanUpdate.Applied)_intake.Apply(new PlanSnapshot(2, [Source("a"), many], [Probe(1), Probe(2, "b")]));

        Assert.That(applied.Plan.Probes.Keys, Is.EqualTo([new ProbeId(1)]));
        Assert.That(applied.Plan.Sources.Keys, Is.EqualTo(["a"]));
        Assert.That(applied.Refused.Single().Reason, Does.Contain("its source is refused").And.Contain("addresses"));
    }

    private static ProbeSource Source(string id) => new() { Id = id, Vantage = VantageKind.Pod };

    private static PlannedProbe Probe(ulong id, string source = "a") => new()
    {
        Id = new ProbeId(id),
        Source = source,
        Host = "10.0.0.1",
        Port = 80,
        Protocol = ProbeProtocol.Tcp,
        IntervalMilliseconds = 60_000,
        TimeoutMilliseconds = 3000,
    };
}

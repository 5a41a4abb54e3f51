using System.Net;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Tests;

/// <summary>What a name comes to, given what each of its addresses came to.</summary>
internal sealed class NameAttemptsTests
{
    private static readonly SourceFacts DualStack = new(null, false, false);

    [Test]
    public void AllWork_TheFirstIsTold()
    {
        var whole = NameAttempts.Combine([Works("10.0.0.1"), Works("10.0.0.2")], DualStack, 2);

        Assert.That(whole.Attempt.Address!.ToString(), Is.EqualTo("10.0.0.1"));
        Assert.That(whole.Failed, Is.Empty);
    }

    [Test]
    public void OneOfAFamilyFails_IsListed()
    {
        var whole = NameAttempts.Combine([Fails("10.0.0.1", ProbeOutcome.TimedOut), Works("10.0.0.2")], DualStack, 2);

        Assert.That(whole.Attempt.Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
        Assert.That(whole.Failed, Is.EqualTo([new FailedAddress("10.0.0.1", ProbeOutcome.TimedOut, "why")]));
        Assert.That(whole.Attempt.Detail, Does.Contain("10.0.0.1: TimedOut"));
    }

    [Test]
    public void NoWayOutOverTheOtherFamily_IsNoFailure([Values] bool saidByTheStack)
    {
        var six = Fails("fd00::1", saidByTheStack ? ProbeOutcome.Unreachable : ProbeOutcome.TimedOut) with { NoWayOut = saidByTheStack };

        var whole = NameAttempts.Combine([Works("10.0.0.1"), six], saidByTheStack ? DualStack : new SourceFacts(null, false, LacksIpv6: true), 2);

        Assert.That(whole.Failed, Is.Empty);
    }

    [Test]
    public void OtherFamilyRefusesAtADualStackSource_IsAFailure() =>
        Assert.That(NameAttempts.Combine([Works("10.0.0.1"), Fails("fd00::1", ProbeOutcome.ConnectionRefused)], DualStack, 2).Failed, Has.Length.EqualTo(1));

    [Test]
    public void NoRouteToOneOfAFamilyThatWorks_IsAFailure() =>
        Assert.That(
            NameAttempts.Combine([Works("10.0.0.1"), Fails("10.9.0.1", ProbeOutcome.Unreachable) with { NoWayOut = true }], DualStack, 2).Failed, Has.Length.EqualTo(1));

    [Test]
    public void NoneWorks_TheFurthestIsTold()
    {
        var whole = NameAttempts.Combine(
            [Fails("fd00::1", ProbeOutcome.Unreachable), Fails("10.0.0.1", ProbeOutcome.TimedOut), Fails("10.0.0.2", ProbeOutcome.ClosedByPeer) with { Proven = ProvenStage.Connected }],
            DualStack, 3);

        Assert.That(whole.Attempt.Outcome, Is.EqualTo(ProbeOutcome.ClosedByPeer));
        Assert.That(whole.Attempt.Detail, Does.Contain("10.0.0.1: TimedOut"));
        Assert.That(whole.Failed, Is.Empty, "no other address works");
    }

    [Test]
    public void NoneWorks_UnreachableYieldsToWhatTheOtherFamilyMet([Values] bool first)
    {
        Attempt[] attempts = [Fails("10.0.0.1", ProbeOutcome.TimedOut), Fails("fd00::1", ProbeOutcome.Unreachable)];

        Assert.That(NameAttempts.Combine(first ? attempts : [.. attempts.Reverse()], DualStack, 2).Attempt.Outcome, Is.EqualTo(ProbeOutcome.TimedOut));
    }

    [Test]
    public void NoneWorksAndOneNotRun_NothingIsKnown() =>
        Assert.That(
            NameAttempts.Combine([Fails("10.0.0.1", ProbeOutcome.TimedOut), Fails("10.0.0.2", ProbeOutcome.NotRun)], DualStack, 2).Attempt.Outcome,
            Is.EqualTo(ProbeOutcome.NotRun));

    [Test]
    public void TargetRefused_DecidesOnlyWhenAllAre()
    {
        var refused = Fails("127.0.0.1", ProbeOutcome.TargetRefused);

        Assert.That(NameAttempts.Combine([refused, Fails("10.0.0.1", ProbeOutcome.TimedOut)], DualStack, 2).Attempt.Outcome, Is.EqualTo(ProbeOutcome.TimedOut));
        Assert.That(NameAttempts.Combine([refused, refused], DualStack, 2).Attempt.Outcome, Is.EqualTo(ProbeOutcome.TargetRefused));
        Assert.That(NameAttempts.Combine([refused, Works("10.0.0.1")], DualStack, 2).Failed, Is.Empty);
    }

    [Test]
    public void SourceGone_NothingThatFailedCounts()
    {
        var gone = new SourceFacts("went away", false, false);

        Assert.That(NameAttempts.Combine([Works("10.0.0.1"), Fails("10.0.0.2", ProbeOutcome.TimedOut)], gone, 2).Failed, Is.Empty);
        Assert.That(NameAttempts.Combine([Fails("10.0.0.1", ProbeOutcome.TimedOut), Fails("10.0.0.2", ProbeOutcome.TimedOut)], gone, 2).Attempt.Outcome, Is.EqualTo(ProbeOutcome.SourceGone));
    }

    [Test]
    public void MoreFailuresThanAResultHolds_EightAreListed() =>
        Assert.That(
            NameAttempts.Combine([Works("10.0.0.1"), .. Enumerable.Range(2, 20).Select(i => Fails($"10.0.0.{i}", ProbeOutcome.TimedOut))], DualStack, 21).Failed,
            Has.Length.EqualTo(8));

    [Test]
    public void MoreAddressesThanAreTried_Told() =>
        Assert.That(NameAttempts.Combine([Works("10.0.0.1")], DualStack, 40).Attempt.Detail, Does.Contain("1 of the name's 40 addresses"));

    private static Attempt Works(string address) => new(ProbeOutcome.Succeeded, ProvenStage.Connected, null) { Address = IPAddress.Parse(address) };

    private static Attempt Fails(string address, ProbeOutcome outcome) => new(outcome, ProvenStage.Nothing, "why") { Address = IPAddress.Parse(address) };
}

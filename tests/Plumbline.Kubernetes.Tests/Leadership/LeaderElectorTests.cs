using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Leadership;
using Plumbline.Kubernetes.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests.Leadership;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LeaderElectorTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly ManualTimeProvider _clock = new();
    private ObjectStore _store = null!;
    private FakeApi _api = null!;
    private KubernetesClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = new ObjectStore();
        _api = await FakeApi.StartAsync(_store.AnswerAsync);
        _client = _api.Client(_clock, new KubernetesClientOptions { Retries = 0 });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task Elector_NoLease_CreatesItAndLeads()
    {
        var (elector, states) = Elector("one");
        await using var run = new Run(elector.RunAsync);
        await LeadsAsync(elector);

        Assert.That(elector.HoldsLease, Is.True);
        Assert.That(states.Single(), Is.InstanceOf<LeadershipState.Leading>());
        var spec = _store.Objects.Single()["spec"]!;
        Assert.That(((string?)spec["holderIdentity"], (int)spec["leaseDurationSeconds"]!, (int)spec["leaseTransitions"]!), Is.EqualTo(("one", 15, 0)));
        Assert.That((string?)spec["renewTime"], Does.Match(@"^2026-01-01T00:00:0\d\.\d{6}Z$"));
    }

    [Test]
    public async Task Elector_LeaderRenews_OthersFollowAndKnowWho()
    {
        var (one, _) = Elector("one");
        var (two, states) = Elector("two");
        await using var first = new Run(one.RunAsync);
        await LeadsAsync(one);
        await using var second = new Run(two.RunAsync);
        var until = _clock.GetUtcNow().AddMinutes(1);
        await Eventually.TrueAsync(() => _clock.GetUtcNow() > until, "a minute passes", _clock, Step);

        Assert.That((one.HoldsLease, two.HoldsLease), Is.EqualTo((true, false)));
        Assert.That(states, Is.EqualTo(new[] { new LeadershipState.Following("one") }));
    }

    [Test]
    public async Task Elector_LeaderStops_ReleasesAndTheOtherTakesOverAtOnce()
    {
        var (one, states) = Elector("one");
        var (two, _) = Elector("two");
        var first = new Run(one.RunAsync);
        await LeadsAsync(one);
        await using var second = new Run(two.RunAsync);
        await Eventually.TrueAsync(() => two.State is LeadershipState.Following, "the other follows");

        await first.DisposeAsync();
        var stopped = _clock.GetUtcNow();
        Assert.That(states.Last(), Is.EqualTo(new LeadershipState.Following(null)));
        await LeadsAsync(two);

        Assert.That(_clock.GetUtcNow() - stopped, Is.LessThan(TimeSpan.FromSeconds(5)), "one retry period, not the lease's duration");
        Assert.That((int)_store.Objects.Single()["spec"]!["leaseTransitions"]!, Is.EqualTo(1));
    }

    [Test]
    public async Task Elector_LeaderVanishes_OtherWaitsTheWholeDurationByItsOwnClock()
    {
        var (two, _) = Elector("two");
        await HeldByAsync("gone", "1999-01-01T00:00:00.000000Z");
        await using var second = new Run(two.RunAsync);
        await Eventually.TrueAsync(() => two.State is LeadershipState.Following, "it sees the lease");
        var seen = _clock.GetUtcNow();
        await LeadsAsync(two);

        Assert.That(_clock.GetUtcNow() - seen, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(14.9)), "the record's times are another clock's");
    }

    [Test]
    public async Task Elector_HolderWithAClockFarOff_IsLeftAloneWhileItRenews()
    {
        var (two, _) = Elector("two");
        await HeldByAsync("other", "1999-01-01T00:00:00.000000Z");
        await using var second = new Run(two.RunAsync);
        for (var i = 1; i <= 10; i++)
        {
            var until = _clock.GetUtcNow().AddSeconds(10);
            _store.Change(lease => lease["spec"]!["renewTime"] = $"1999-01-01T00:00:{i:00}.000000Z");
            await Eventually.TrueAsync(() => _clock.GetUtcNow() >= until, "10 s pass", _clock, TimeSpan.FromMilliseconds(250));
            Assert.That(two.State, Is.EqualTo(new LeadershipState.Following("other")));
        }
    }

    [Test]
    public async Task Elector_ServerAway_LeaderGivesUpBeforeTheOthersMayStart()
    {
        var (one, states) = Elector("one");
        await using var first = new Run(one.RunAsync);
        await LeadsAsync(one);
        _store.Instead = _ => (context, _) => _api.HangAsync(context);
        var away = _clock.GetUtcNow();

        await Eventually.TrueAsync(() => one.State is LeadershipState.Following, "it gives up", _clock, Step);

        Assert.That(_clock.GetUtcNow() - away, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(10.2)));
        Assert.That(states.Last(), Is.EqualTo(new LeadershipState.Following(null)));
        _store.Instead = _ => null;
        await LeadsAsync(one);
    }

    [Test]
    public async Task Elector_ProcessWasSuspended_HoldsNothingBeforeItNotices()
    {
        var (one, _) = Elector("one");
        await using var first = new Run(one.RunAsync);
        await LeadsAsync(one);
        _store.Instead = _ => (context, _) => _api.HangAsync(context);
        _clock.Advance(TimeSpan.FromSeconds(11));

        Assert.That(one.HoldsLease, Is.False);
        _store.Instead = _ => null; // the release at the end is to get through
    }

    [Test]
    public async Task Elector_LeaseTakenBySomebodyElse_StopsLeading()
    {
        var (one, _) = Elector("one");
        await using var first = new Run(one.RunAsync);
        await LeadsAsync(one);
        _store.Change(lease => lease["spec"]!["holderIdentity"] = "usurper");

        await Eventually.TrueAsync(() => one.State.Equals(new LeadershipState.Following("usurper")), "it follows", _clock, Step);
    }

    [Test]
    public async Task Elector_FailuresShorterThanTheDeadline_ChangeNothing()
    {
        var (one, states) = Elector("one");
        await using var first = new Run(one.RunAsync);
        await LeadsAsync(one);
        _store.Instead = _ => FakeApi.Status(500, "InternalError");
        var until = _clock.GetUtcNow().AddSeconds(7);
        await Eventually.TrueAsync(() => _clock.GetUtcNow() >= until, "7 s pass", _clock, Step);
        _store.Instead = _ => null;
        until = _clock.GetUtcNow().AddSeconds(20);
        await Eventually.TrueAsync(() => _clock.GetUtcNow() >= until, "20 s pass", _clock, Step);

        Assert.That(states, Has.Count.EqualTo(1));
    }

    [Test]
    public void Options_ThatCannotWork_AreRefused() => Assert.That(
        () => new LeaderElector(_client, Options("x") with { RenewDeadline = TimeSpan.FromSeconds(15) }, (_, _) => ValueTask.CompletedTask, _clock, new Random(1)),
        Throws.ArgumentException.With.Message.Contains("LeaseDuration (00:00:15) > RenewDeadline (00:00:15)"));

    private static LeaderElectionOptions Options(string identity) => new() { Namespace = "plumbline", Name = "operator", Identity = identity };

    private (LeaderElector Elector, ConcurrentQueue<LeadershipState> States) Elector(string identity)
    {
        var states = new ConcurrentQueue<LeadershipState>();
        var elector = new LeaderElector(
            _client,
            Options(identity),
            (state, _) =>
            {
                states.Enqueue(state);
                return ValueTask.CompletedTask;
            },
            _clock,
            new Random(1));
        return (elector, states);
    }

    private Task LeadsAsync(LeaderElector elector) => Eventually.TrueAsync(() => elector.State is LeadershipState.Leading, "it leads", _clock, Step);

    private async Task HeldByAsync(string holder, string renewTime)
    {
        var lease = new V1Lease { Metadata = new() { Name = "operator", NamespaceProperty = "plumbline" }, Spec = new() { HolderIdentity = holder, LeaseDurationSeconds = 15 } };
        await _client.CreateAsync(lease, CancellationToken.None);
        _store.Change(item => item["spec"]!["renewTime"] = renewTime);
    }
}

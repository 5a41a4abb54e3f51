using System.Collections.Concurrent;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Caching;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests.Caching;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ResourceCacheTests
{
    private const string Expired = """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""";

    private readonly ManualTimeProvider _clock = new();
    private ConcurrentQueue<string> _told = [];
    private FakeApi _api = null!;
    private KubernetesClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _told = [];
        _api = await FakeApi.StartAsync();
        _client = _api.Client(_clock, new KubernetesClientOptions { Retries = 0 });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task Cache_ListAndWatch_TellsChangesInOrderAndHoldsThem()
    {
        var cache = Cache();
        Serve([List("5", Pod("a", 1), Pod("b", 2))],
            [_api.Watch(end: false, Event("ADDED", Pod("c", 6)), Event("MODIFIED", Pod("a", 7)), Event("DELETED", Pod("b", 8)))]);

        await using var run = new Run(cache.RunAsync);
        await ToldAsync("Added n/a 1", "Added n/b 2", "Synced", "Added n/c 6", "Updated n/a 7 was 1", "Deleted n/b 2");

        Assert.That(cache.Snapshot().Values, Is.EquivalentTo(["7", "6"]));
        Assert.That(cache.State, Is.EqualTo(CacheState.Synced));
    }

    [Test]
    public async Task Cache_WatchEnds_GoesOnFromTheLastEventOrBookmark()
    {
        Serve([List("5")],
            [
                _api.Watch(end: true, Event("ADDED", Pod("a", 6))),
                _api.Watch(end: true, Event("BOOKMARK", """{"metadata":{"resourceVersion":"9"}}""")),
                _api.Watch(end: false, Event("ADDED", Pod("b", 10))),
            ]);

        await using var run = new Run(Cache().RunAsync);
        await ToldAsync("Synced", "Added n/a 6", "Added n/b 10");

        Assert.That(Watches(), Is.EqualTo(["5", "6", "9"]));
        Assert.That(_api.Requests.Select(r => int.Parse(r.Query.GetValueOrDefault("timeoutSeconds") ?? "300")), Is.All.InRange(300, 600));
    }

    [Test]
    public async Task Cache_WatchTorn_GoesOnWithoutAWord()
    {
        var torn = new TaskCompletionSource();
        Serve([List("5")],
            [
                async (context, _) =>
                {
                    await context.Response.WriteAsync(Event("ADDED", Pod("a", 6)) + "\n" + """{"type":"ADDED","obj""");
                    await context.Response.Body.FlushAsync();
                    await torn.Task;
                    context.Abort();
                },
                _api.Watch(end: false, Event("ADDED", Pod("b", 7))),
            ]);

        await using var run = new Run(Cache().RunAsync);
        await ToldAsync("Synced", "Added n/a 6");
        torn.SetResult();
        await ToldAsync("Synced", "Added n/a 6", "Added n/b 7");

        Assert.That(Watches(), Is.EqualTo(["5", "6"]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Cache_HistoryGone_ListsAgainAndFindsWhatWasMissed(bool asEvent)
    {
        Serve(
            [
                List("5", Pod("stays", 1), Pod("deleted", 2), Pod("changed", 3), Pod("remade", 4, "old"), Unreadable("odd", 4)),
                List("50", Pod("stays", 1), Pod("changed", 40), Pod("remade", 41, "new"), Pod("new", 42)),
            ],
            [
                asEvent ? _api.Watch(end: true, Event("ADDED", Pod("odd", 6)), Expired) : FakeApi.Status(410, "Expired"),
                _api.Watch(end: false),
            ]);

        await using var run = new Run(Cache().RunAsync);
        string[] before = ["Added n/stays 1", "Added n/deleted 2", "Added n/changed 3", "Added n/remade 4", "Synced"];
        string[] seen = asEvent ? ["Added n/odd 6"] : [];
        string[] gone = asEvent ? ["Deleted n/deleted 2", "Deleted n/odd 6"] : ["Deleted n/deleted 2"];
        await ToldAsync([.. before, .. seen, .. gone, "Updated n/changed 40 was 3", "Deleted n/remade 4", "Added n/remade 41", "Added n/new 42"]);
        await Eventually.TrueAsync(() => Watches().Length == 2, "it watches again");
        Assert.That(Watches()[1], Is.EqualTo("50"));
    }

    [Test]
    public async Task Cache_ObjectTurnsUnreadable_IsNotTakenForDeleted()
    {
        var cache = Cache();
        Serve([List("5", Pod("a", 1)), List("50", Unreadable("a", 40))], [FakeApi.Status(410, "Expired"), _api.Watch(end: false)]);

        await using var run = new Run(cache.RunAsync);
        await Eventually.TrueAsync(() => Watches().Length == 2, "it watches again", _clock, TimeSpan.FromMilliseconds(50));

        Assert.That(_told, Is.EqualTo(["Added n/a 1", "Synced"]));
        Assert.That(cache.Snapshot().Values, Is.EqualTo(["1"]));
    }

    [Test]
    public async Task Cache_ServerAway_SaysSoOnceAndComesBack()
    {
        var cache = Cache();
        var silent = FakeApi.Status(503, "ServiceUnavailable");
        Serve([List("5", Pod("a", 1))], [_api.Watch(end: true, Event("MODIFIED", Pod("a", 6))), silent, silent, silent, _api.Watch(end: false)]);

        await using var run = new Run(cache.RunAsync);
        await ToldAsync("Added n/a 1", "Synced", "Updated n/a 6 was 1", "Disconnected");
        Assert.That(cache.State, Is.EqualTo(CacheState.Disconnected));
        Assert.That(cache.Snapshot().Values, Is.EqualTo(["6"]), "the last known state stays");
        await ToldAsync("Added n/a 1", "Synced", "Updated n/a 6 was 1", "Disconnected", "Synced");

        Assert.That(Watches(), Is.EqualTo(["5", "6", "6", "6", "6"]), "no second list was needed");
    }

    [Test]
    public async Task Cache_NeverAllowed_KeepsAskingWithGrowingPauses()
    {
        var cache = Cache();
        var start = _clock.GetUtcNow();
        Serve([FakeApi.Status(403, "Forbidden")], []);

        await using var run = new Run(cache.RunAsync);
        await Eventually.TrueAsync(() => _api.Requests.Count >= 12, "it asks again", _clock, TimeSpan.FromMilliseconds(100));

        // 0.5, 1, 2, 4, 8, 16 and then 30 s, with jitter
        Assert.That(_clock.GetUtcNow() - start, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(120)));
        Assert.That((cache.State, _told.Count), Is.EqualTo((CacheState.Starting, 0)));
    }

    [Test]
    public async Task Cache_ServerEndsEveryWatchAtOnce_IsNotAskedInATightLoop()
    {
        Serve([List("5")], [_api.Watch(end: true)]);

        await using var run = new Run(Cache().RunAsync);
        await Eventually.TrueAsync(() => Watches().Length >= 6, "it asks again", _clock, TimeSpan.FromMilliseconds(100));

        Assert.That(_clock.GetUtcNow() - new ManualTimeProvider().GetUtcNow(), Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task Cache_WatchStalls_IsNoticedAndResumed()
    {
        Serve([List("5")], [_api.Watch(end: false, Event("ADDED", Pod("a", 6))), _api.Watch(end: false)]);

        await using var run = new Run(Cache().RunAsync);
        await ToldAsync("Synced", "Added n/a 6");
        await Eventually.TrueAsync(() => Watches().Length == 2, "a silent watch is replaced", _clock, TimeSpan.FromSeconds(5));

        Assert.That(Watches(), Is.EqualTo(["5", "6"]));
        Assert.That(_told, Does.Not.Contain("Disconnected"));
    }

    [Test]
    public async Task Cache_UpdateLeavesEqualWhatIsKept_KeepsQuiet()
    {
        Serve([List("5", Pod("a", 1))], [_api.Watch(end: false, Event("MODIFIED", Pod("a", 6)), Event("DELETED", Pod("a", 7)))]);

        await using var run = new Run(Cache(pod => pod.Metadata.Name).RunAsync);
        await ToldAsync("Added n/a a", "Synced", "Deleted n/a a");
    }

    [Test]
    public async Task Cache_ReducingFails_OnlyThatObjectIsSkipped()
    {
        Serve([List("5", Pod("a", 13), Pod("b", 2))], [_api.Watch(end: false, Event("ADDED", Pod("c", 13)), Event("ADDED", Pod("d", 14)))]);

        await using var run = new Run(Cache().RunAsync);
        await ToldAsync("Added n/b 2", "Synced", "Added n/d 14");
    }

    private ResourceCache<V1Pod, string> Cache(Func<V1Pod, string>? reduce = null) => new(
        _client,
        reduce ?? (pod => pod.Metadata.ResourceVersion is { } version and not "13" ? version : throw new InvalidOperationException("13")),
        (change, _) =>
        {
            _told.Enqueue(change switch
            {
                ResourceChange<string>.Added c => $"Added {c.Key} {c.Object}",
                ResourceChange<string>.Updated c => $"Updated {c.Key} {c.Object} was {c.Previous}",
                ResourceChange<string>.Deleted c => $"Deleted {c.Key} {c.Last}",
                _ => change.GetType().Name,
            });
            return ValueTask.CompletedTask;
        },
        _clock,
        new Random(1));

    /// <summary>Exactly these, in this order; the clock moves while they are awaited.</summary>
    private async Task ToldAsync(params string[] expected)
    {
        await Eventually.TrueAsync(() => _told.Count >= expected.Length, $"{expected.Length} changes are told; now: {string.Join(", ", _told)}", _clock, TimeSpan.FromMilliseconds(20));
        Assert.That(_told, Is.EqualTo(expected));
    }

    /// <summary>The versions that were watched from.</summary>
    private string[] Watches() => [.. _api.Requests.Where(r => r.Query.ContainsKey("watch")).Select(r => r.Query["resourceVersion"])];

    private void Serve(Func<HttpContext, RecordedRequest, Task>[] lists, Func<HttpContext, RecordedRequest, Task>[] watches)
    {
        var list = FakeApi.InTurn(lists);
        var watch = FakeApi.InTurn(watches);
        _api.Answer = (context, request) => (request.Query.ContainsKey("watch") ? watch : list)(context, request);
    }

    private static string Pod(string name, int version, string uid = "u") =>
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"n","uid":"{{{uid}}}","resourceVersion":"{{{version}}}"}}""";

    private static string Unreadable(string name, int version) =>
        $$"""{"metadata":{"name":"{{name}}","namespace":"n","resourceVersion":"{{version}}"},"spec":"?"}""";

    private static string Event(string type, string json) => $$$"""{"type":"{{{type}}}","object":{{{json}}}}""";

    private static Func<HttpContext, RecordedRequest, Task> List(string version, params string[] pods) =>
        FakeApi.Json($$"""{"metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(",", pods)}}]}""");
}

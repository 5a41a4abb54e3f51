using System.Text;
using k8s.Models;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Events;
using Plumbline.Kubernetes.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests.Events;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EventRecorderTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private static readonly V1ObjectReference Regarding = new() { ApiVersion = "plumbline.dev/v1alpha1", Kind = "Connection", NamespaceProperty = "docs", Name = "c-1", Uid = "u" };

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
    public async Task Event_Recorded_HasEverythingTheApiAsksFor()
    {
        var recorder = Recorder();
        await using var run = new Run(recorder.RunAsync);
        recorder.Record(Regarding, EventType.Warning, "TimedOut", "Verify", "no answer");
        await Eventually.TrueAsync(() => _store.Objects.Count == 1, "it is sent");

        Assert.That(_api.Requests.Single().Path, Is.EqualTo("/apis/events.k8s.io/v1/namespaces/docs/events"));
        var sent = _store.Objects.Single();
        Assert.That((string?)sent["metadata"]!["name"], Does.StartWith("c-1."));
        Assert.That((string?)sent["eventTime"], Is.EqualTo("2026-01-01T00:00:00.000000Z"));
        Assert.That(((string?)sent["type"], (string?)sent["reason"], (string?)sent["action"], (string?)sent["note"]), Is.EqualTo(("Warning", "TimedOut", "Verify", "no answer")));
        Assert.That(((string?)sent["reportingController"], (string?)sent["reportingInstance"]), Is.EqualTo(("plumbline.dev/operator", "pod-1")));
        Assert.That((string?)sent["regarding"]!["uid"], Is.EqualTo("u"));
    }

    [Test]
    public async Task Event_Repeated_IsOneObjectWithACount()
    {
        var recorder = Recorder();
        await using var run = new Run(recorder.RunAsync);
        for (var i = 0; i < 100; i++)
        {
            recorder.Record(Regarding with { ResourceVersion = $"{i}" }, EventType.Normal, "Reachable", "Verify", "fine");
        }

        await Eventually.TrueAsync(() => _store.Objects is [var e] && (int?)e["series"]?["count"] == 100, "the count is written", _clock, Step);
        Assert.That(_api.Requests.Select(r => r.Method), Is.EqualTo(["POST", "PATCH"]));
    }

    [Test]
    public async Task Event_RepeatedLongAfter_IsANewOne()
    {
        var recorder = Recorder();
        await using var run = new Run(recorder.RunAsync);
        recorder.Record(Regarding, EventType.Normal, "Reachable", "Verify", "fine");
        await Eventually.TrueAsync(() => _store.Objects.Count == 1, "it is sent");
        var until = _clock.GetUtcNow().AddMinutes(7);
        await Eventually.TrueAsync(() => _clock.GetUtcNow() >= until, "7 minutes pass", _clock, TimeSpan.FromSeconds(5));
        recorder.Record(Regarding, EventType.Normal, "Reachable", "Verify", "fine");

        await Eventually.TrueAsync(() => _store.Objects.Count == 2, "it is sent again");
    }

    [Test]
    public async Task Event_ExpiredOnTheServer_ComesAnewNextTime()
    {
        var recorder = Recorder();
        await using var run = new Run(recorder.RunAsync);
        recorder.Record(Regarding, EventType.Normal, "Reachable", "Verify", "fine");
        await Eventually.TrueAsync(() => _store.Objects.Count == 1, "it is sent");
        _store.Clear();
        recorder.Record(Regarding, EventType.Normal, "Reachable", "Verify", "fine");
        await Eventually.TrueAsync(() => _api.Requests.Any(r => r.Method == "PATCH"), "the count is tried", _clock, Step);
        await Eventually.TrueAsync(() => recorder.Dropped == 1, "it knows");
        recorder.Record(Regarding, EventType.Normal, "Reachable", "Verify", "fine");

        await Eventually.TrueAsync(() => _store.Objects.Count == 1, "it is there again");
    }

    [Test]
    public async Task Event_TooManyOnOneObject_AreLimitedAndOthersAreNot()
    {
        var recorder = Recorder(burst: 3);
        await using var run = new Run(recorder.RunAsync);
        for (var i = 0; i < 10; i++)
        {
            recorder.Record(Regarding, EventType.Warning, "TimedOut", "Verify", $"note {i}");
        }

        recorder.Record(Regarding with { Name = "c-2" }, EventType.Warning, "TimedOut", "Verify", "note");
        await Eventually.TrueAsync(() => _store.Objects.Any(e => (string?)e["regarding"]!["name"] == "c-2"), "the other's is sent");

        Assert.That((_store.Objects.Count, recorder.Dropped), Is.EqualTo((4, 7L)));
    }

    [Test]
    public async Task Recorder_ServerAway_KeepsEventsUntilItIsBack()
    {
        var recorder = Recorder();
        _store.Instead = _ => FakeApi.Status(503, "ServiceUnavailable");
        await using var run = new Run(recorder.RunAsync);
        recorder.Record(Regarding, EventType.Warning, "TimedOut", "Verify", "one");
        recorder.Record(Regarding, EventType.Warning, "TimedOut", "Verify", "two");
        await Eventually.TrueAsync(() => _api.Requests.Count == 3, "it tries again", _clock, Step);
        _store.Instead = _ => null;

        await Eventually.TrueAsync(() => _store.Objects.Count == 2, "both are sent", _clock, Step);
        Assert.That(recorder.Dropped, Is.Zero);
    }

    [Test]
    public async Task Recorder_Refused_DropsThatEventAndGoesOn()
    {
        var recorder = Recorder();
        _store.Instead = request => request.Body.Contains("bad", StringComparison.Ordinal) ? FakeApi.Status(403, "Forbidden") : null;
        await using var run = new Run(recorder.RunAsync);
        recorder.Record(Regarding, EventType.Warning, "TimedOut", "Verify", "bad");
        recorder.Record(Regarding, EventType.Warning, "TimedOut", "Verify", "good");

        await Eventually.TrueAsync(() => _store.Objects.Count == 1, "the other is sent");
        Assert.That(recorder.Dropped, Is.EqualTo(1));
    }

    [Test]
    public void Recorder_QueueFull_NeitherBlocksNorThrows()
    {
        var recorder = Recorder();
        for (var i = 0; i < 1500; i++)
        {
            recorder.Record(Regarding, EventType.Normal, "Reachable", "Verify", "nobody sends");
        }

        Assert.That(recorder.Dropped, Is.EqualTo(500));
    }

    [Test]
    public void Text_TooLong_IsCutAtACharacter()
    {
        var note = EventText.Note(new string('x', 1020) + "éééé");

        Assert.That(Encoding.UTF8.GetByteCount(note), Is.LessThanOrEqualTo(1024));
        Assert.That(note, Does.EndWith("x…"));
        Assert.That(EventText.Name(new string('a', 253), _clock.GetUtcNow(), 5000), Has.Length.LessThanOrEqualTo(253));
    }

    private EventRecorder Recorder(int burst = 25) => new(
        _client,
        new EventRecorderOptions { ReportingController = "plumbline.dev/operator", ReportingInstance = "pod-1", Burst = burst },
        _clock,
        new Random(1));
}

using k8s.Models;
using Microsoft.AspNetCore.Http;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests;

public sealed class WatchTests
{
    private static readonly WatchOptions FromFive = new() { ResourceVersion = "5", Namespace = "n", Timeout = TimeSpan.FromSeconds(321) };

    [Test]
    public async Task Watch_Events_ComeInOrderWithTheirObjects()
    {
        await using var api = await FakeApi.StartAsync();
        api.Answer = api.Watch(
            end: true,
            """{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"6"}}}""",
            """{"object":{"metadata":{"name":"a","resourceVersion":"7"}},"type":"MODIFIED"}""",
            "",
            """{"type":"SOMETHING","object":{}}""",
            """{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"9","creationTimestamp":null},"spec":{"containers":null},"status":{}}}""",
            """{"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"10"}}}""");
        using var client = api.Client();

        var events = await CollectAsync(client, FromFive);

        Assert.That(events.Select(e => (e.Type, e.Object.Metadata.ResourceVersion)), Is.EqualTo(new[]
        {
            (WatchEventType.Added, "6"), (WatchEventType.Modified, "7"), (WatchEventType.Bookmark, "9"), (WatchEventType.Deleted, "10"),
        }));
        Assert.That(api.Requests.Single().Query, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["watch"] = "true", ["allowWatchBookmarks"] = "true", ["resourceVersion"] = "5", ["timeoutSeconds"] = "321",
        }));
    }

    [TestCase("""{"type":"MODIFIED","object":{"metadata":{"name":"a"}},"later":{"metadata":{"name":"b"}}}""")]
    [TestCase("""{"type":"MODIFIED", "object":{"metadata":{"name":"a"}}}""")]
    [TestCase("""{"type":"MODIFIED","object":{"metadata":{"name":"a"}}} """)]
    [TestCase("""{"kind":"WatchEvent","type":"MODIFIED","object":{"metadata":{"name":"a"}}}""")]
    public async Task Watch_LineInAnotherForm_IsRead(string line)
    {
        await using var api = await FakeApi.StartAsync();
        api.Answer = api.Watch(end: true, line);
        using var client = api.Client();

        Assert.That((await CollectAsync(client, FromFive)).Select(e => (e.Type, e.Object.Metadata.Name)), Is.EqualTo(new[] { (WatchEventType.Modified, "a") }));
    }

    [TestCase("""{"type":"ADDED","object":{"metadata":{"name":"a"}}""")]
    [TestCase("""{"type":"ADDED","object":{"metadata":{"name":"a"}}]""")]
    [TestCase("""{"type":"ADDED"}""")]
    public async Task Watch_LineThatIsNoEvent_Fails(string line)
    {
        await using var api = await FakeApi.StartAsync();
        api.Answer = api.Watch(end: true, line);
        using var client = api.Client();

        Assert.That((await Assert.ThrowsAsync<KubernetesRequestException>(() => CollectAsync(client, FromFive)))!.Kind, Is.EqualTo(KubernetesErrorKind.Transport));
    }

    [Test]
    public async Task Watch_ErrorEvent_IsThrownWithItsKind()
    {
        await using var api = await FakeApi.StartAsync();
        api.Answer = api.Watch(end: false, """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}""");
        using var client = api.Client();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => CollectAsync(client, FromFive));
        Assert.That(e!.Kind, Is.EqualTo(KubernetesErrorKind.Gone));
        Assert.That(e.Message, Is.EqualTo("watch /api/v1/namespaces/n/pods: 410 Expired: too old resource version"));
    }

    [Test]
    public async Task Watch_TornWithinALine_GivesWhatWasWholeAndThenFails()
    {
        var read = new TaskCompletionSource();
        await using var api = await FakeApi.StartAsync(async (context, _) =>
        {
            await context.Response.WriteAsync("""{"type":"ADDED","object":{"metadata":{"name":"a"}}}""" + "\n" + """{"type":"ADDED","object":{"meta""");
            await context.Response.Body.FlushAsync();
            await read.Task; // a reset overtakes what is still on its way
            context.Abort();
        });
        using var client = api.Client();
        var seen = new List<string?>();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(async () =>
        {
            await foreach (var watchEvent in client.WatchAsync<V1Pod>(FromFive, CancellationToken.None))
            {
                seen.Add(watchEvent.Object.Metadata.Name);
                read.SetResult();
            }
        });
        Assert.That(e!.Kind, Is.EqualTo(KubernetesErrorKind.Transport));
        Assert.That(seen, Is.EqualTo(["a"]));
    }

    [Test]
    public async Task Watch_EndsOrderlyWithinALine_Fails()
    {
        await using var api = await FakeApi.StartAsync((context, _) => context.Response.WriteAsync("""{"type":"ADD"""));
        using var client = api.Client();

        Assert.That((await Assert.ThrowsAsync<KubernetesRequestException>(() => CollectAsync(client, FromFive)))!.Message, Does.Contain("ended within an event"));
    }

    [Test]
    public async Task Watch_LineInPieces_IsPutTogether()
    {
        await using var api = await FakeApi.StartAsync(async (context, _) =>
        {
            var line = $$"""{"type":"ADDED","object":{"metadata":{"name":"a","annotations":{"big":"{{new string('x', 200_000)}}"} } } }""" + "\n";
            for (var i = 0; i < line.Length; i += 7_001)
            {
                await context.Response.WriteAsync(line[i..Math.Min(line.Length, i + 7_001)]);
                await context.Response.Body.FlushAsync();
            }
        });
        using var client = api.Client();

        Assert.That((await CollectAsync(client, FromFive)).Single().Object.Metadata.Annotations!["big"], Has.Length.EqualTo(200_000));
    }

    [Test]
    public async Task Watch_ObjectsThatDoNotRead_AreSkippedButTheirDeletionIsNot()
    {
        const string Bad = """{"metadata":{"name":"bad","namespace":"n","resourceVersion":"8"},"spec":{"hostNetwork":"perhaps"}}""";
        await using var api = await FakeApi.StartAsync();
        api.Answer = api.Watch(
            end: true, $$"""{"type":"ADDED","object":{{Bad}}}""", $$"""{"type":"DELETED","object":{{Bad}}}""", """{"type":"ADDED","object":{"metadata":{"name":"a"}}}""");
        using var client = api.Client();

        var events = await CollectAsync(client, FromFive);

        Assert.That(events.Select(e => (e.Type, e.Object.Metadata.Name)), Is.EqualTo(new[] { (WatchEventType.Deleted, "bad"), (WatchEventType.Added, "a") }));
    }

    [Test]
    public async Task Watch_Silent_EndsByItself()
    {
        var clock = new ManualTimeProvider();
        await using var api = await FakeApi.StartAsync();
        api.Answer = api.Watch(end: false);
        using var client = api.Client(clock);

        var watch = CollectAsync(client, FromFive);
        await Eventually.TrueAsync(() => !api.Requests.IsEmpty, "the watch begins");
        var events = await Eventually.CompletesAsync(watch, clock, TimeSpan.FromSeconds(1));

        Assert.That(events, Is.Empty);
        Assert.That(clock.GetUtcNow() - new ManualTimeProvider().GetUtcNow(), Is.GreaterThanOrEqualTo(FromFive.IdleTimeout));
    }

    [Test]
    public async Task Watch_CancelledWhileWaiting_IsCancellation()
    {
        await using var api = await FakeApi.StartAsync();
        api.Answer = api.Watch(end: false);
        using var client = api.Client();
        using var stop = new CancellationTokenSource();
        var connected = false;

        var watch = CollectAsync(client, FromFive with { Connected = () => { connected = true; return ValueTask.CompletedTask; } }, stop.Token);
        await Eventually.TrueAsync(() => connected, "the watch is accepted");
        await stop.CancelAsync();

        await Assert.ThatAsync(() => watch, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Watch_Refused_IsThrownAtOnce()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Status(503, "ServiceUnavailable"));
        using var client = api.Client();

        await Assert.ThrowsAsync<KubernetesRequestException>(() => CollectAsync(client, FromFive));
        Assert.That(api.Requests, Has.Count.EqualTo(1), "who watches knows best when to try again");
    }

    private static async Task<List<WatchEvent<V1Pod>>> CollectAsync(KubernetesClient client, WatchOptions options, CancellationToken stop = default)
    {
        var events = new List<WatchEvent<V1Pod>>();
        await foreach (var watchEvent in client.WatchAsync<V1Pod>(options, stop))
        {
            events.Add(watchEvent);
        }

        return events;
    }
}

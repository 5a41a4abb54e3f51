using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using k8s.Models;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests;

public sealed class ClientErrorTests
{
    private const string Pod = """{"metadata":{"name":"a","namespace":"n"},"spec":{"nodeName":"x"}}""";
    private static readonly CancellationToken None = CancellationToken.None;

    [Test]
    public async Task Get_ObjectMissing_IsNull()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Status(404, "NotFound", details: """{"name":"a","kind":"pods"}"""));
        using var client = api.Client();

        Assert.That(await client.GetAsync<V1Pod>("a", "n", None), Is.Null);
        Assert.That(api.Requests.Single().Path, Is.EqualTo("/api/v1/namespaces/n/pods/a"));
    }

    [TestCase("""{"kind":"Status","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}""")]
    [TestCase("404 page not found")]
    public async Task Get_KindUnknownToTheServer_Throws(string body)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(body, 404));
        using var client = api.Client();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => client.GetAsync<V1Pod>("a", "n", None));
        Assert.That(e!.Kind, Is.EqualTo(KubernetesErrorKind.NotFound));
        Assert.That(e.Message, Does.Contain("could not find").Or.Contain("page not found"));
    }

    [TestCase(400, "BadRequest", KubernetesErrorKind.Invalid)]
    [TestCase(401, "Unauthorized", KubernetesErrorKind.Unauthorized)]
    [TestCase(403, "Forbidden", KubernetesErrorKind.Forbidden)]
    [TestCase(405, "MethodNotAllowed", KubernetesErrorKind.Invalid)]
    [TestCase(409, "AlreadyExists", KubernetesErrorKind.AlreadyExists)]
    [TestCase(409, "Conflict", KubernetesErrorKind.Conflict)]
    [TestCase(410, "Expired", KubernetesErrorKind.Gone)]
    [TestCase(422, "Invalid", KubernetesErrorKind.Invalid)]
    [TestCase(302, "", KubernetesErrorKind.Transport)]
    public async Task Request_Refused_IsClassifiedAndNotRepeated(int code, string reason, KubernetesErrorKind kind)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Status(code, reason, "the words"));
        using var client = api.Client();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => client.GetAsync<V1Pod>("a", "n", None));
        Assert.That((e!.Kind, e.Code, e.Status?.Reason), Is.EqualTo((kind, (int?)code, reason)));
        Assert.That(e.Message, Is.EqualTo($"get /api/v1/namespaces/n/pods/a: {code} {reason}: the words"));
        Assert.That(api.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Request_ServerFailsTwice_IsRepeatedUntilItWorks()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(FakeApi.Json("oops", 500), FakeApi.Torn(Pod[..20]), FakeApi.Json(Pod)));
        using var client = api.Client();

        Assert.That((await client.GetAsync<V1Pod>("a", "n", None))!.Spec!.NodeName, Is.EqualTo("x"));
        Assert.That(api.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Create_ServerFails_IsNotRepeated()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Status(500, "InternalError"));
        using var client = api.Client();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => client.CreateAsync(new V1Pod { Metadata = new() { Name = "a", NamespaceProperty = "n" } }, None));
        Assert.That(e!.Kind, Is.EqualTo(KubernetesErrorKind.ServerError));
        Assert.That(api.Requests, Has.Count.EqualTo(1), "the first one may have been carried out");
    }

    [Test]
    public async Task Create_TooManyRequests_IsRepeatedAfterTheTimeAskedFor()
    {
        var clock = new ManualTimeProvider();
        var start = clock.GetUtcNow();
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(FakeApi.Status(429, "TooManyRequests", retryAfter: 7), FakeApi.Json(Pod, 201)));
        using var client = api.Client(clock);

        var create = client.CreateAsync(new V1Pod { Metadata = new() { Name = "a", NamespaceProperty = "n" } }, None);
        await Eventually.TrueAsync(() => !api.Requests.IsEmpty, "the first attempt arrives");
        await Eventually.CompletesAsync(create, clock, TimeSpan.FromMilliseconds(100));

        Assert.That(clock.GetUtcNow() - start, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(7)));
        Assert.That(api.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Request_ServerAsksForTooLongAWait_IsPassedOn()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Status(429, "TooManyRequests", retryAfter: 3600));
        using var client = api.Client();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => client.GetAsync<V1Pod>("a", "n", None));
        Assert.That((e!.Kind, e.RetryAfter), Is.EqualTo((KubernetesErrorKind.TooManyRequests, (TimeSpan?)TimeSpan.FromHours(1))));
    }

    [Test]
    public async Task Request_NoAnswerInTime_IsATransportErrorThatNamesTheDeadline()
    {
        var clock = new ManualTimeProvider();
        await using var api = await FakeApi.StartAsync();
        api.Answer = (context, _) => api.HangAsync(context);
        using var client = api.Client(clock, new KubernetesClientOptions { Retries = 0 });

        var get = client.GetAsync<V1Pod>("a", "n", None);
        await Eventually.TrueAsync(() => get.IsCompleted, "the deadline ends it", clock, TimeSpan.FromSeconds(5));

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => get);
        Assert.That(e!.Kind, Is.EqualTo(KubernetesErrorKind.Transport));
        Assert.That(e.Message, Does.Contain("no complete answer within 30 s"));
    }

    [Test]
    public async Task Request_CancelledByTheCaller_IsCancellationNotFailure()
    {
        await using var api = await FakeApi.StartAsync();
        api.Answer = (context, _) => api.HangAsync(context);
        using var client = api.Client();
        using var stop = new CancellationTokenSource();

        var get = client.GetAsync<V1Pod>("a", "n", stop.Token);
        await Eventually.TrueAsync(() => !api.Requests.IsEmpty, "the request arrives");
        await stop.CancelAsync();

        await Assert.ThatAsync(() => get, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Request_NobodyListens_SaysSo()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)); // bound, never listening
        var server = new Uri($"http://{socket.LocalEndPoint}");
        using var client = new KubernetesClient(
            new() { Server = server, UseProxy = false }, KindContracts.Models, TimeProvider.System, new Random(1), new() { RetryDelay = TimeSpan.Zero });

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => client.GetAsync<V1Pod>("a", "n", None));
        Assert.That((e!.Kind, e.CanRetry), Is.EqualTo((KubernetesErrorKind.Transport, true)));
        Assert.That(e.Message, Does.Contain("refused"));
    }

    [Test]
    public async Task Request_TokenRefused_IsSentAgainWithTheTokenOfNow()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "old");
            await using var api = await FakeApi.StartAsync();
            api.Answer = (context, request) =>
            {
                File.WriteAllText(path, "new"); // rotated while the request was on its way
                return (request.Headers["Authorization"] == "Bearer new" ? FakeApi.Json(Pod) : FakeApi.Status(401, "Unauthorized"))(context, request);
            };
            using var client = api.Client(credentials: new TokenFileCredentials(path, null, null, new ManualTimeProvider()));

            Assert.That(await client.GetAsync<V1Pod>("a", "n", None), Is.Not.Null);
            Assert.That(api.Requests.Select(r => r.Headers["Authorization"]), Is.EqualTo(["Bearer old", "Bearer new"]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task Requests_AreCountedByVerbResourceAndCode()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Plumbline.Kubernetes")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => counted.Enqueue($"{instrument.Name} {value} {string.Join(" ", tags.ToArray().Select(t => t.Value))}"));
        listener.Start();
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(FakeApi.Status(503, "x"), FakeApi.Json(Pod)));
        using var client = api.Client();

        // a resource that no test beside this one asks for, as the listener hears every client of the process
        await client.PatchAsync<V1CronJob>("name-is-no-label", "n", [], new() { Status = true }, None);

        Assert.That(
            counted.Where(line => line.Contains("cronjobs", StringComparison.Ordinal)),
            Is.EqualTo(["plumbline_api_requests 1 patch cronjobs/status 503", "plumbline_api_requests 1 patch cronjobs/status 200"]));
    }

    [TestCase("<html>Welcome</html>")]
    [TestCase("")]
    [TestCase("null")]
    public async Task Request_AnswerIsNotTheApis_SaysSo(string body)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(body));
        using var client = api.Client();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => client.GetAsync<V1Pod>("a", "n", None));
        Assert.That(e!.Message, Does.Contain("does not read as the Kubernetes API's"));
    }

    [Test]
    public async Task Apply_SendsOnlyWhatIsSet_AsOneManager()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(Pod));
        using var client = api.Client();

        await client.ApplyAsync(new V1Service { Metadata = new() { Name = "s", NamespaceProperty = "n" }, Spec = new() { Ports = [new() { Port = 80, TargetPort = "http" }] } }, null, None);

        var request = api.Requests.Single();
        Assert.That((request.Method, request.Path), Is.EqualTo(("PATCH", "/api/v1/namespaces/n/services/s")));
        Assert.That(request.Query, Is.EquivalentTo(new Dictionary<string, string> { ["fieldManager"] = "plumbline", ["force"] = "true" }));
        Assert.That(request.Headers["Content-Type"], Is.EqualTo("application/apply-patch+yaml"));
        Assert.That(request.Headers["User-Agent"], Does.Match(@"^plumbline/\d+\.\d+\.\d+$"));
        Assert.That(request.Body, Is.EqualTo("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"n"},"spec":{"ports":[{"port":80,"targetPort":"http"}]}}"""));
    }

    [Test]
    public async Task Patch_OfStatus_GoesToTheSubresource()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(Pod));
        using var client = api.Client();

        await client.PatchAsync<V1Pod>("a", "n", new JsonObject { ["status"] = new JsonObject { ["phase"] = "Running" } }, new() { Status = true }, None);

        var request = api.Requests.Single();
        Assert.That(request.Path, Is.EqualTo("/api/v1/namespaces/n/pods/a/status"));
        Assert.That(request.Query.Keys, Is.EquivalentTo(["fieldManager"]), "only an apply can be forced");
        Assert.That(request.Headers["Content-Type"], Is.EqualTo("application/merge-patch+json"));
    }

    [Test]
    public async Task Delete_WithPreconditions_SaysThem()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(
            FakeApi.Json("{}"), FakeApi.Status(404, "NotFound", details: """{"name":"a"}""")));
        using var client = api.Client();
        var options = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = "u" }, PropagationPolicy = "Foreground" };

        Assert.That(await client.DeleteAsync<V1Pod>("a", "n", options, None), Is.EqualTo(DeleteOutcome.Accepted));
        Assert.That(await client.DeleteAsync<V1Pod>("a", "n", options, None), Is.EqualTo(DeleteOutcome.AlreadyGone));
        var body = JsonNode.Parse(api.Requests.First().Body)!;
        Assert.That(((string?)body["propagationPolicy"], (string?)body["preconditions"]!["uid"]), Is.EqualTo(("Foreground", "u")));
    }
}

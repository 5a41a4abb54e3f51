using Plumbline.Testing;
using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Caching;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Events;
using Plumbline.Kubernetes.Leadership;
using Plumbline.Kubernetes.Tests.Support;

namespace Plumbline.Lab.Api.Tests.Contract;

/// <summary>Our client, caches, leases and events against both servers.</summary>
internal sealed class ClientTests(ApiServer server) : ContractFixture(server)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private KubernetesClient _client = null!;

    [SetUp]
    public void Connect() => _client = ClientOf(Connection);

    [TearDown]
    public void Disconnect() => _client?.Dispose();

    [Test]
    public async Task Apply_Twice_OwnsWhatItSetsAndGivesUpWhatItLeavesOut()
    {
        var service = Service("s", new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        var created = await _client.ApplyAsync(service, null, None);
        Assert.That(created.Spec!.Ports![0].TargetPort.Value, Is.EqualTo("http"));
        Assert.That(created.Metadata.CreationTimestamp, Is.Not.Null);

        await _client.ApplyAsync(service with { Metadata = service.Metadata with { Labels = new Dictionary<string, string> { ["c"] = "3" } } }, new() { FieldManager = "other" }, None);
        var applied = await _client.ApplyAsync(Service("s", new Dictionary<string, string> { ["a"] = "9" }), null, None);

        Assert.That(applied.Metadata.Labels, Is.EquivalentTo(new Dictionary<string, string> { ["a"] = "9", ["c"] = "3" }));
        Assert.That(applied.Metadata.Uid, Is.EqualTo(created.Metadata.Uid));
    }

    [Test]
    public async Task Apply_SomebodyElsesField_ConflictsUnlessForced()
    {
        await _client.ApplyAsync(Service("s", new Dictionary<string, string> { ["a"] = "1" }), new() { FieldManager = "other" }, None);
        var mine = Service("s", new Dictionary<string, string> { ["a"] = "2" });

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => _client.ApplyAsync(mine, new() { Force = false }, None));
        Assert.That(e!.Kind, Is.EqualTo(KubernetesErrorKind.Conflict));
        Assert.That(e.Message, Does.Contain("other"));
        Assert.That((await _client.ApplyAsync(mine, null, None)).Metadata.Labels!["a"], Is.EqualTo("2"));
    }

    [Test]
    public async Task Status_AppliedAndPatched_LeavesTheSpecAlone()
    {
        await _client.CreateAsync(Pod("p"), None);
        var status = new V1Pod { Metadata = new() { Name = "p", NamespaceProperty = Namespace }, Status = new() { Phase = "Running", PodIP = "10.9.8.7", PodIPs = [new() { Ip = "10.9.8.7" }] } };

        var applied = await _client.ApplyAsync(status, new() { Status = true }, None);
        var patched = await _client.PatchAsync<V1Pod>(
            "p", Namespace, new JsonObject { ["status"] = new JsonObject { ["phase"] = "Failed" } }, new() { Status = true }, None);

        Assert.That((applied.Status!.Phase, patched.Status!.Phase, patched.Status.PodIPs![0].Ip), Is.EqualTo(("Running", "Failed", "10.9.8.7")));
        Assert.That(patched.Spec!.Containers![0].Ports![0].ContainerPort, Is.EqualTo(8080));
    }

    [Test]
    public async Task Patch_WithAnOldVersion_Conflicts()
    {
        var created = await _client.CreateAsync(Pod("p"), None);
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = created.Metadata.ResourceVersion, ["labels"] = new JsonObject { ["x"] = "y" } } };
        await _client.PatchAsync<V1Pod>("p", Namespace, patch, null, None);

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => _client.PatchAsync<V1Pod>("p", Namespace, patch, null, None));
        Assert.That(e!.Kind, Is.EqualTo(KubernetesErrorKind.Conflict));
    }

    [Test]
    public async Task Failures_AreClassified()
    {
        await _client.CreateAsync(Pod("p"), None);

        Assert.That(await KindAsync(() => _client.CreateAsync(Pod("p"), None)), Is.EqualTo(KubernetesErrorKind.AlreadyExists));
        Assert.That(await KindAsync(() => _client.ApplyAsync(Service("s", new Dictionary<string, string> { ["!"] = "" }), null, None)), Is.EqualTo(KubernetesErrorKind.Invalid));
        Assert.That(await KindAsync(() => _client.DeleteAsync<V1Pod>("p", Namespace, new() { Preconditions = new V1Preconditions { Uid = "another" } }, None)), Is.EqualTo(KubernetesErrorKind.Conflict));
        Assert.That(await KindAsync(() => _client.ListPageAsync<V1Pod>(new() { Continue = "nonsense" }, None)), Is.EqualTo(KubernetesErrorKind.Invalid));
        Assert.That(await _client.GetAsync<V1Pod>("none", Namespace, None), Is.Null);
        Assert.That(await _client.DeleteAsync<V1Pod>("none", Namespace, null, None), Is.EqualTo(DeleteOutcome.AlreadyGone));
    }

    [Test]
    public async Task Kind_NotInstalled_IsAnErrorAndNotAnAbsence()
    {
        using var client = new KubernetesClient(Connection, new KindContracts(UninstalledJson.Default), TimeProvider.System, new Random(1));

        Assert.That(await KindAsync(() => client.GetAsync<Uninstalled>("x", Namespace, None)), Is.EqualTo(KubernetesErrorKind.NotFound));
        Assert.That(await KindAsync(() => client.DeleteAsync<Uninstalled>("x", Namespace, null, None)), Is.EqualTo(KubernetesErrorKind.NotFound));
    }

    [Test]
    public async Task List_InPages_HasEverythingOnce()
    {
        for (var i = 0; i < 7; i++)
        {
            await _client.CreateAsync(Pod($"p{i}"), None);
        }

        var list = await _client.ListAsync<V1Pod>(new ListOptions { Namespace = Namespace, Limit = 3 }, None);

        Assert.That(list.Items.Select(pod => pod.Metadata.Name), Is.EqualTo(Enumerable.Range(0, 7).Select(i => $"p{i}")));
        Assert.That(list.ResourceVersion, Is.Not.Empty);
    }

    [Test]
    public async Task Cache_FollowsTheServer()
    {
        await _client.CreateAsync(Pod("before"), None);
        var told = new ConcurrentQueue<string>();
        var cache = new ResourceCache<V1Pod, string>(
            _client,
            pod => pod.Metadata.Label("x") ?? "-",
            (change, _) =>
            {
                told.Enqueue(change switch
                {
                    ResourceChange<string>.Added c => $"+{c.Key.Name} {c.Object}",
                    ResourceChange<string>.Updated c => $"~{c.Key.Name} {c.Object}",
                    ResourceChange<string>.Deleted c => $"-{c.Key.Name} {c.Last}",
                    _ => change.GetType().Name,
                });
                return ValueTask.CompletedTask;
            },
            TimeProvider.System,
            new Random(1),
            new ResourceCacheOptions { Namespace = Namespace });
        await using var run = new Run(cache.RunAsync);
        await Eventually.TrueAsync(() => cache.State is CacheState.Synced, "it is synced");

        await _client.CreateAsync(Pod("after"), None);
        await _client.PatchAsync<V1Pod>("after", Namespace, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["x"] = "y" } } }, null, None);
        await _client.DeleteAsync<V1Pod>("before", Namespace, null, None);
        await Eventually.TrueAsync(() => told.Contains("-before -"), "the deletion is told");

        // A pod is marked as deleted first and goes after its grace period.
        Assert.That(told.Where(line => !line.StartsWith("~before", StringComparison.Ordinal)), Is.EqualTo(["+before -", "Synced", "+after -", "~after y", "-before -"]));
        Assert.That(cache.Snapshot().Keys, Is.EqualTo([new NamespacedName(Namespace, "after")]));
    }

    [Test]
    public async Task Lease_HasOneHolder()
    {
        var one = Elector("one");
        var two = Elector("two");
        var first = new Run(one.RunAsync);
        await Eventually.TrueAsync(() => one.HoldsLease, "the first leads");
        await using var second = new Run(two.RunAsync);
        await Eventually.TrueAsync(() => two.State.Equals(new LeadershipState.Following("one")), "the second follows");
        await first.DisposeAsync();
        await Eventually.TrueAsync(() => two.HoldsLease, "the second takes over");

        var lease = await _client.GetAsync<V1Lease>("leader", Namespace, None);
        Assert.That((lease!.Spec!.HolderIdentity, lease.Spec.LeaseTransitions), Is.EqualTo(("two", (int?)1)));
    }

    [Test]
    public async Task Events_AreStoredAndCounted()
    {
        var recorder = new EventRecorder(
            _client,
            new() { ReportingController = "plumbline.dev/operator", ReportingInstance = "pod", SeriesPeriod = TimeSpan.FromMilliseconds(50) },
            TimeProvider.System,
            new Random(1));
        await using var run = new Run(recorder.RunAsync);
        var regarding = new V1ObjectReference { ApiVersion = "v1", Kind = "Pod", NamespaceProperty = Namespace, Name = "p", Uid = "u" };
        for (var i = 0; i < 5; i++)
        {
            recorder.Record(regarding, EventType.Warning, "TimedOut", "Verify", new string('é', 2000));
        }

        Eventsv1Event? stored = null;
        var listing = new Run(async stop =>
        {
            while (stored?.Series?.Count != 5)
            {
                var events = await _client.ListAsync<Eventsv1Event>(new ListOptions { Namespace = Namespace }, stop);
                stored = events.Items.SingleOrDefault();
            }
        });
        await Eventually.TrueAsync(() => stored?.Series?.Count == 5 || recorder.Dropped > 0, "the event is stored with its count");
        await listing.DisposeAsync();

        Assert.That(recorder.Dropped, Is.Zero);
        Assert.That((stored!.Series!.Count, stored.Reason, stored.Type, stored.Regarding!.Name), Is.EqualTo((5, "TimedOut", "Warning", "p")));
    }

    [Test]
    public async Task Token_OfAServiceAccount_IsKnownForItsAudienceOnly()
    {
        var token = await ServiceAccountTokenAsync(["plumbline"]);

        var good = await _client.ReviewTokenAsync(new() { Token = token, Audiences = ["plumbline"] }, None);
        var other = await _client.ReviewTokenAsync(new() { Token = token, Audiences = ["elsewhere"] }, None);
        var junk = await _client.ReviewTokenAsync(new() { Token = "junk", Audiences = ["plumbline"] }, None);

        Assert.That((good.Status!.Authenticated, good.Status.User!.Username), Is.EqualTo(((bool?)true, $"system:serviceaccount:{Namespace}:default")));
        Assert.That(good.Status.Audiences, Is.EqualTo(["plumbline"]));
        Assert.That((other.Status!.Authenticated ?? false, junk.Status!.Authenticated ?? false), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task Credentials_WithoutRights_AreForbiddenAndUnknownOnesUnauthorized()
    {
        using var unknown = ClientOf(Connection with { Credentials = new StaticCredentials("junk", null) });
        Assert.That(await KindAsync(() => unknown.ListPageAsync<V1Pod>(new(), None)), Is.EqualTo(KubernetesErrorKind.Unauthorized));

        RealOnly("on the embedded API everybody may do everything");
        using var powerless = ClientOf(Connection with { Credentials = new StaticCredentials(await ServiceAccountTokenAsync(null), null) });
        Assert.That(await KindAsync(() => powerless.ListPageAsync<V1Pod>(new(), None)), Is.EqualTo(KubernetesErrorKind.Forbidden));
    }

    [Test]
    public async Task Lease_TimesOfAWholeSecond_AreTaken()
    {
        var second = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var lease = new V1Lease { Metadata = new() { Name = "whole", NamespaceProperty = Namespace }, Spec = new() { HolderIdentity = "x", AcquireTime = second, RenewTime = second } };

        Assert.That((await _client.CreateAsync(lease, None)).Spec!.RenewTime, Is.EqualTo(second));
    }

    private static KubernetesClient ClientOf(ApiConnection connection) => new(connection, KindContracts.Models, TimeProvider.System, new Random(1));

    private static async Task<KubernetesErrorKind> KindAsync(Func<Task> request) => (await Assert.ThrowsAsync<KubernetesRequestException>(() => request()))!.Kind;

    /// <summary>The default service account appears a moment after its namespace.</summary>
    private async Task<string> ServiceAccountTokenAsync(string[]? audiences)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var status = await _client.CreateTokenAsync("default", Namespace, new() { Audiences = audiences, ExpirationSeconds = 600 }, None);
                Assert.That(status.ExpirationTimestamp, Is.Not.Null);
                return status.Token!;
            }
            catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.NotFound && attempt < 100)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, None);
            }
        }
    }

    private LeaderElector Elector(string identity) => new(
        _client,
        new()
        {
            Namespace = Namespace,
            Name = "leader",
            Identity = identity,
            LeaseDuration = TimeSpan.FromSeconds(15),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
        },
        (_, _) => ValueTask.CompletedTask,
        TimeProvider.System,
        new Random(1));

    private V1Service Service(string name, Dictionary<string, string> labels) => new()
    {
        Metadata = new() { Name = name, NamespaceProperty = Namespace, Labels = labels },
        Spec = new() { Ports = [new() { Name = "http", Port = 80, TargetPort = "http", Protocol = "TCP" }], Selector = new Dictionary<string, string> { ["app"] = "x" } },
    };

    private V1Pod Pod(string name) => new()
    {
        Metadata = new() { Name = name, NamespaceProperty = Namespace },
        Spec = new() { Containers = [new() { Name = "c", Image = "none", Ports = [new() { Name = "http", ContainerPort = 8080 }] }] },
    };
}

[KubernetesEntity(Group = "plumbline.test", ApiVersion = "v1", Kind = "Uninstalled", PluralName = "uninstalleds")]
public sealed class Uninstalled : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "plumbline.test/v1"; } = "plumbline.test/v1";

    public string Kind { get; set => field = value ?? "Uninstalled"; } = "Uninstalled";

    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Uninstalled))]
internal sealed partial class UninstalledJson : JsonSerializerContext;

using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Api;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Operator.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Operator.Tests.Dispatch;

/// <summary>A replica's identity against a real HTTP API; its own clock stands still unless the test moves it.</summary>
internal sealed class LinkIdentityTests
{
    private const string Token = "test-admin";
    private const string ConfigMaps = "/api/v1/namespaces/plumbline-system/configmaps";
    private const string Pods = "/api/v1/namespaces/plumbline-system/pods";

    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly List<(CancellationTokenSource Stop, Task Run)> _running = [];
    private DirectoryInfo _directory = null!;
    private LabApiServer _api = null!;
    private HttpClient _http = null!;
    private KubernetesClient _client = null!;
    private bool _leads;

    [SetUp]
    public async Task Begin()
    {
        _leads = false;
        _directory = Directory.CreateTempSubdirectory("plumbline-link-identity-");
        _api = await LabApiServer.StartAsync(new LabApiOptions { Tokens = [new StaticToken(Token, "admin", "system:masters")] });
        _http = new HttpClient { BaseAddress = _api.Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var kubeconfig = Path.Combine(_directory.FullName, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, $$$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "{{{_api.Url}}}"}}]
            users: [{name: u, user: {token: "{{{Token}}}" } }]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """);
        _client = new KubernetesClient(ApiConnection.BuildDefaultConfig(TimeProvider.System, kubeconfig), KindContracts.Models, TimeProvider.System, new Random(1));
        await SendAsync(HttpMethod.Post, "/api/v1/namespaces", """{"metadata":{"name":"plumbline-system"}}""");
        await SendAsync(HttpMethod.Post, ConfigMaps, """{"metadata":{"name":"plumbline-link-trust"}}""");
    }

    [TearDown]
    public async Task End()
    {
        await StopAllAsync();
        _client.Dispose();
        _http.Dispose();
        await _api.DisposeAsync();
        _directory.Delete(true);
    }

    [Test]
    public async Task Replica_Started_PublishesItsCertificateAndNothingElse()
    {
        var identity = Start("one");
        Assert.That(identity.NotReady, Does.Contain("not published"));
        await Eventually.TrueAsync(() => identity.NotReady is null, "it is published");

        var entry = (await DataAsync())["one.crt"];
        Assert.That(entry, Does.Not.Contain("PRIVATE"));
        Assert.That(Certificates(entry).Single().Thumbprint, Is.EqualTo(identity.Get().Thumbprint));
        Assert.That(identity.Get().MatchesHostname("plumbline-operator.plumbline-system.svc"), Is.True);
        Assert.That(identity.Get().MatchesHostname("plumbline-operator.plumbline-system.svc.cluster.local"), Is.True);
        Assert.That(identity.Get().MatchesHostname("something-else.plumbline-system.svc"), Is.False);
        Assert.That(identity.Get().Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, Is.False);
    }

    [Test]
    public async Task Replicas_Two_DoNotDisturbEachOther()
    {
        var (one, two) = (Start("one"), Start("two"));
        await Eventually.TrueAsync(() => one.NotReady is null && two.NotReady is null, "both are published");

        Assert.That((await DataAsync()).Keys, Is.EquivalentTo(["one.crt", "two.crt"]));
    }

    [Test]
    public async Task Replica_WithoutTheConfigMap_IsNotReadyAndPublishesWhenItComes()
    {
        await SendAsync(HttpMethod.Delete, $"{ConfigMaps}/plumbline-link-trust", "");
        var identity = Start("one");
        await Eventually.TrueAsync(async () => await TriedAsync(), "it has asked for the ConfigMap");
        Assert.That(identity.NotReady, Is.Not.Null);

        await SendAsync(HttpMethod.Post, ConfigMaps, """{"metadata":{"name":"plumbline-link-trust"}}""");
        await Eventually.TrueAsync(() => Ticking(TimeSpan.FromSeconds(31), () => identity.NotReady is null), "it is published");
    }

    [Test]
    public async Task Replica_WhoseEntryWasRemoved_PublishesItAgain()
    {
        var identity = Start("one");
        await Eventually.TrueAsync(() => identity.NotReady is null, "it is published");
        await SendAsync(HttpMethod.Put, $"{ConfigMaps}/plumbline-link-trust", """{"metadata":{"name":"plumbline-link-trust"},"data":{"their.txt":"x"}}""");

        await Eventually.TrueAsync(() => TickingAsync(TimeSpan.FromMinutes(1), async () => (await DataAsync()).ContainsKey("one.crt")), "it is there again");
        Assert.That((await DataAsync())["their.txt"], Is.EqualTo("x"));
    }

    [Test]
    public async Task Rotation_NewCertificate_IsPublishedWellBeforeItIsUsed()
    {
        var identity = Start("one");
        await Eventually.TrueAsync(() => identity.NotReady is null, "it is published");
        var old = identity.Get().Thumbprint;

        _clock.Advance(TimeSpan.FromDays(20) + TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => TickingAsync(TimeSpan.FromSeconds(2), async () => Certificates((await DataAsync())["one.crt"]).Count == 2), "the next one is published");
        Assert.That(identity.Get().Thumbprint, Is.EqualTo(old), "and not used yet");
        var published = _clock.GetUtcNow();
        var next = Certificates((await DataAsync())["one.crt"]).Single(c => c.Thumbprint != old).Thumbprint;

        await Eventually.TrueAsync(() => Ticking(TimeSpan.FromSeconds(10), () => identity.Get().Thumbprint != old), "the next one is used");
        Assert.That(identity.Get().Thumbprint, Is.EqualTo(next));
        Assert.That(_clock.GetUtcNow() - published, Is.GreaterThanOrEqualTo(TimeSpan.FromMinutes(5)));
        await Eventually.TrueAsync(() => TickingAsync(TimeSpan.FromSeconds(30), async () => Certificates((await DataAsync())["one.crt"]).Count == 1), "the old one is taken back");
    }

    [Test]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Container_RestartedInItsPod_KeepsItsKey()
    {
        var keys = Path.Combine(_directory.FullName, "keys");
        Directory.CreateDirectory(keys);
        var first = Start("one", keys).Get().Thumbprint;
        await StopAllAsync();

        var again = Start("one", keys).Get();

        Assert.That(again.Thumbprint, Is.EqualTo(first));
        Assert.That(again.HasPrivateKey, Is.True);
        Assert.That(File.GetUnixFileMode(Path.Combine(keys, "current.pem")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void Container_WithSpoiltOrExpiredKeys_MakesNewOnes()
    {
        var keys = Path.Combine(_directory.FullName, "keys");
        Directory.CreateDirectory(keys);
        var first = New("one", keys).Get().Thumbprint;
        File.WriteAllText(Path.Combine(keys, "next.pem"), "nonsense");

        _clock.Advance(TimeSpan.FromDays(31));
        Assert.That(New("one", keys).Get().Thumbprint, Is.Not.EqualTo(first));
    }

    [Test]
    public void Directory_ThatCannotBeWritten_CostsOnlyThePersistence() =>
        Assert.That(New("one", "/proc/nowhere").Get().HasPrivateKey, Is.True);

    [Test]
    public async Task Leader_Prunes_WhatIsDeadOrGoneAndNeverALivingStandby()
    {
        await PodAsync("one");
        await PodAsync("standby");
        await PodAsync("evicted");
        await SendAsync(HttpMethod.Patch, $"{Pods}/evicted/status", """{"status":{"phase":"Failed"}}""", "application/merge-patch+json");
        foreach (var name in new[] { "standby", "evicted", "gone" })
            await PublishAsync(name, LinkTrust.EntryOf(SelfSigned.Create(["x"], _clock.GetUtcNow(), TimeSpan.FromDays(30))));
        await PublishAsync("spoilt", "no certificate");
        await SendAsync(HttpMethod.Patch, $"{ConfigMaps}/plumbline-link-trust", """{"data":{"their-own.pem":"x"}}""", "application/merge-patch+json");
        _leads = true;

        var identity = Start("one");
        await Eventually.TrueAsync(async () => !(await DataAsync()).ContainsKey("gone.crt"), "what is gone is pruned");

        Assert.That((await DataAsync()).Keys, Is.EquivalentTo(["one.crt", "standby.crt", "their-own.pem"]));
        Assert.That(identity.NotReady, Is.Null);
    }

    [Test]
    public async Task Leader_ThatIsNoPod_PrunesOnlyWhatHasExpired()
    {
        await PublishAsync("developer", LinkTrust.EntryOf(SelfSigned.Create(["x"], _clock.GetUtcNow(), TimeSpan.FromDays(30))));
        await PublishAsync("expired", LinkTrust.EntryOf(SelfSigned.Create(["x"], _clock.GetUtcNow() - TimeSpan.FromDays(40), TimeSpan.FromDays(30))));
        _leads = true;

        Start("one");
        await Eventually.TrueAsync(async () => !(await DataAsync()).ContainsKey("expired.crt"), "what has expired is pruned");

        Assert.That((await DataAsync()).Keys, Is.EquivalentTo(["one.crt", "developer.crt"]));
    }

    [Test]
    public async Task Standby_PrunesNothing()
    {
        await PublishAsync("spoilt", "no certificate");
        var identity = Start("one");
        await Eventually.TrueAsync(() => identity.NotReady is null, "it is published");

        Assert.That((await DataAsync()).Keys, Is.EquivalentTo(["one.crt", "spoilt.crt"]));
    }

    private LinkIdentity New(string replica, string keys = "") => new(
        new LinkIdentityOptions
        {
            Replica = replica,
            Namespace = "plumbline-system",
            Names = LinkIdentityOptions.NamesOf("plumbline-operator", "plumbline-system", "cluster.local"),
            Directory = keys,
        },
        _client,
        () => _leads,
        _clock,
        new Random(1),
        NullLogger<LinkIdentity>.Instance);

    private LinkIdentity Start(string replica, string keys = "")
    {
        var identity = New(replica, keys);
        var stop = new CancellationTokenSource();
        _running.Add((stop, identity.RunAsync(stop.Token)));
        return identity;
    }

    private async Task StopAllAsync()
    {
        foreach (var (stop, run) in _running)
        {
            await stop.CancelAsync();
            Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
            stop.Dispose();
        }

        _running.Clear();
    }

    private bool Ticking(TimeSpan step, Func<bool> condition)
    {
        _clock.Advance(step);
        return condition();
    }

    private Task<bool> TickingAsync(TimeSpan step, Func<Task<bool>> condition)
    {
        _clock.Advance(step);
        return condition();
    }

    private static X509Certificate2Collection Certificates(string entry)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(entry);
        return certificates;
    }

    private Task PodAsync(string name) =>
        SendAsync(HttpMethod.Post, Pods, $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""");

    private Task PublishAsync(string replica, string entry) => SendAsync(
        HttpMethod.Patch, $"{ConfigMaps}/plumbline-link-trust", new JsonObject { ["data"] = new JsonObject { [replica + ".crt"] = entry } }.ToJsonString(), "application/merge-patch+json");

    private async Task<Dictionary<string, string>> DataAsync() =>
        JsonNode.Parse(await _http.GetStringAsync(new Uri($"{ConfigMaps}/plumbline-link-trust", UriKind.Relative)))!["data"]?.AsObject().ToDictionary(e => e.Key, e => (string)e.Value!) ?? [];

    // A request that the server has answered: the identity's first look came before or comes with ours.
    private async Task<bool> TriedAsync()
    {
        using var answer = await _http.GetAsync(new Uri($"{ConfigMaps}/plumbline-link-trust", UriKind.Relative));
        return !answer.IsSuccessStatusCode;
    }

    private async Task SendAsync(HttpMethod method, string path, string body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await _http.SendAsync(request);
        Assert.That(answer.IsSuccessStatusCode, Is.True, $"{method} {path}: {await answer.Content.ReadAsStringAsync()}");
    }
}

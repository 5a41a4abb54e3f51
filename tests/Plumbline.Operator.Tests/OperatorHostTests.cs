using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Core.Probes;
using Plumbline.Lab.Api;
using Plumbline.Link;
using Plumbline.Operator.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Operator.Tests;

/// <summary>The whole operator as a process would run it, against a real HTTP API, with an agent that answers as it is told.</summary>
internal sealed class OperatorHostTests
{
    private const string Token = "test-admin";
    private const string Maps = "/apis/plumbline.dev/v1alpha1/namespaces/docs/connectionmaps";
    private const string Connections = "/apis/plumbline.dev/v1alpha1/namespaces/docs/connections";

    private readonly List<(CancellationTokenSource Stop, Task<int> Run)> _operators = [];
    private string _directory = "";
    private X509Certificate2 _certificate = null!;
    private LabApiServer _api = null!;
    private HttpClient _http = null!;

    [SetUp]
    public async Task Begin()
    {
        _directory = Directory.CreateTempSubdirectory("plumbline-operator-tests-").FullName;
        _api = await LabApiServer.StartAsync(new LabApiOptions { Tokens = [new StaticToken(Token, "admin", "system:masters")] });
        _http = new HttpClient { BaseAddress = _api.Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        _certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(InDirectory("tls.crt"), _certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(InDirectory("tls.key"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(InDirectory("kubeconfig"), $$$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "{{{_api.Url}}}"}}]
            users: [{name: u, user: {token: "{{{Token}}}" } }]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """);
        await FillCluster();
    }

    [TearDown]
    public async Task End()
    {
        foreach (var (stop, run) in _operators)
        {
            await stop.CancelAsync();
            await run;
            stop.Dispose();
        }

        _operators.Clear();
        _http.Dispose();
        await _api.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task WholeWay_FromAMapToStatusEventsAndMetrics()
    {
        var (link, metrics) = Start("one");
        await Eventually.TrueAsync(async () => await IsAsync(metrics, "/readyz"), "the operator is ready");
        await Eventually.TrueAsync(async () => await LeadsAsync(metrics), "it leads");
        await Eventually.TrueAsync(async () => Items(await GetAsync(Connections)).Count == 2, "both rows become Connections");
        var map = await GetAsync($"{Maps}/map");
        var owner = (await GetAsync($"{Connections}/map-1"))["metadata"]!["ownerReferences"]![0]!;
        Assert.That((string?)owner["uid"], Is.EqualTo((string?)map["metadata"]!["uid"]));

        await using var agent = await LinkAsync(link);
        var plan = await PlanAsync(agent);
        Assert.That(plan.Probes.Select(p => (p.Host, p.Port)), Is.EquivalentTo(new[] { ("10.0.0.2", 9000), ("10.0.0.2", 9001) }));
        await AnswerAsync(agent, plan, p => p.Port == 9000 ? ProbeOutcome.Succeeded : ProbeOutcome.ConnectionRefused);
        var look = await ListenersAsync(agent);
        Assert.That((look.Host, look.Port), Is.EqualTo(("10.0.0.2", 9001)), "the far end, since it refuses");
        await agent.SayAsync(new ReportBatch(2, [Seen(look, "does not listen on port 9001, but on 9000")]));

        await Eventually.TrueAsync(async () => await VerifiedAsync("map-1") == "True Reachable", "row 1 is verified");
        await Eventually.TrueAsync(async () => await VerifiedAsync("map-2") == "False ListeningOnOtherPort", "row 2 has drifted");
        var status = (await GetAsync($"{Connections}/map-2"))["status"]!;
        Assert.That((string?)status["failures"]![0]!["source"], Is.EqualTo("app/a-0"));
        await Eventually.TrueAsync(
            async () => (await GetAsync($"{Maps}/map"))["status"] is { } s && (int?)s["documented"] == 2 && (int?)s["verified"] == 1 && (int?)s["drifted"] == 1, "the map counts");
        await Eventually.TrueAsync(
            async () => Items(await GetAsync("/apis/events.k8s.io/v1/namespaces/docs/events")).Any(e => (string?)e!["reason"] == "ListeningOnOtherPort" && (string?)e["type"] == "Warning"), "an event tells of the drift");
        var text = await TextAsync(metrics, "/metrics");
        Assert.That(text, Does.Match("plumbline_connection_verified\\{[^}]*connection=\"map-1\"[^}]*\\} 1\n"));
        Assert.That(text, Does.Match("plumbline_connection_verified\\{[^}]*connection=\"map-2\"[^}]*\\} 0\n"));
        Assert.That(text, Does.Contain("plumbline_agents_linked 1\n"));

        using var removed = await _http.DeleteAsync(new Uri($"{Maps}/map", UriKind.Relative));
        await Eventually.TrueAsync(async () => Items(await GetAsync(Connections)).Count == 0, "the Connections go with their map");
        await Eventually.TrueAsync(async () => !(await TextAsync(metrics, "/metrics")).Contains("plumbline_connection_verified{", StringComparison.Ordinal), "and so do their series");
    }

    [Test]
    public async Task TwoReplicas_OneLeadsAndTheOtherTakesOver()
    {
        var first = Start("one");
        await Eventually.TrueAsync(async () => await LeadsAsync(first.Metrics), "the first leads");
        var second = Start("two");
        await Eventually.TrueAsync(async () => await IsAsync(second.Metrics, "/readyz"), "the second is ready");
        await using (var agent = await LinkAsync(first.Link))
        {
            await AnswerAsync(agent, await PlanAsync(agent), _ => ProbeOutcome.Succeeded);
            await Eventually.TrueAsync(async () => await VerifiedAsync("map-1") == "True Reachable", "row 1 is verified");
            await Eventually.TrueAsync(async () => await LeaderNamedBy(second.Link) == $"127.0.0.1:{first.Link}", "the standby names the leader");
            Assert.That(await LeadsAsync(second.Metrics), Is.False);

            var since = await SinceAsync("map-1");
            await _operators[0].Stop.CancelAsync();
            Assert.That(await _operators[0].Run, Is.Zero);
            Assert.That(await agent.HearAsync(), Is.Null, "the link ends with its operator");
            await Eventually.TrueAsync(async () => await LeadsAsync(second.Metrics), "the second takes over");
            Assert.That(await VerifiedAsync("map-1"), Is.EqualTo("True Reachable"), "without a blink");
            await using var again = await LinkAsync(second.Link);
            await AnswerAsync(again, await PlanAsync(again), _ => ProbeOutcome.Succeeded);
            await Eventually.TrueAsync(async () => (await TextAsync(second.Metrics, "/metrics")).Contains("plumbline_connection_verified{", StringComparison.Ordinal), "the second judges");
            Assert.That(await SinceAsync("map-1"), Is.EqualTo(since));
        }
    }

    [Test]
    public async Task Certificate_Missing_EndsWithOneAndNoException()
    {
        File.Delete(InDirectory("tls.crt"));
        Start("one");
        Assert.That(await _operators[0].Run, Is.EqualTo(1));
    }

    [Test]
    public async Task Identity_OfItsOwn_IsReadyOncePublished()
    {
        var (link, metrics) = Start("one", ownIdentity: true);
        await Eventually.TrueAsync(async () => (await TextAsync(metrics, "/metrics")).Contains("plumbline_link_certificate_published 0\n", StringComparison.Ordinal), "it runs");
        Assert.That(await IsAsync(metrics, "/readyz"), Is.False, "agents cannot know it: there is no ConfigMap");

        await PostAsync("/api/v1/namespaces/plumbline-system/configmaps", """{"metadata":{"name":"plumbline-link-trust"}}""");
        await Eventually.TrueAsync(async () => await IsAsync(metrics, "/readyz"), "it is ready");
        var published = (string)(await GetAsync("/api/v1/namespaces/plumbline-system/configmaps/plumbline-link-trust"))["data"]!["one.crt"]!;
        _certificate = X509Certificate2.CreateFromPem(published);
        Assert.That(_certificate.MatchesHostname("plumbline-operator.plumbline-system.svc"), Is.True);
        var text = await TextAsync(metrics, "/metrics");
        Assert.That(text, Does.Contain("plumbline_link_certificate_published 1\n"));
        Assert.That(text, Does.Contain($"plumbline_link_certificate_expiry_timestamp_seconds {new DateTimeOffset(_certificate.NotAfter).ToUnixTimeSeconds()}\n"));

        await Eventually.TrueAsync(async () => await LeadsAsync(metrics), "it leads");
        await using var agent = await LinkAsync(link);
        await agent.HearAsync<PlanSnapshot>();
    }

    [Test]
    public async Task Services_OfAnyWebHost_RunAsItsConfigurationSays()
    {
        var (link, metrics) = (FreePort(), FreePort());
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Plumbline:Kubeconfig"] = InDirectory("kubeconfig"),
            ["Plumbline:Identity"] = "hosted",
            ["Plumbline:LinkListen"] = $"127.0.0.1:{link}",
            ["Plumbline:MetricsListen"] = $"127.0.0.1:{metrics}",
            ["Plumbline:LinkCert"] = InDirectory("tls.crt"),
            ["Plumbline:LinkKey"] = InDirectory("tls.key"),
        });
        builder.Services.AddPlumblineOperator();
        await using var app = builder.Build();
        app.UsePlumblineOperator();

        await app.StartAsync();
        await Eventually.TrueAsync(async () => await LeadsAsync(metrics), "it leads");
        await using var agent = await LinkAsync(link);
        await agent.HearAsync<PlanSnapshot>();
        await app.StopAsync();

        var lease = await GetAsync("/apis/coordination.k8s.io/v1/namespaces/plumbline-system/leases/plumbline-operator");
        Assert.That((string?)lease["spec"]!["holderIdentity"], Is.Empty, "the lease is given back before the host has stopped");
        Assert.That(await IsAsync(metrics, "/healthz"), Is.False, "nobody listens any more");
    }

    private (int Link, int Metrics) Start(string name, bool ownIdentity = false)
    {
        var (link, metrics) = (FreePort(), FreePort());
        var stop = new CancellationTokenSource();
        var options = new OperatorOptions
        {
            Kubeconfig = InDirectory("kubeconfig"),
            Identity = name,
            LinkListen = new IPEndPoint(IPAddress.Loopback, link),
            LinkAddress = $"127.0.0.1:{link}",
            Replica = name,
            LinkCertificateFile = ownIdentity ? null : InDirectory("tls.crt"),
            LinkKeyFile = ownIdentity ? null : InDirectory("tls.key"),
            MetricsListen = new IPEndPoint(IPAddress.Loopback, metrics),
        };
        _operators.Add((stop, OperatorHost.RunAsync(options, NullLoggerFactory.Instance, TimeProvider.System, stop.Token)));
        return (link, metrics);
    }

    private async Task FillCluster()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("deploy", "crds"), "*.yaml"))
        {
            await PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", await File.ReadAllTextAsync(file), "application/yaml");
        }

        await Eventually.TrueAsync(async () => await IsServed(Connections), "the custom resources are served");
        foreach (var ns in new[] { "docs", "app", "plumbline-system" })
        {
            await PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{ns}}}"}}""");
        }

        await PostAsync("/api/v1/nodes", """{"metadata":{"name":"n1"}}""");
        await PostAsync("/api/v1/namespaces/plumbline-system/serviceaccounts", """{"metadata":{"name":"plumbline-agent"}}""");
        await PostAsync("/api/v1/namespaces/plumbline-system/pods", """{"metadata":{"name":"agent"},"spec":{"nodeName":"n1","serviceAccountName":"plumbline-agent","containers":[{"name":"a","image":"i"}]}}""");
        foreach (var (name, address) in new[] { ("a", "10.0.0.1"), ("b", "10.0.0.2") })
        {
            await PostAsync("/api/v1/namespaces/app/pods", $$$"""
                {"metadata":{"name":"{{{name}}}-0","labels":{"app":"{{{name}}}"} },"spec":{"nodeName":"n1","containers":[{"name":"c","image":"i"}]}}
                """);
            await SendAsync(HttpMethod.Patch, $"/api/v1/namespaces/app/pods/{name}-0/status", $$$"""
                {"status":{"phase":"Running","podIP":"{{{address}}}","podIPs":[{"ip":"{{{address}}}"} ],"conditions":[{"type":"Ready","status":"True"}]}}
                """, "application/merge-patch+json");
            await PostAsync("/apis/plumbline.dev/v1alpha1/namespaces/docs/components", $$$"""
                {"apiVersion":"plumbline.dev/v1alpha1","kind":"Component","metadata":{"name":"{{{name}}}"},
                 "spec":{"names":["{{{name}}}"],"pods":{"namespace":"app","selector":{"matchLabels":{"app":"{{{name}}}"} } } } }
                """);
        }

        await PostAsync(Maps, """
            {"apiVersion":"plumbline.dev/v1alpha1","kind":"ConnectionMap","metadata":{"name":"map"},"spec":{"document":{"title":"T"},"connections":[
              {"id":"1","from":"a","to":"b","protocol":"TCP","ports":[9000]},{"id":"2","from":"a","to":"b","protocol":"TCP","ports":[9001]}]}}
            """);
    }

    private async Task<ScriptedAgent> LinkAsync(int port)
    {
        var answer = await PostAsync("/api/v1/namespaces/plumbline-system/serviceaccounts/plumbline-agent/token", """
            {"spec":{"audiences":["plumbline"],"expirationSeconds":600,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"agent"}}}
            """);
        var agent = await ScriptedAgent.DialAsync(new Uri($"wss://127.0.0.1:{port}{LinkProtocol.Path}"), (string)answer["status"]!["token"]!, _certificate);
        await agent.HelloAsync("n1");
        return agent;
    }

    /// <summary>A link that is quick gets the first snapshot before both rows are planned.</summary>
    private static async Task<PlanSnapshot> PlanAsync(ScriptedAgent agent)
    {
        var plan = await agent.HearAsync<PlanSnapshot>();
        while (plan.Probes.Length < 2)
        {
            plan = plan with { Probes = [.. plan.Probes, .. (await agent.HearAsync<PlanDelta>()).UpsertProbes] };
        }

        return plan;
    }

    private static async Task<Core.Probes.PlannedProbe> ListenersAsync(ScriptedAgent agent)
    {
        while (true)
        {
            if ((await agent.HearAsync<PlanDelta>()).UpsertProbes.FirstOrDefault(p => p.Protocol == ProbeProtocol.Listeners) is { } look)
            {
                return look;
            }
        }
    }

    private static ProbeReport Seen(Core.Probes.PlannedProbe look, string detail)
    {
        var now = TimeProvider.System.GetUtcNow();
        var report = LoopWorld.Result(look.Id, ProbeOutcome.Succeeded, now, now, 1);
        return report with { Last = report.Last with { Remarks = ProbeRemarks.ListensNot | ProbeRemarks.ListensOnOtherPort, Detail = detail } };
    }

    private static async Task AnswerAsync(ScriptedAgent agent, PlanSnapshot plan, Func<Core.Probes.PlannedProbe, ProbeOutcome> answer)
    {
        var now = TimeProvider.System.GetUtcNow();
        await agent.SayAsync(new ReportBatch(1, [.. plan.Probes.Select(p => LoopWorld.Result(p.Id, answer(p), now, now, 3))]));
        await agent.HearAsync<ReportAck>();
    }

    private async Task<string> VerifiedAsync(string name) => await ConditionAsync(name) is { } c ? $"{c["status"]} {c["reason"]}" : "";

    private async Task<string> SinceAsync(string name) => (string)(await ConditionAsync(name))!["lastTransitionTime"]!;

    private async Task<JsonNode?> ConditionAsync(string name) =>
        (await GetAsync($"{Connections}/{name}"))["status"]?["conditions"]?.AsArray().SingleOrDefault(c => (string?)c!["type"] == "Verified");

    private async Task<string?> LeaderNamedBy(int port)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => _certificate.Equals(certificate) };
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(new Uri($"https://127.0.0.1:{port}{LinkProtocol.Path}"));
        return answer.Headers.TryGetValues(LinkProtocol.LeaderHeader, out var values) ? values.Single() : null;
    }

    private async Task<bool> LeadsAsync(int port) => (await TextAsync(port, "/metrics")).Contains("plumbline_operator_leader 1\n", StringComparison.Ordinal);

    private static async Task<bool> IsAsync(int port, string path)
    {
        using var http = new HttpClient();
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<string> TextAsync(int port, string path)
    {
        using var http = new HttpClient();
        try
        {
            return await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}{path}"));
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private async Task<bool> IsServed(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    private Task<JsonNode> PostAsync(string path, string body, string type = "application/json") => SendAsync(HttpMethod.Post, path, body, type);

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string body, string type)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, Is.True, $"{method} {path}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static JsonArray Items(JsonNode list) => list["items"]!.AsArray();

    private string InDirectory(string name) => Path.Combine(_directory, name);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

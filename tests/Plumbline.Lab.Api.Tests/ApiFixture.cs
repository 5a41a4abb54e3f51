using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Testing;

namespace Plumbline.Lab.Api.Tests;

/// <summary>A server of its own for each test, and a client that speaks to it as an administrator.</summary>
internal abstract class ApiFixture
{
    protected const string Token = "test-admin";

    protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    protected LabApiServer Server { get; private set; } = null!;

    protected HttpClient Http { get; set; } = null!;

    protected virtual LabApiOptions Options => new() { Tokens = [new StaticToken(Token, "admin", "system:masters")] };

    protected static string GaugeDefinition => File.ReadAllText(Repository.PathOf("tests", "Plumbline.Lab.Api.Tests", "gauges.crd.yaml"));

    [SetUp]
    public virtual async Task StartServer()
    {
        Server = await LabApiServer.StartAsync(Options);
        Http = ClientOf(Server);
    }

    [TearDown]
    public virtual async Task StopServer()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }

    protected static HttpClient ClientOf(LabApiServer server, string token = Token)
    {
        var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }) { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        client.DefaultRequestHeaders.UserAgent.ParseAdd("tests/1.0");
        return client;
    }

    protected async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json", string? accept = null)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await Http.SendAsync(request, deadline.Token);
        var text = await response.Content.ReadAsStringAsync(deadline.Token);
        return new Answer(
            response.StatusCode, text, response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : [], response.Content.Headers.ContentType?.ToString() ?? "");
    }

    protected Task<Answer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, accept: accept);

    protected Task<Answer> PostAsync(string path, string body, string type = "application/json") => SendAsync(HttpMethod.Post, path, body, type);

    protected Task<Answer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    protected Task<Answer> DeleteAsync(string path, string? body = null) => SendAsync(HttpMethod.Delete, path, body);

    protected Task<Answer> MergeAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json");

    protected Task<Answer> ApplyAsync(string path, string manager, string body, bool force = false) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}{(force ? "&force=true" : "")}", body, "application/apply-patch+yaml");

    protected virtual async Task DefineGaugesAsync()
    {
        var answer = await PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", GaugeDefinition, "application/yaml");
        Assert.That(answer.Code, Is.EqualTo(HttpStatusCode.Created), answer.Text);
    }

    protected static string ConfigMap(string name, string value = "v", string labels = "{}") =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{{{labels}}}},"data":{"key":"{{{value}}}"}}""";

    protected static string Gauge(string name, string spec = """{"from":"Tenant"}""") =>
        $$$"""{"apiVersion":"lab.example.com/v1","kind":"Gauge","metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""";

    /// <summary>Polls until an answer satisfies the condition; the deadline fails the test with the last one.</summary>
    protected async Task<Answer> EventuallyAsync(string path, Func<Answer, bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        Answer answer;
        while (!condition(answer = await GetAsync(path)))
        {
            Assert.That(deadline.IsCancellationRequested, Is.False, $"{path} never became as expected: {answer.Text}");
            await Task.Yield();
        }

        return answer;
    }

    internal sealed record Answer(HttpStatusCode Code, string Text, IReadOnlyList<string> Warnings, string ContentType)
    {
        public JsonNode Json => JsonTree.Parse(Encoding.UTF8.GetBytes(Text))!;

        public string Message => Json.Text("message") ?? "";

        public string Version => Json.Text("metadata", "resourceVersion")!;

        public JsonNode? this[params string[] path] => Json.At(path);
    }
}

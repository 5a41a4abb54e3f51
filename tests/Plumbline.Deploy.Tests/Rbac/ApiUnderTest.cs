using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;
using Plumbline.Kubernetes.Connection;
using Plumbline.Lab.Api;
using Plumbline.Lab.Api.Http;
using Plumbline.Testing;

namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>An API that operators are run against, embedded or real, with its administrator's hand.</summary>
internal sealed class ApiUnderTest : IAsyncDisposable
{
    public const string Namespace = "plumbline-system";
    public const string Operator = $"system:serviceaccount:{Namespace}:plumbline-operator";

    private readonly LabApiServer? _embedded;
    private readonly HttpClient _http;
    private readonly ApiConnection _administrator;
    private readonly List<ApiRequestRecord> _requests;

    private ApiUnderTest(ApiConnection administrator, string token, LabApiServer? embedded, List<ApiRequestRecord> requests)
    {
        (_administrator, _embedded, _requests) = (administrator, embedded, requests);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => administrator.Server.IsLoopback } })
        {
            BaseAddress = administrator.Server,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
    }

    /// <summary>What the operator's account asked of an embedded API so far.</summary>
    public IReadOnlyList<ApiRequestRecord> OperatorsRequests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests.Where(r => r.User == Operator)];
            }
        }
    }

    public static async Task<ApiUnderTest> EmbeddedAsync()
    {
        const string Token = "administrator";
        var requests = new List<ApiRequestRecord>();
        var server = await LabApiServer.StartAsync(new LabApiOptions
        {
            Tokens = [new StaticToken(Token, "administrator", "system:masters")],
            OnRequest = request =>
            {
                lock (requests)
                {
                    requests.Add(request);
                }
            },
        });
        return new ApiUnderTest(new ApiConnection { Server = server.Url, UseProxy = false }, Token, server, requests);
    }

    public static async Task<ApiUnderTest> RealAsync(TestServer server)
    {
        var configuration = ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, server.Kubeconfig) with { UseProxy = false };
        return new ApiUnderTest(configuration, await configuration.Credentials.TokenAsync(CancellationToken.None) ?? "", null, []);
    }

    /// <summary>For the operator's account, with no right but what is bound to it.</summary>
    public async Task<ApiConnection> AsOperatorAsync() =>
        _administrator with { Credentials = new StaticCredentials(await TokenAsync("plumbline-operator", """{"spec":{"audiences":[],"expirationSeconds":600}}"""), null) };

    public async Task<string> TokenAsync(string account, string request)
    {
        var answer = await SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{Namespace}/serviceaccounts/{account}/token", request);
        return (string)answer["status"]!["token"]!;
    }

    public async Task ApplyDefinitionsAsync()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("deploy", "crds"), "*.yaml"))
        {
            await ApplyAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", await File.ReadAllTextAsync(file));
        }

        foreach (var plural in new[] { "components", "connectionmaps", "connections" })
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    // Not found at first, and refused while the server makes ready for them.
                    using var answer = await _http.GetAsync(new Uri($"/apis/plumbline.dev/v1alpha1/{plural}", UriKind.Relative));
                    return answer.IsSuccessStatusCode;
                },
                $"{plural} are served");
        }
    }

    /// <param name="collection">Path of the object's collection.</param>
    /// <param name="yaml">The whole object.</param>
    public Task ApplyAsync(string collection, string yaml)
    {
        var item = Yaml.Documents(yaml).Single();
        return SendAsync(HttpMethod.Patch, $"{collection}/{item["metadata"]!["name"]}?fieldManager=test&force=true", item.ToJsonString(), "application/apply-patch+yaml");
    }

    public Task ApplyAsync(JsonObject item)
    {
        var (version, kind, place) = ((string)item["apiVersion"]!, (string)item["kind"]!, (string?)item["metadata"]!["namespace"]);
        var root = version.Contains('/', StringComparison.Ordinal) ? $"/apis/{version}" : $"/api/{version}";
        return ApplyAsync($"{root}{(place is null ? "" : $"/namespaces/{place}")}/{kind.ToLowerInvariant()}s", item.ToJsonString());
    }

    /// <summary>Null where it is not there.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(answer, path);
    }

    public Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null) => SendAsync(method, path, body, "application/json");

    public Task<JsonNode> MergeAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body, string type)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        using var answer = await _http.SendAsync(request);
        return await ReadAsync(answer, $"{method} {path}");
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, string what)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, $"{what}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Plumbline.Lab.Cluster;

/// <summary>Writes objects of any kind as the manifests that they are, where a typed client would know only what it uses itself.</summary>
internal sealed class ApiObjects : IDisposable
{
    private const int ServerErrorsAccepted = 5;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <param name="socket">The API's unix socket: plain HTTP, and only this user can reach it.</param>
    public ApiObjects(string socket, string token, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(UnixSockets.Handler(socket), disposeHandler: true) { BaseAddress = new Uri("http://api"), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Returns when the API answers that it is ready.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation) =>
        (await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, "/readyz"), cancellation)).Dispose();

    /// <summary>Server-side apply, with force.</summary>
    /// <returns>The object as the API has it now.</returns>
    /// <exception cref="InvalidOperationException">The API refused the object; the message is the API's own.</exception>
    public Task<JsonObject> ApplyAsync(JsonObject manifest, string manager, CancellationToken cancellation) => ApplyAsync(manifest, manager, "", cancellation);

    /// <inheritdoc cref="ApplyAsync(JsonObject, string, CancellationToken)"/>
    public Task<JsonObject> ApplyStatusAsync(JsonObject manifest, string manager, CancellationToken cancellation) => ApplyAsync(manifest, manager, "/status", cancellation);

    /// <summary>As kubelets write the status of a node: a node with two addresses of one type cannot be applied, as the type is the key of that list.</summary>
    public async Task MergeStatusAsync(JsonObject manifest, CancellationToken cancellation)
    {
        var path = $"{PathOf(manifest)}/status";
        var body = manifest.ToJsonString();
        using var answer = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent(body, Encoding.UTF8, "application/merge-patch+json") }, cancellation);
        await ReadAsync(answer, $"patch {path}", cancellation);
    }

    /// <summary>Many at once; for those that need nothing of each other.</summary>
    public async Task<IReadOnlyList<JsonObject>> ApplyAllAsync(IEnumerable<JsonObject> manifests, string manager, CancellationToken cancellation) =>
        await Task.WhenAll(manifests.Select(m => ApplyAsync(m, manager, cancellation)).ToList());

    /// <summary>Deletes the object that the manifest names; none is as good.</summary>
    public async Task DeleteAsync(JsonObject manifest, CancellationToken cancellation)
    {
        var path = PathOf(manifest);
        using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, path), cancellation);
        if (answer.StatusCode != HttpStatusCode.NotFound)
        {
            await ReadAsync(answer, $"delete {path}", cancellation);
        }
    }

    private async Task<JsonObject> ApplyAsync(JsonObject manifest, string manager, string subresource, CancellationToken cancellation)
    {
        var path = PathOf(manifest);
        var body = manifest.ToJsonString();
        using var answer = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Patch, $"{path}{subresource}?force=true&fieldManager={manager}")
            {
                Content = new StringContent(body, Encoding.UTF8, "application/apply-patch+yaml"),
            },
            cancellation);
        return await ReadAsync(answer, $"apply {path}{subresource}", cancellation);
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer, string what, CancellationToken cancellation)
    {
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation)) as JsonObject;
        return answer.IsSuccessStatusCode && json is not null
            ? json
            : throw new InvalidOperationException($"{what}: {(int)answer.StatusCode} {(string?)json?["message"] ?? "no answer of a Kubernetes API"}");
    }

    /// <summary>Everything here can be sent twice, so an API that is away (it may be killed at any time) is waited for.</summary>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        for (var serverErrors = 0; ;)
        {
            try
            {
                using var message = request();
                var answer = await _http.SendAsync(message, cancellation);
                if ((int)answer.StatusCode < 500 || ++serverErrors > ServerErrorsAccepted)
                {
                    return answer;
                }

                answer.Dispose();
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // Not up yet, or just killed.
            }

            await Task.Delay(RetryDelay, _time, cancellation);
        }
    }

    private static string PathOf(JsonObject manifest)
    {
        var (apiVersion, kind) = ((string)manifest["apiVersion"]!, (string)manifest["kind"]!);
        var metadata = manifest["metadata"]!;
        var root = apiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{apiVersion}" : $"/api/{apiVersion}";
        var space = (string?)metadata["namespace"] is { } name ? $"/namespaces/{name}" : "";
        return $"{root}{space}/{Plural(kind)}/{(string)metadata["name"]!}";
    }

    private static string Plural(string kind)
    {
        var lower = kind.ToLowerInvariant();
        return lower.EndsWith('y') ? $"{lower[..^1]}ies" : $"{lower}s";
    }
}

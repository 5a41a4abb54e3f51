using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Client;

/// <summary>
/// Requests, lists and watches of an operator, on KubernetesClient's connection and models. Safe for concurrent use; one for the process, as it owns
/// the connections.
/// </summary>
public sealed class KubernetesClient : IKubernetesClient, IDisposable
{
    private const string ApplyPatch = "application/apply-patch+yaml"; // JSON is YAML
    private const string MergePatch = "application/merge-patch+json";

    private readonly KindContracts _kinds;
    private readonly KubernetesClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ApiSender _sender;

    /// <param name="random">For the jitter of retries. Everything in this library locks it while drawing, so one can serve them all.</param>
    public KubernetesClient(
        ApiConnection connection,
        KindContracts kinds,
        TimeProvider time,
        Random random,
        KubernetesClientOptions? options = null,
        ILogger<KubernetesClient>? logger = null)
    {
        _kinds = kinds;
        _options = options ?? new KubernetesClientOptions();
        _time = time;
        _logger = logger ?? NullLogger<KubernetesClient>.Instance;
        _sender = new ApiSender(new Transport(connection), connection, kinds, _options, time, random, _logger);
    }

    public void Dispose() => _sender.Dispose();

    public async Task<T?> GetAsync<T>(string name, string? namespaceName, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ApiKind.Of<T>();
        var request = new ApiRequest("get", kind.Plural, HttpMethod.Get, kind.PathOf(namespaceName, name), Idempotent: true);
        try
        {
            return Read<T>(request, await _sender.SendAsync(request, cancellationToken));
        }
        catch (KubernetesRequestException e) when (IsMissingObject(e))
        {
            return null;
        }
    }

    public async Task<KubernetesList<T>> ListPageAsync<T>(ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ApiKind.Of<T>();
        var path = WithQuery(
            kind.PathOf(options.Namespace),
            ("labelSelector", options.LabelSelector), ("fieldSelector", options.FieldSelector), ("limit", Text(options.Limit)), ("continue", options.Continue));
        var request = new ApiRequest("list", kind.Plural, HttpMethod.Get, path, Idempotent: true);
        try
        {
            var list = await _sender.SendAsync(request, (body, stop) => new ListReader<T>(_kinds.Bulk<T>()).ReadAsync(body, stop), cancellationToken);
            foreach (var item in list.Unreadable)
            {
                Log.Unreadable(_logger, kind.Kind, item.Namespace, item.Name, item.Problem);
            }

            return list;
        }
        catch (JsonException e)
        {
            throw NoKubernetes(request, e);
        }
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ApiKind.Of<T>();
        var path = WithQuery(
            kind.PathOf(options.Namespace),
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", options.ResourceVersion), ("timeoutSeconds", Text(Math.Max(1, (int)options.Timeout.TotalSeconds))),
            ("labelSelector", options.LabelSelector), ("fieldSelector", options.FieldSelector));
        var request = new ApiRequest("watch", kind.Plural, HttpMethod.Get, path, Idempotent: false);
        using var response = await _sender.OpenAsync(request, cancellationToken);
        await (options.Connected?.Invoke() ?? ValueTask.CompletedTask);

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var lines = new WatchLines(body, options.IdleTimeout, _time, cancellationToken);
        while (await ReadAsync(request, lines, cancellationToken))
        {
            while (lines.TryTake(out var line))
            {
                if (ReadEvent<T>(request, line) is { } watchEvent)
                {
                    yield return watchEvent;
                }
            }
        }

        if (lines.Silent)
        {
            Log.WatchSilent(_logger, kind.Plural, options.IdleTimeout);
        }
    }

    public async Task<bool> ServesAsync<T>(CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ApiKind.Of<T>();
        return await DiscoverAsync("/apis", json => Discovery.HasVersion(json, kind), cancellationToken)
            && await DiscoverAsync($"/apis/{kind.ApiVersion}", json => Discovery.HasKind(json, kind), cancellationToken);
    }

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = Named(entity);
        return CreateAsync(kind.Plural, WithQuery(kind.PathOf(entity.Metadata.NamespaceProperty), ("fieldManager", _options.FieldManager)), entity, cancellationToken);
    }

    public async Task<T> ApplyAsync<T>(T entity, PatchOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = Named(entity);
        var name = entity.Metadata.Name ?? throw new ArgumentException($"a {kind.Kind} that is applied needs a metadata.name", nameof(entity));
        var body = JsonSerializer.SerializeToUtf8Bytes(entity, _kinds.Full<T>());
        return await PatchAsync<T>(name, entity.Metadata.NamespaceProperty, ApplyPatch, body, options ?? new PatchOptions(), cancellationToken);
    }

    public Task<T> PatchAsync<T>(string name, string? namespaceName, JsonObject patch, PatchOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        PatchAsync<T>(name, namespaceName, MergePatch, Encoding.UTF8.GetBytes(patch.ToJsonString()), options ?? new PatchOptions(), cancellationToken);

    public async Task<DeleteOutcome> DeleteAsync<T>(string name, string? namespaceName, V1DeleteOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ApiKind.Of<T>();
        options = (options ?? new V1DeleteOptions()) with { ApiVersion = "v1", Kind = "DeleteOptions", PropagationPolicy = options?.PropagationPolicy ?? "Background" };
        var request = new ApiRequest("delete", kind.Plural, HttpMethod.Delete, kind.PathOf(namespaceName, name), Idempotent: true)
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(options, _kinds.Full<V1DeleteOptions>()),
        };
        try
        {
            await _sender.SendAsync(request, cancellationToken);
            return DeleteOutcome.Accepted;
        }
        catch (KubernetesRequestException e) when (IsMissingObject(e))
        {
            return DeleteOutcome.AlreadyGone;
        }
    }

    public Task<V1TokenReview> ReviewTokenAsync(V1TokenReviewSpec review, CancellationToken cancellationToken)
    {
        // KubernetesClient's model names no plural. Nothing is stored, so asking twice is harmless.
        var body = new V1TokenReview { ApiVersion = "authentication.k8s.io/v1", Kind = "TokenReview", Metadata = new V1ObjectMeta(), Spec = review };
        return CreateAsync("tokenreviews", "/apis/authentication.k8s.io/v1/tokenreviews", body, cancellationToken, idempotent: true);
    }

    public async Task<V1TokenRequestStatus> CreateTokenAsync(
        string serviceAccount, string namespaceName, V1TokenRequestSpec request, CancellationToken cancellationToken)
    {
        // The request is of one group and its subresource of another, so that no entity's path fits.
        var path = $"/api/v1/namespaces/{Uri.EscapeDataString(namespaceName)}/serviceaccounts/{Uri.EscapeDataString(serviceAccount)}/token";
        var body = new Authenticationv1TokenRequest { ApiVersion = "authentication.k8s.io/v1", Kind = "TokenRequest", Metadata = new V1ObjectMeta(), Spec = request };
        var answer = await CreateAsync("serviceaccounts/token", path, body, cancellationToken, idempotent: true);
        return answer.Status ?? throw new KubernetesRequestException($"create {path}: the answer has no status", KubernetesErrorKind.Transport);
    }

    /// <summary>Parameters without a value are left out.</summary>
    private static string WithQuery(string path, params (string Name, string? Value)[] query) =>
        QueryHelpers.AddQueryString(path, query.Where(each => !string.IsNullOrEmpty(each.Value)).Select(each => KeyValuePair.Create(each.Name, each.Value)));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What is written names its kind; models leave that to whoever writes them.</summary>
    private static ApiKind Named<T>(T entity)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ApiKind.Of<T>();
        entity.ApiVersion ??= kind.ApiVersion;
        entity.Kind ??= kind.Kind;
        entity.Metadata ??= new V1ObjectMeta();
        return kind;
    }

    private async Task<T> CreateAsync<T>(string resource, string path, T entity, CancellationToken cancellationToken, bool idempotent = false)
    {
        var request = new ApiRequest("create", resource, HttpMethod.Post, path, idempotent) { Body = JsonSerializer.SerializeToUtf8Bytes(entity, _kinds.Full<T>()) };
        return Read<T>(request, await _sender.SendAsync(request, cancellationToken));
    }

    private async Task<T> PatchAsync<T>(
        string name, string? namespaceName, string contentType, byte[] body, PatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ApiKind.Of<T>();
        var path = WithQuery(
            kind.PathOf(namespaceName, name, options.Status ? "status" : null),
            ("fieldManager", options.FieldManager ?? _options.FieldManager), ("force", contentType == ApplyPatch && options.Force ? "true" : null));
        var resource = options.Status ? $"{kind.Plural}/status" : kind.Plural;
        var request = new ApiRequest("patch", resource, HttpMethod.Patch, path, Idempotent: true) { Body = body, ContentType = contentType };
        return Read<T>(request, await _sender.SendAsync(request, cancellationToken));
    }

    private static async ValueTask<bool> ReadAsync(ApiRequest request, WatchLines lines, CancellationToken stop)
    {
        try
        {
            return await lines.ReadAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            stop.ThrowIfCancellationRequested();
            throw new KubernetesRequestException($"{request.Description}: {e.Message}", KubernetesErrorKind.Transport, e);
        }
    }

    /// <summary>Null for an event that cannot be used: of a type we do not know, or with an object that does not read.</summary>
    private WatchEvent<T>? ReadEvent<T>(ApiRequest request, ReadOnlySpan<byte> line)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (ObjectReader.TryReadChange(line, out var change, out var body) && ObjectReader.TryRead(body, _kinds.Bulk<T>(), out var item, out _))
        {
            return new WatchEvent<T>(change, item);
        }

        try
        {
            var (type, json) = ObjectReader.ReadEvent(line);
            return type switch
            {
                "ADDED" => ReadObject<T>(WatchEventType.Added, json),
                "MODIFIED" => ReadObject<T>(WatchEventType.Modified, json),
                "DELETED" => ReadObject<T>(WatchEventType.Deleted, json),
                "BOOKMARK" => ReadObject<T>(WatchEventType.Bookmark, json),
                "ERROR" => throw WatchError(request, json),
                _ => null,
            };
        }
        catch (JsonException e)
        {
            throw NoKubernetes(request, e);
        }
    }

    private WatchEvent<T>? ReadObject<T>(WatchEventType type, ReadOnlySpan<byte> body)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var json = _kinds.Bulk<T>();
        if (ObjectReader.TryRead(body, json, out var item, out var problem))
        {
            return new WatchEvent<T>(type, item);
        }

        var metadata = ObjectReader.ReadMetadata(body);
        Log.Unreadable(_logger, ApiKind.Of<T>().Kind, metadata?.NamespaceProperty, metadata?.Name, problem);
        if (type is not WatchEventType.Deleted || metadata is null)
        {
            return null;
        }

        // A deletion must not be lost because the rest of its object does not read: who it was is enough.
        item = json.CreateObject!();
        item.Metadata = metadata;
        return new WatchEvent<T>(type, item);
    }

    private KubernetesRequestException WatchError(ApiRequest request, ReadOnlySpan<byte> body)
    {
        var status = JsonSerializer.Deserialize(body, _kinds.Full<V1Status>()) ?? new V1Status();
        return KubernetesRequestException.From(request.Description, status.Code ?? 500, status, null, idempotent: false);
    }

    /// <summary>An unknown kind is a 404 too, but one that names no object; a deletion or an answer of null would hide a definition that is not installed.</summary>
    private static bool IsMissingObject(KubernetesRequestException e) =>
        e.Kind is KubernetesErrorKind.NotFound && !string.IsNullOrEmpty(e.Status?.Details?.Name);

    private T Read<T>(ApiRequest request, byte[] body) =>
        ObjectReader.TryRead(body, _kinds.Full<T>(), out var answer, out var problem)
            ? answer
            : throw NoKubernetes(request, new JsonException(problem));

    private static KubernetesRequestException NoKubernetes(ApiRequest request, JsonException e) =>
        new($"{request.Description}: the answer does not read as the Kubernetes API's: {e.Message}", KubernetesErrorKind.Transport, e);

    private async Task<bool> DiscoverAsync(string path, Func<JsonElement, bool> find, CancellationToken cancellationToken)
    {
        var request = new ApiRequest("get", "discovery", HttpMethod.Get, path, Idempotent: true);
        try
        {
            using var json = JsonDocument.Parse(await _sender.SendAsync(request, cancellationToken));
            return find(json.RootElement);
        }
        catch (JsonException e)
        {
            throw NoKubernetes(request, e);
        }
        catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.NotFound)
        {
            // The last kind of the group went between the two requests.
            return false;
        }
    }
}

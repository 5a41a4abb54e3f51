using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Models;

namespace Plumbline.Kubernetes.Client;

/// <summary>
/// A Kubernetes client over plain HTTP with exactly what an operator needs. Safe for concurrent use; one for the process, as it owns the connections.
/// </summary>
public sealed class KubernetesClient : IKubernetesClient, IDisposable
{
    private const string ApplyPatch = "application/apply-patch+yaml"; // JSON is YAML
    private const string MergePatch = "application/merge-patch+json";

    private readonly EntityRegistry _entities;
    private readonly KubernetesClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ApiSender _sender;

    /// <param name="random">For the jitter of retries. Everything in this library locks it while drawing, so one can serve them all.</param>
    public KubernetesClient(
        ApiConnection configuration,
        EntityRegistry entities,
        TimeProvider time,
        Random random,
        KubernetesClientOptions? options = null,
        ILogger<KubernetesClient>? logger = null)
    {
        _entities = entities;
        _options = options ?? new KubernetesClientOptions();
        _time = time;
        _logger = logger ?? NullLogger<KubernetesClient>.Instance;
        _sender = new ApiSender(new Transport(configuration), configuration, _options, time, random, _logger);
    }

    public void Dispose() => _sender.Dispose();

    public async Task<T?> GetAsync<T>(string name, string? namespaceName, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var entity = _entities.Of<T>();
        var request = new ApiRequest("get", entity.Plural, HttpMethod.Get, entity.PathOf(namespaceName, name), Idempotent: true);
        try
        {
            return Read(request, await _sender.SendAsync(request, cancellationToken), entity.Json);
        }
        catch (KubernetesRequestException e) when (IsMissingObject(e))
        {
            return null;
        }
    }

    public async Task<KubernetesList<T>> ListPageAsync<T>(ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var entity = _entities.Of<T>();
        var query = new Query()
            .Add("labelSelector", options.LabelSelector).Add("fieldSelector", options.FieldSelector)
            .Add("limit", options.Limit).Add("continue", options.Continue);
        var request = new ApiRequest("list", entity.Plural, HttpMethod.Get, entity.PathOf(options.Namespace) + query, Idempotent: true);
        var body = await _sender.SendAsync(request, cancellationToken);
        try
        {
            var list = ObjectReader.ReadList(body, entity.Json);
            foreach (var item in list.Unreadable)
            {
                Log.Unreadable(_logger, entity.Kind, item.Namespace, item.Name, item.Problem);
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
        var entity = _entities.Of<T>();
        var query = new Query()
            .Add("watch", "true").Add("allowWatchBookmarks", "true").Add("resourceVersion", options.ResourceVersion)
            .Add("timeoutSeconds", Math.Max(1, (int)options.Timeout.TotalSeconds))
            .Add("labelSelector", options.LabelSelector).Add("fieldSelector", options.FieldSelector);
        var request = new ApiRequest("watch", entity.Plural, HttpMethod.Get, entity.PathOf(options.Namespace) + query, Idempotent: false);
        using var response = await _sender.OpenAsync(request, cancellationToken);
        await (options.Connected?.Invoke() ?? ValueTask.CompletedTask);

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var lines = WatchStream.ReadLinesAsync(
            body, options.IdleTimeout, _time, () => Log.WatchSilent(_logger, entity.Plural, options.IdleTimeout), cancellationToken);
        await using var line = lines.GetAsyncEnumerator(cancellationToken);
        while (await NextLineAsync(request, line, cancellationToken))
        {
            if (ReadEvent(request, line.Current, entity) is { } watchEvent)
            {
                yield return watchEvent;
            }
        }
    }

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = _entities.Of<T>();
        var query = new Query().Add("fieldManager", _options.FieldManager);
        return CreateAsync(kind.Plural, kind.PathOf(entity.Metadata.Namespace) + query, entity, kind.Json, cancellationToken);
    }

    public async Task<T> ApplyAsync<T>(T entity, PatchOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = _entities.Of<T>();
        var name = entity.Metadata.Name ?? throw new ArgumentException($"a {kind.Kind} that is applied needs a metadata.name", nameof(entity));
        var body = JsonSerializer.SerializeToUtf8Bytes(entity, kind.Json);
        return await PatchAsync(kind, name, entity.Metadata.Namespace, ApplyPatch, body, options ?? new PatchOptions(), cancellationToken);
    }

    public Task<T> PatchAsync<T>(string name, string? namespaceName, JsonObject patch, PatchOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        PatchAsync(_entities.Of<T>(), name, namespaceName, MergePatch, Encoding.UTF8.GetBytes(patch.ToJsonString()), options ?? new PatchOptions(), cancellationToken);

    public async Task<DeleteOutcome> DeleteAsync<T>(string name, string? namespaceName, DeleteOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var entity = _entities.Of<T>();
        var request = new ApiRequest("delete", entity.Plural, HttpMethod.Delete, entity.PathOf(namespaceName, name), Idempotent: true)
        {
            Body = Encoding.UTF8.GetBytes(DeleteBody(options ?? new DeleteOptions()).ToJsonString()),
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
        var kind = _entities.Of<V1TokenReview>();
        // Nothing is stored, so asking twice is harmless.
        return CreateAsync(kind.Plural, kind.PathOf(null), new V1TokenReview { Spec = review }, kind.Json, cancellationToken, idempotent: true);
    }

    public async Task<V1TokenRequestStatus> CreateTokenAsync(
        string serviceAccount, string namespaceName, V1TokenRequestSpec request, CancellationToken cancellationToken)
    {
        // The request is of one group and its subresource of another, so that no entity's path fits.
        var path = $"/api/v1/namespaces/{Uri.EscapeDataString(namespaceName)}/serviceaccounts/{Uri.EscapeDataString(serviceAccount)}/token";
        var json = KubernetesJson.Default.AuthenticationV1TokenRequest;
        var answer = await CreateAsync("serviceaccounts/token", path, new AuthenticationV1TokenRequest { Spec = request }, json, cancellationToken, idempotent: true);
        return answer.Status ?? throw new KubernetesRequestException($"create {path}: the answer has no status", KubernetesErrorKind.Transport);
    }

    private async Task<T> CreateAsync<T>(
        string resource, string path, T entity, JsonTypeInfo<T> json, CancellationToken cancellationToken, bool idempotent = false)
    {
        var request = new ApiRequest("create", resource, HttpMethod.Post, path, idempotent) { Body = JsonSerializer.SerializeToUtf8Bytes(entity, json) };
        return Read(request, await _sender.SendAsync(request, cancellationToken), json);
    }

    private async Task<T> PatchAsync<T>(
        KubernetesEntity<T> kind, string name, string? namespaceName, string contentType, byte[] body, PatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var query = new Query().Add("fieldManager", options.FieldManager ?? _options.FieldManager);
        if (contentType == ApplyPatch && options.Force)
        {
            query.Add("force", "true");
        }

        var path = kind.PathOf(namespaceName, name, options.Status ? "status" : null) + query;
        var resource = options.Status ? $"{kind.Plural}/status" : kind.Plural;
        var request = new ApiRequest("patch", resource, HttpMethod.Patch, path, Idempotent: true) { Body = body, ContentType = contentType };
        return Read(request, await _sender.SendAsync(request, cancellationToken), kind.Json);
    }

    private static async Task<bool> NextLineAsync(ApiRequest request, IAsyncEnumerator<byte[]> lines, CancellationToken stop)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            stop.ThrowIfCancellationRequested();
            throw new KubernetesRequestException($"{request.Description}: {e.Message}", KubernetesErrorKind.Transport, e);
        }
    }

    /// <summary>Null for an event that cannot be used: of a type we do not know, or with an object that does not read.</summary>
    private WatchEvent<T>? ReadEvent<T>(ApiRequest request, ReadOnlySpan<byte> line, KubernetesEntity<T> entity)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        string type;
        ReadOnlySpan<byte> body;
        try
        {
            (type, var range) = ObjectReader.ReadEvent(line);
            body = line[range];
        }
        catch (JsonException e)
        {
            throw NoKubernetes(request, e);
        }

        return type switch
        {
            "ADDED" => ReadObject(WatchEventType.Added, body, entity),
            "MODIFIED" => ReadObject(WatchEventType.Modified, body, entity),
            "DELETED" => ReadObject(WatchEventType.Deleted, body, entity),
            "BOOKMARK" => ReadObject(WatchEventType.Bookmark, body, entity),
            "ERROR" => throw WatchError(request, body),
            _ => null,
        };
    }

    private WatchEvent<T>? ReadObject<T>(WatchEventType type, ReadOnlySpan<byte> body, KubernetesEntity<T> entity)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return new WatchEvent<T>(type, JsonSerializer.Deserialize(body, entity.Json) ?? throw new JsonException("the object is null"));
        }
        catch (JsonException e)
        {
            var metadata = ObjectReader.ReadMetadata(body);
            Log.Unreadable(_logger, entity.Kind, metadata?.Namespace, metadata?.Name, e.Message);
            return type is WatchEventType.Deleted && metadata is not null ? new WatchEvent<T>(type, MetadataOnly(metadata, entity)) : null;
        }
    }

    /// <summary>A deletion must not be lost because the rest of its object does not read: who it was is enough.</summary>
    private static T MetadataOnly<T>(V1ObjectMeta metadata, KubernetesEntity<T> entity)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var json = $$"""{"metadata":{{JsonSerializer.Serialize(metadata, KubernetesJson.Default.V1ObjectMeta)}}}""";
        return JsonSerializer.Deserialize(json, entity.Json)!;
    }

    private static KubernetesRequestException WatchError(ApiRequest request, ReadOnlySpan<byte> body)
    {
        try
        {
            var status = JsonSerializer.Deserialize(body, KubernetesJson.Default.V1Status) ?? new V1Status();
            return KubernetesRequestException.From(request.Description, status.Code ?? 500, status, null, idempotent: false);
        }
        catch (JsonException e)
        {
            return NoKubernetes(request, e);
        }
    }

    /// <summary>An unknown kind is a 404 too, but one that names no object; a deletion or an answer of null would hide a definition that is not installed.</summary>
    private static bool IsMissingObject(KubernetesRequestException e) =>
        e.Kind is KubernetesErrorKind.NotFound && !string.IsNullOrEmpty(e.Status?.Details?.Name);

    private static T Read<T>(ApiRequest request, byte[] body, JsonTypeInfo<T> json)
    {
        try
        {
            return JsonSerializer.Deserialize(body, json) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException e)
        {
            throw NoKubernetes(request, e);
        }
    }

    private static KubernetesRequestException NoKubernetes(ApiRequest request, JsonException e) =>
        new($"{request.Description}: the answer does not read as the Kubernetes API's: {e.Message}", KubernetesErrorKind.Transport, e);

    private static JsonObject DeleteBody(DeleteOptions options)
    {
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = options.Propagation.ToString() };
        if (options.Uid is not null || options.ResourceVersion is not null)
        {
            var preconditions = new JsonObject();
            body["preconditions"] = preconditions;
            if (options.Uid is not null)
            {
                preconditions["uid"] = options.Uid;
            }

            if (options.ResourceVersion is not null)
            {
                preconditions["resourceVersion"] = options.ResourceVersion;
            }
        }

        return body;
    }
}

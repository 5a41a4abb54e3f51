using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Plumbline.Kubernetes.Client;

/// <summary>
/// The one seam to the API. Every method throws <see cref="KubernetesRequestException"/> when the request did not succeed and
/// <see cref="OperationCanceledException"/> only when the caller cancelled.
/// </summary>
public interface IKubernetesClient
{
    /// <summary>Null when there is no such object. A kind that the server does not know throws.</summary>
    Task<T?> GetAsync<T>(string name, string? namespaceName, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>One page; <see cref="KubernetesClientExtensions.ListAsync{T}"/> collects them all.</summary>
    Task<KubernetesList<T>> ListPageAsync<T>(ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>
    /// Ends without an error when the server ends the watch or nothing was heard for <see cref="WatchOptions.IdleTimeout"/>: watch on from the last
    /// resource version. Throws <see cref="KubernetesErrorKind.Gone"/> when that version is too old. Never retries by itself.
    /// </summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>
    /// Server-side apply: the object becomes what <paramref name="entity"/> says in the fields it sets; fields that this manager set before and
    /// leaves out now are given up.
    /// </summary>
    Task<T> ApplyAsync<T>(T entity, PatchOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>A JSON merge patch (RFC 7386). With <c>metadata.resourceVersion</c> in it, it conflicts when somebody was faster.</summary>
    Task<T> PatchAsync<T>(string name, string? namespaceName, JsonObject patch, PatchOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <param name="options">Where its preconditions do not hold, the server refuses with <see cref="KubernetesErrorKind.Conflict"/>. What the object owns goes afterwards, unless they say otherwise.</param>
    Task<DeleteOutcome> DeleteAsync<T>(string name, string? namespaceName, V1DeleteOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>Whether the server knows the kind, by discovery: no right to the kind itself is needed, and a kind that is missing is no failed request.</summary>
    Task<bool> ServesAsync<T>(CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>Asks the server whose token this is. Look at <c>Status.Authenticated</c> and at <c>Status.Audiences</c>.</summary>
    Task<V1TokenReview> ReviewTokenAsync(V1TokenReviewSpec review, CancellationToken cancellationToken);

    /// <summary>A fresh token for a service account.</summary>
    Task<V1TokenRequestStatus> CreateTokenAsync(
        string serviceAccount, string namespaceName, V1TokenRequestSpec request, CancellationToken cancellationToken);
}

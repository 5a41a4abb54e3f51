using k8s.Models;

namespace Plumbline.Kubernetes.Client;

/// <summary>What a failed request means to the caller: a closed set.</summary>
public enum KubernetesErrorKind
{
    /// <summary>No such object, or no such kind: is its definition installed?</summary>
    NotFound,

    /// <summary>An object of that name is there already.</summary>
    AlreadyExists,

    /// <summary>Somebody else changed the object, or owns a field that was applied without force.</summary>
    Conflict,

    /// <summary>The resource version or continue token is too old: list again.</summary>
    Gone,

    /// <summary>The credentials were not accepted.</summary>
    Unauthorized,

    /// <summary>The credentials are good, but no role allows this.</summary>
    Forbidden,

    /// <summary>The server asks to slow down; see <see cref="KubernetesRequestException.RetryAfter"/>.</summary>
    TooManyRequests,

    /// <summary>The request itself is wrong (400, 405, 413, 415, 422 …): repeating it will not help.</summary>
    Invalid,

    /// <summary>The server failed (5xx) or gave up (408).</summary>
    ServerError,

    /// <summary>No complete answer: name, connection, TLS, deadline, or something that is no Kubernetes API.</summary>
    Transport,
}

/// <summary>A request that did not succeed. Cancellation by the caller is never one of these.</summary>
public sealed class KubernetesRequestException : Exception
{
    public KubernetesRequestException(string message, KubernetesErrorKind kind, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    public KubernetesErrorKind Kind { get; }

    /// <summary>What the server said, where it answered in the API's own form.</summary>
    public V1Status? Status { get; init; }

    /// <summary>The HTTP status; null when there was none.</summary>
    public int? Code { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same request can be sent again without doing anything twice, and may then succeed.</summary>
    public bool CanRetry { get; init; }

    internal static KubernetesRequestException From(string request, int code, V1Status status, TimeSpan? retryAfter, bool idempotent)
    {
        var kind = KindOf(code, status.Reason);
        var wait = retryAfter ?? (status.Details?.RetryAfterSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null);
        return new KubernetesRequestException($"{request}: {code} {status.Reason}: {status.Message}", kind)
        {
            Status = status,
            Code = code,
            RetryAfter = wait,
            // 429 is refused before anything is done; a 5xx may come after.
            CanRetry = kind is KubernetesErrorKind.TooManyRequests || (kind is KubernetesErrorKind.ServerError && idempotent && code != 501),
        };
    }

    /// <summary>The meaning of an HTTP status with the API's reason word; both are needed, as 409 has two meanings.</summary>
    public static KubernetesErrorKind KindOf(int code, string? reason) => (code, reason) switch
    {
        (409, "AlreadyExists") => KubernetesErrorKind.AlreadyExists,
        (404, _) => KubernetesErrorKind.NotFound,
        (409, _) => KubernetesErrorKind.Conflict,
        (410, _) => KubernetesErrorKind.Gone,
        (401, _) => KubernetesErrorKind.Unauthorized,
        (403, _) => KubernetesErrorKind.Forbidden,
        (429, _) => KubernetesErrorKind.TooManyRequests,
        (408, _) or ( >= 500, _) => KubernetesErrorKind.ServerError,
        ( >= 400, _) => KubernetesErrorKind.Invalid,
        _ => KubernetesErrorKind.Transport,
    };
}

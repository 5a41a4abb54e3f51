using System.Text.Json.Serialization;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(Group = "authentication.k8s.io", ApiVersion = "v1", Kind = "TokenReview", PluralName = "tokenreviews")]
public sealed record V1TokenReview : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "authentication.k8s.io/v1"; } = "authentication.k8s.io/v1";

    public string Kind { get; init => field = value ?? "TokenReview"; } = "TokenReview";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1TokenReviewSpec? Spec { get; init; }

    public V1TokenReviewStatus? Status { get; init; }
}

public sealed record V1TokenReviewSpec
{
    public string? Token { get; init; }

    public IReadOnlyList<string>? Audiences { get; init; }

    // A record prints its members; a token must not reach a log.
    public override string ToString() => $"V1TokenReviewSpec {{ Token = ***, Audiences = [{string.Join(", ", Audiences ?? [])}] }}";
}

public sealed record V1TokenReviewStatus
{
    public bool? Authenticated { get; init; }

    public V1UserInfo? User { get; init; }

    /// <summary>The audiences of the review that the token is good for. Check it: a server that knows no audiences leaves it empty.</summary>
    public IReadOnlyList<string>? Audiences { get; init; }

    public string? Error { get; init; }
}

public sealed record V1UserInfo
{
    public string? Username { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }
}

/// <summary>A token asked of the <c>token</c> subresource of a service account.</summary>
public sealed record AuthenticationV1TokenRequest : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "authentication.k8s.io/v1"; } = "authentication.k8s.io/v1";

    public string Kind { get; init => field = value ?? "TokenRequest"; } = "TokenRequest";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    public V1TokenRequestSpec? Spec { get; init; }

    public V1TokenRequestStatus? Status { get; init; }
}

public sealed record V1TokenRequestSpec
{
    public IReadOnlyList<string>? Audiences { get; init; }

    /// <summary>At least 600; the server may give a shorter or longer life.</summary>
    public long? ExpirationSeconds { get; init; }

    public V1ObjectReference? BoundObjectRef { get; init; }
}

public sealed record V1TokenRequestStatus
{
    public string? Token { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? ExpirationTimestamp { get; init; }

    public override string ToString() => $"V1TokenRequestStatus {{ Token = ***, ExpirationTimestamp = {ExpirationTimestamp:O} }}";
}

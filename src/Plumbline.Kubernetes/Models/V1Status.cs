using System.Text.Json.Serialization;

namespace Plumbline.Kubernetes.Models;

/// <summary>What the API says when it refuses a request, and what ends a watch.</summary>
public sealed record V1Status : IKubernetesObject
{
    public string ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string Kind { get; init => field = value ?? "Status"; } = "Status";

    public V1ListMeta? Metadata { get; init; }

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    public string? Status { get; init; }

    public string? Message { get; init; }

    /// <summary>The machine-readable word, such as <c>NotFound</c> or <c>AlreadyExists</c>.</summary>
    public string? Reason { get; init; }

    public int? Code { get; init; }

    public V1StatusDetails? Details { get; init; }
}

public sealed record V1StatusDetails
{
    public string? Name { get; init; }

    public string? Group { get; init; }

    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<V1StatusCause>? Causes { get; init; }

    public int? RetryAfterSeconds { get; init; }
}

public sealed record V1StatusCause
{
    public string? Reason { get; init; }

    public string? Message { get; init; }

    public string? Field { get; init; }
}

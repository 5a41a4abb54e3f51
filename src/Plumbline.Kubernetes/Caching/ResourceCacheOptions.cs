using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Caching;

public sealed record ResourceCacheOptions
{
    /// <summary>Null for all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <value>Default: 500 objects.</value>
    public int PageSize { get; init; } = 500;

    /// <summary>The server ends each watch after this time and up to as much again, so that many watches do not end together.</summary>
    /// <value>Default: 5 minutes, hence 5 to 10.</value>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc cref="WatchOptions.IdleTimeout"/>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <value>Default: 500 milliseconds.</value>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <value>Default: 30 seconds.</value>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);
}

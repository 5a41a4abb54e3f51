using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Plumbline.Api;

/// <summary>One documented connection and what the running cluster says about it.</summary>
[KubernetesEntity(Group = V1Alpha1Api.Group, ApiVersion = V1Alpha1Api.Version, Kind = EntityKind, PluralName = "connections")]
public sealed record V1Alpha1Connection : IKubernetesObject<V1ObjectMeta>, ISpec<V1Alpha1ConnectionSpec>, IStatus<V1Alpha1ConnectionStatus?>
{
    public const string EntityKind = "Connection";

    public string ApiVersion { get; set => field = value ?? V1Alpha1Api.GroupVersion; } = V1Alpha1Api.GroupVersion;

    public string Kind { get; set => field = value ?? EntityKind; } = EntityKind;

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    public V1Alpha1ConnectionSpec Spec { get; set => field = value ?? new V1Alpha1ConnectionSpec(); } = new();

    public V1Alpha1ConnectionStatus? Status { get; set; }
}

/// <summary>The row, with the settings and the words of its map folded in.</summary>
public sealed record V1Alpha1ConnectionSpec : V1Alpha1ConnectionRow
{
    [JsonConstructor]
    public V1Alpha1ConnectionSpec()
    {
    }

    /// <summary>Takes over every member of the row, those of later versions too.</summary>
    public V1Alpha1ConnectionSpec(V1Alpha1ConnectionRow row)
        : base(row)
    {
    }

    /// <summary>Missing when written by hand. Never changes.</summary>
    public string? Map { get; init; }

    public string? MapTitle { get; init; }

    public string? File { get; init; }

    /// <summary>Component that the map's parties bind From to; missing when they do not.</summary>
    public string? FromComponent { get; init; }

    public string? ToComponent { get; init; }

    /// <value>Seconds, 5 to 86400. Default: 60.</value>
    public int? IntervalSeconds { get; init; }

    /// <value>Milliseconds, 100 to 60000. Default: 3000.</value>
    public int? TimeoutMilliseconds { get; init; }

    /// <value>1 to 20. Default: 3.</value>
    public int? FailureThreshold { get; init; }

    /// <value>1 to 1024. Default: 64.</value>
    public int? MaxPairs { get; init; }

    /// <value>Default: false.</value>
    public bool? Suspend { get; init; }
}

public sealed record V1Alpha1ConnectionStatus
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>Pairs that work / pairs probed, such as <c>3/3</c>.</summary>
    public string? Reachable { get; init; }

    [AllowedValues("Agent")]
    public string? Vantage { get; init; }

    /// <summary>At most 64, each port once.</summary>
    public IReadOnlyList<V1Alpha1PortStatus>? Ports { get; init; }

    /// <summary>Worst first; at most 5.</summary>
    public IReadOnlyList<V1Alpha1Failure>? Failures { get; init; }

    /// <summary>At most 4096 characters.</summary>
    public string? Explanation { get; init; }

    /// <summary>The one that expires first. Missing where no TLS is spoken.</summary>
    public V1Alpha1Certificate? Certificate { get; init; }

    /// <summary>Only of a row with more pairs than maxPairs.</summary>
    public V1Alpha1SweptCoverage? Coverage { get; init; }

    public V1Alpha1Latency? LatencyMilliseconds { get; init; }

    public V1Alpha1Uptime? UptimePercent { get; init; }

    /// <summary>Newest first; at most 20.</summary>
    public IReadOnlyList<V1Alpha1Outage>? Outages { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? LastProbeTime { get; init; }
}

public sealed record V1Alpha1PortStatus
{
    public int? Port { get; init; }

    [AllowedValues("True", "False", "Unknown")]
    public string? Verified { get; init; }

    public string? Reason { get; init; }

    public int? Reachable { get; init; }

    public int? Probed { get; init; }
}

public sealed record V1Alpha1Failure
{
    /// <summary>Pod as namespace/name, or node.</summary>
    public string? Source { get; init; }

    public string? Target { get; init; }

    public string? Reason { get; init; }

    /// <summary>At most 4096 characters.</summary>
    public string? Message { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? Since { get; init; }
}

/// <summary>What the destination showed; it is no part of the verdict.</summary>
public sealed record V1Alpha1Certificate
{
    public string? Subject { get; init; }

    public string? Issuer { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>At most 8.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Why it, or another certificate of the row, is not trusted. Missing when all are.</summary>
    public string? Problem { get; init; }
}

/// <summary>How much of a row is looked at whose pairs take turns.</summary>
public sealed record V1Alpha1SweptCoverage
{
    public int? Pairs { get; init; }

    /// <summary>Pairs with a result within the sweep.</summary>
    public int? Probed { get; init; }

    /// <summary>Within this many seconds each pair has its turn.</summary>
    public long? SweepSeconds { get; init; }
}

/// <summary>Milliseconds to connect.</summary>
public sealed record V1Alpha1Latency
{
    public double? P50 { get; init; }

    public double? P99 { get; init; }
}

/// <summary>Percent of the observed time.</summary>
public sealed record V1Alpha1Uptime
{
    public double? Hour { get; init; }

    public double? Day { get; init; }
}

public sealed record V1Alpha1Outage
{
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Missing while it lasts.</summary>
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? EndTime { get; init; }

    public string? Reason { get; init; }

    public int? Pairs { get; init; }
}

using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Plumbline.Api.Schema;

namespace Plumbline.Api;

/// <summary>One documented connection and what the running cluster says about it. Made and owned by a ConnectionMap, or written by hand.</summary>
[KubernetesEntityShortNames("conn")]
[KubernetesEntityCategories(V1Alpha1Api.Category)]
[EntityScope(EntityScope.Namespaced)]
[StorageVersion]
[GenericAdditionalPrinterColumn(".spec.from", "From", "string")]
[GenericAdditionalPrinterColumn(".spec.to", "To", "string")]
[GenericAdditionalPrinterColumn(".spec.ports", "Ports", "string")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Verified\")].status", "Verified", "string", Description = "True, False (drifted) or Unknown (no evidence)")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Verified\")].reason", "Reason", "string")]
[GenericAdditionalPrinterColumn(".status.reachable", "Reachable", "string", Description = "Pairs that work / pairs probed")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Verified\")].lastTransitionTime", "Since", "date")]
[GenericAdditionalPrinterColumn(".spec.map", "Map", "string", Wide = true)]
[GenericAdditionalPrinterColumn(".spec.id", "Id", "string", Wide = true)]
[GenericAdditionalPrinterColumn(".spec.classification", "Classification", "string", Wide = true)]
[GenericAdditionalPrinterColumn(".status.latencyMilliseconds.p99", "P99", "number", Description = "Milliseconds to connect, 99th percentile", Wide = true)]
[GenericAdditionalPrinterColumn(".status.uptimePercent.day", "Uptime 24h", "number", Description = "Percent of the last day that it worked", Wide = true)]
[GenericAdditionalPrinterColumn(".status.cause.key", "Cause", "string", Description = "What is to be mended", Wide = true)]
[GenericAdditionalPrinterColumn(".status.explanation", "Explanation", "string", Wide = true)]
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

/// <summary>The row, with the settings of its map folded in.</summary>
[Description(nameof(Id), "The row's number in the document. Default is the name of the object.")]
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

    /// <summary>Name of the ConnectionMap. Missing when written by hand.</summary>
    [Length(1, 63)]
    [ValidationRule("self == oldSelf", "a Connection belongs to its map for good: delete it and create another")]
    public string? Map { get; init; }

    /// <summary>Title of the map's document.</summary>
    [Length(0, 253)]
    public string? MapTitle { get; init; }

    /// <summary>File that the row was imported from.</summary>
    [Length(0, 1024)]
    public string? File { get; init; }

    /// <summary>Component that the map's parties bind from to. Missing - from is looked up in the names of the namespace's Components.</summary>
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string? FromComponent { get; init; }

    /// <summary>Component that the map's parties bind to to.</summary>
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string? ToComponent { get; init; }

    /// <summary>Seconds between two probes of a pair. Default 60.</summary>
    [RangeMinimum(Limits.MinIntervalSeconds)]
    [RangeMaximum(Limits.MaxIntervalSeconds)]
    [DefaultValue(60)]
    public int? IntervalSeconds { get; init; }

    /// <summary>
    /// Milliseconds that a probe may take, name resolution included. Default 3000. Below 1000, rejections turn into timeouts, since kernels limit
    /// ICMP errors to one a second.
    /// </summary>
    [RangeMinimum(Limits.MinTimeoutMilliseconds)]
    [RangeMaximum(Limits.MaxTimeoutMilliseconds)]
    [DefaultValue(3000)]
    public int? TimeoutMilliseconds { get; init; }

    /// <summary>Failures in a row before a pair counts as down. Default 3.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxFailureThreshold)]
    [DefaultValue(3)]
    public int? FailureThreshold { get; init; }

    /// <summary>
    /// Pairs of source pod and destination that are probed at once for one connection. Of more pairs, half of these are a fixed sample and half take
    /// turns. Default 64.
    /// </summary>
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPairs)]
    [DefaultValue(64)]
    public int? MaxPairs { get; init; }

    /// <summary>Stops the probes. What is known ages into Unknown.</summary>
    [DefaultValue(false)]
    public bool? Suspend { get; init; }
}

/// <summary>What the running cluster says. Written by the operator when a verdict changes, and now and then in between.</summary>
public sealed record V1Alpha1ConnectionStatus
{
    /// <summary>The metadata.generation that this status was made from. Older than the object's means that the status is still to come.</summary>
    [RangeMinimum(0)]
    public long? ObservedGeneration { get; init; }

    /// <summary>
    /// Ready (mirrors Verified), Resolved (both parties lead somewhere), Probed (there is recent evidence), Verified (the cluster agrees with the
    /// row).
    /// </summary>
    [Items(0, 16)]
    [XListMapKeys("type")]
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>Pairs that work / pairs probed, such as 3/3.</summary>
    [Length(0, 32)]
    public string? Reachable { get; init; }

    /// <summary>Where the probes started. Agent - the source pod's own network namespace, or its node's.</summary>
    [EnumValues("Agent")]
    public string? Vantage { get; init; }

    /// <summary>The verdict a port.</summary>
    [Items(0, 64)]
    [XListMapKeys("port")]
    public IReadOnlyList<V1Alpha1PortStatus>? Ports { get; init; }

    /// <summary>The worst pairs, worst first; at most 5.</summary>
    [Items(0, 5)]
    public IReadOnlyList<V1Alpha1Failure>? Failures { get; init; }

    /// <summary>One sentence - what is wrong, from where, and why.</summary>
    [Length(0, 4096)]
    public string? Explanation { get; init; }

    /// <summary>What is to be mended, while the row has drifted. The same for all rows that the same thing breaks.</summary>
    public V1Alpha1Cause? Cause { get; init; }

    /// <summary>
    /// Of a row that speaks TLS, the certificate that expires first. A fact beside the verdict - a session proves the connection, trusted or not.
    /// </summary>
    public V1Alpha1Certificate? Certificate { get; init; }

    /// <summary>
    /// Only of a row with more pairs than maxPairs. Half of maxPairs is a fixed sample that is always probed; the rest takes turns, so that every
    /// pair has one within sweepSeconds.
    /// </summary>
    public V1Alpha1SweptCoverage? Coverage { get; init; }

    /// <summary>Milliseconds to connect, over the pairs that work.</summary>
    public V1Alpha1Latency? LatencyMilliseconds { get; init; }

    /// <summary>Percent of the observed time that the connection worked. Time without evidence does not count.</summary>
    public V1Alpha1Uptime? UptimePercent { get; init; }

    /// <summary>Times that it did not work, newest first; at most 20.</summary>
    [Items(0, 20)]
    public IReadOnlyList<V1Alpha1Outage>? Outages { get; init; }

    /// <summary>
    /// Services by which a port was seen to work; at most 16. One that leads to the destination no more makes the row False, until it does again, is
    /// deleted while another one serves the port, or the row or its Component is changed.
    /// </summary>
    [Items(0, 16)]
    public IReadOnlyList<V1Alpha1ReachedService>? ReachedBy { get; init; }

    /// <summary>When evidence last came in. Moves with the status, not with each probe.</summary>
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? LastProbeTime { get; init; }
}

public sealed record V1Alpha1Cause
{
    /// <summary>Kind and name, such as policy/voice/deny-gplus, listener/voice/tenant:2060, target/redis.example:6379, host/redis.example, service/infra/pg, name/pg.example or node/n3.</summary>
    [Required]
    [Length(1, 512)]
    public string? Key { get; init; }

    /// <summary>The same for a human.</summary>
    [Length(0, 4096)]
    public string? Message { get; init; }
}

public sealed record V1Alpha1ReachedService
{
    /// <summary>namespace/name.</summary>
    [Required]
    [Length(1, 317)]
    public string? Service { get; init; }

    /// <summary>The port as documented.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? Port { get; init; }

    /// <summary>Since when it does not lead to the destination any more.</summary>
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? LostTime { get; init; }
}

public sealed record V1Alpha1PortStatus
{
    /// <summary>The port as documented.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? Port { get; init; }

    /// <summary>As the condition Verified, for this port.</summary>
    [Required]
    [EnumValues("True", "False", "Unknown")]
    public string? Verified { get; init; }

    /// <summary>As the reason of Verified, for this port.</summary>
    [Length(0, 1024)]
    public string? Reason { get; init; }

    /// <summary>Pairs that work.</summary>
    [RangeMinimum(0)]
    public int? Reachable { get; init; }

    /// <summary>Pairs probed.</summary>
    [RangeMinimum(0)]
    public int? Probed { get; init; }
}

public sealed record V1Alpha1Failure
{
    /// <summary>Pod as namespace/name, or node.</summary>
    [Length(0, 317)]
    public string? Source { get; init; }

    /// <summary>Address or name, and port.</summary>
    [Length(0, 317)]
    public string? Target { get; init; }

    /// <summary>Why it fails.</summary>
    [Length(0, 1024)]
    public string? Reason { get; init; }

    /// <summary>The same for a human.</summary>
    [Length(0, 4096)]
    public string? Message { get; init; }

    /// <summary>When the pair went down.</summary>
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? Since { get; init; }
}

/// <summary>What the destination showed; it is no part of the verdict.</summary>
public sealed record V1Alpha1Certificate
{
    /// <summary>Distinguished name of its holder.</summary>
    [Length(0, 253)]
    public string? Subject { get; init; }

    /// <summary>Distinguished name of who signed it.</summary>
    [Length(0, 253)]
    public string? Issuer { get; init; }

    /// <summary>When it expires.</summary>
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Names and addresses that it is for, at most 8.</summary>
    [Items(0, 8)]
    [Length(0, 253)]
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Why the source's node does not trust it, or another certificate of the row. Missing when it trusts all.</summary>
    [Length(0, 4096)]
    public string? Problem { get; init; }
}

/// <summary>How much of a row is looked at whose pairs take turns.</summary>
public sealed record V1Alpha1SweptCoverage
{
    /// <summary>All pairs of source and destination.</summary>
    [RangeMinimum(0)]
    public int? Pairs { get; init; }

    /// <summary>Pairs with a result within the sweep.</summary>
    [RangeMinimum(0)]
    public int? Probed { get; init; }

    /// <summary>Seconds in which each pair has its turn, while the pods stay the same and fewer pairs fail than a turn has.</summary>
    [RangeMinimum(0)]
    public long? SweepSeconds { get; init; }
}

/// <summary>Milliseconds to connect.</summary>
public sealed record V1Alpha1Latency
{
    /// <summary>Median.</summary>
    [RangeMinimum(0)]
    public double? P50 { get; init; }

    /// <summary>99th percentile.</summary>
    [RangeMinimum(0)]
    public double? P99 { get; init; }
}

/// <summary>Percent of the observed time.</summary>
public sealed record V1Alpha1Uptime
{
    /// <summary>Of the last hour.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(100)]
    public double? Hour { get; init; }

    /// <summary>Of the last 24 hours.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(100)]
    public double? Day { get; init; }
}

public sealed record V1Alpha1Outage
{
    /// <summary>When it went down.</summary>
    [Required]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When it worked again. Missing while it lasts.</summary>
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Why.</summary>
    [Length(0, 1024)]
    public string? Reason { get; init; }

    /// <summary>Pairs that were down at the worst moment.</summary>
    [RangeMinimum(0)]
    public int? Pairs { get; init; }
}

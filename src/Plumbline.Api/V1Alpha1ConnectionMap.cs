using k8s;
using k8s.Models;
using Plumbline.Api.Schema;

namespace Plumbline.Api;

/// <summary>One document - the connections that it says exist. Each row becomes a Connection, which the map owns.</summary>
[KubernetesEntityShortNames("cmap")]
[KubernetesEntityCategories(V1Alpha1Api.Category)]
[EntityScope(EntityScope.Namespaced)]
[StorageVersion]
[ValidationRule("size(self.metadata.name) <= 63", "the name of a ConnectionMap becomes a label of its Connections, so it has at most 63 characters")]
[GenericAdditionalPrinterColumn(".spec.document.title", "Title", "string")]
[GenericAdditionalPrinterColumn(".status.documented", "Documented", "integer", Description = "Rows of the document")]
[GenericAdditionalPrinterColumn(".status.verified", "Verified", "integer")]
[GenericAdditionalPrinterColumn(".status.drifted", "Drifted", "integer", Description = "Rows that the running cluster contradicts")]
[GenericAdditionalPrinterColumn(".status.unknown", "Unknown", "integer")]
[GenericAdditionalPrinterColumn(".status.unresolved", "Unresolved", "integer")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].status", "Ready", "string")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[KubernetesEntity(Group = V1Alpha1Api.Group, ApiVersion = V1Alpha1Api.Version, Kind = EntityKind, PluralName = "connectionmaps")]
public sealed record V1Alpha1ConnectionMap : IKubernetesObject<V1ObjectMeta>, ISpec<V1Alpha1ConnectionMapSpec>, IStatus<V1Alpha1ConnectionMapStatus?>
{
    public const string EntityKind = "ConnectionMap";

    public string ApiVersion { get; set => field = value ?? V1Alpha1Api.GroupVersion; } = V1Alpha1Api.GroupVersion;

    public string Kind { get; set => field = value ?? EntityKind; } = EntityKind;

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    public V1Alpha1ConnectionMapSpec Spec { get; set => field = value ?? new V1Alpha1ConnectionMapSpec(); } = new();

    public V1Alpha1ConnectionMapStatus? Status { get; set; }
}

/// <summary>The document.</summary>
public sealed record V1Alpha1ConnectionMapSpec
{
    /// <summary>Where the rows come from, for humans.</summary>
    public V1Alpha1Document? Document { get; init; }

    /// <summary>Settings of all rows.</summary>
    [DefaultEmpty]
    public V1Alpha1MapDefaults? Defaults { get; init; }

    /// <summary>Stops the probes of all rows. What is known ages into Unknown.</summary>
    [DefaultValue(false)]
    public bool? Suspend { get; init; }

    /// <summary>This document's own words. A word that is not bound here is looked up in the names of the namespace's Components.</summary>
    [Items(0, 512)]
    [XListMapKeys("name")]
    public IReadOnlyList<V1Alpha1Party>? Parties { get; init; }

    /// <summary>The rows. They stay stored however incomplete they are; what is missing shows in the row's Connection.</summary>
    [Items(0, 2000)]
    [XListMapKeys("id")]
    public IReadOnlyList<V1Alpha1ConnectionRow>? Connections { get; init; }
}

public sealed record V1Alpha1Document
{
    /// <summary>Title of the document.</summary>
    [Length(0, 253)]
    public string? Title { get; init; }

    /// <summary>Where to read it.</summary>
    [Length(0, 2048)]
    public string? Url { get; init; }

    /// <summary>Version or date of the document.</summary>
    [Length(0, 253)]
    public string? Revision { get; init; }

    /// <summary>File that the rows were imported from. The rows' line counts in it.</summary>
    [Length(0, 1024)]
    public string? File { get; init; }
}

/// <summary>Settings of all rows.</summary>
public sealed record V1Alpha1MapDefaults
{
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

    /// <summary>How much of a connection between many pods is probed.</summary>
    [DefaultEmpty]
    public V1Alpha1Coverage? Coverage { get; init; }
}

public sealed record V1Alpha1Coverage
{
    /// <summary>
    /// Pairs of source pod and destination that are probed at once for one connection. Of more pairs, half of these are a fixed sample and half take
    /// turns. Default 64.
    /// </summary>
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPairs)]
    [DefaultValue(64)]
    public int? MaxPairs { get; init; }
}

public sealed record V1Alpha1Party
{
    /// <summary>The word as the rows write it. White space, case and a trailing footnote mark do not count.</summary>
    [Length(1, 253)]
    public string? Name { get; init; }

    /// <summary>Name of a Component of this namespace.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string? Component { get; init; }
}

/// <summary>Counts of the rows. documented is the sum of the others. Written by the operator.</summary>
/// <remarks>The rows themselves have objects of their own.</remarks>
public sealed record V1Alpha1ConnectionMapStatus
{
    /// <summary>The metadata.generation that this status was made from. Older than the object's means that the status is still to come.</summary>
    [RangeMinimum(0)]
    public long? ObservedGeneration { get; init; }

    /// <summary>Ready (mirrors Verified), Resolved (every party leads somewhere), Verified (no row has drifted and none is unknown).</summary>
    [Items(0, 16)]
    [XListMapKeys("type")]
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>Rows of the document.</summary>
    [RangeMinimum(0)]
    public int? Documented { get; init; }

    /// <summary>Rows that the running cluster agrees with.</summary>
    [RangeMinimum(0)]
    public int? Verified { get; init; }

    /// <summary>Rows that the running cluster contradicts.</summary>
    [RangeMinimum(0)]
    public int? Drifted { get; init; }

    /// <summary>Rows without evidence yet, or no longer.</summary>
    [RangeMinimum(0)]
    public int? Unknown { get; init; }

    /// <summary>Rows with a party that leads nowhere.</summary>
    [RangeMinimum(0)]
    public int? Unresolved { get; init; }

    /// <summary>Rows that cannot be verified by their nature - logical, outside the cluster, documented elsewhere.</summary>
    [RangeMinimum(0)]
    public int? Unprobeable { get; init; }
}

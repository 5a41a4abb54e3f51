using k8s;
using k8s.Models;

namespace Plumbline.Api;

/// <summary>One document: the connections that it says exist.</summary>
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

public sealed record V1Alpha1ConnectionMapSpec
{
    public V1Alpha1Document? Document { get; init; }

    public V1Alpha1MapDefaults? Defaults { get; init; }

    /// <value>Default: false.</value>
    public bool? Suspend { get; init; }

    /// <summary>This document's own words.</summary>
    public IReadOnlyList<V1Alpha1Party>? Parties { get; init; }

    public IReadOnlyList<V1Alpha1ConnectionRow>? Connections { get; init; }
}

public sealed record V1Alpha1Document
{
    public string? Title { get; init; }

    public string? Url { get; init; }

    public string? Revision { get; init; }

    /// <summary>File that the rows were imported from; their lines count in it.</summary>
    public string? File { get; init; }
}

/// <summary>Settings of all rows.</summary>
public sealed record V1Alpha1MapDefaults
{
    /// <value>Seconds, 5 to 86400. Default: 60.</value>
    public int? IntervalSeconds { get; init; }

    /// <value>Milliseconds, 100 to 60000. Default: 3000.</value>
    public int? TimeoutMilliseconds { get; init; }

    /// <value>1 to 20. Default: 3.</value>
    public int? FailureThreshold { get; init; }

    public V1Alpha1Coverage? Coverage { get; init; }
}

public sealed record V1Alpha1Coverage
{
    /// <value>1 to 1024. Default: 64.</value>
    public int? MaxPairs { get; init; }
}

public sealed record V1Alpha1Party
{
    public string? Name { get; init; }

    public string? Component { get; init; }
}

/// <summary>Counts and conditions, never the rows: those have objects of their own.</summary>
public sealed record V1Alpha1ConnectionMapStatus
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    public int? Documented { get; init; }

    public int? Verified { get; init; }

    public int? Drifted { get; init; }

    public int? Unknown { get; init; }

    public int? Unresolved { get; init; }

    public int? Unprobeable { get; init; }
}

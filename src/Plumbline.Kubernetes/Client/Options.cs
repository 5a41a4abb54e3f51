namespace Plumbline.Kubernetes.Client;

/// <summary>What to list.</summary>
public sealed record ListOptions
{
    /// <summary>Null for cluster-scoped kinds, and for all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Objects a page.</summary>
    /// <value>Default: 500.</value>
    public int Limit { get; init; } = 500;

    /// <summary>Where the previous page ended.</summary>
    public string? Continue { get; init; }
}

/// <summary>What to watch, from where on, and when to doubt the connection.</summary>
public sealed record WatchOptions
{
    /// <summary>Null for cluster-scoped kinds, and for all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Of the list, the last event or the last bookmark. Null starts with the present objects as <c>Added</c>.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>When the server is to end the watch.</summary>
    /// <value>Default: 5 minutes.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Silence after which the watch ends on this side. The server sends a bookmark about every minute, so longer silence means a connection
    /// that died without a word.
    /// </summary>
    /// <value>Default: 3 minutes.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Awaited when the server has accepted the watch, which may be long before the first event.</summary>
    public Func<ValueTask>? Connected { get; init; }
}

/// <summary>How to write.</summary>
public sealed record PatchOptions
{
    /// <summary>Null for the client's own.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Take fields over that another manager owns. Server-side apply only.</summary>
    /// <value>Default: true, as a controller has nobody to ask.</value>
    public bool Force { get; init; } = true;

    /// <summary>Write to <c>/status</c> in place of the object: everything but the status is then ignored by the server.</summary>
    public bool Status { get; init; }
}

/// <summary>How a deletion ended, where it did not fail.</summary>
public enum DeleteOutcome
{
    /// <summary>The server took the deletion; finalizers may keep the object for a while.</summary>
    Accepted,

    /// <summary>There was nothing to delete.</summary>
    AlreadyGone,
}

using Plumbline.Core.Words;
namespace Plumbline.Kubernetes.Caching;

/// <summary>What a cache tells, in the order in which it happened: a closed set.</summary>
public abstract record ResourceChange<T>
{
    private ResourceChange()
    {
    }

    public sealed record Added(NamespacedName Key, T Object) : ResourceChange<T>;

    /// <summary>States in between may have been skipped.</summary>
    public sealed record Updated(NamespacedName Key, T Object, T Previous) : ResourceChange<T>;

    /// <summary>An object that is deleted and made anew under its name is told as deleted and added, even where no watch saw it happen.</summary>
    public sealed record Deleted(NamespacedName Key, T Last) : ResourceChange<T>;

    /// <summary>The cache now follows the server: after the first list, and each time it is in touch again.</summary>
    public sealed record Synced : ResourceChange<T>;

    /// <summary>The server does not answer: what the cache holds is getting old.</summary>
    public sealed record Disconnected(string Reason) : ResourceChange<T>;
}

public enum CacheState
{
    /// <summary>No complete list yet: what is missing may well exist.</summary>
    Starting,

    /// <summary>Following the server.</summary>
    Synced,

    /// <summary>Was synced, and lost touch; holds what was last known.</summary>
    Disconnected,
}

namespace Plumbline.Kubernetes.Client;

/// <summary>What a watch tells. An <c>ERROR</c> of the API is thrown as a <see cref="KubernetesRequestException"/>.</summary>
public enum WatchEventType
{
    /// <summary>The object appeared, or was there when a watch without a resource version began.</summary>
    Added,

    /// <summary>The object changed.</summary>
    Modified,

    /// <summary>The object is gone; the event holds its last state.</summary>
    Deleted,

    /// <summary>Nothing happened up to this resource version; of the object, only that is set.</summary>
    Bookmark,
}

public sealed record WatchEvent<T>(WatchEventType Type, T Object);

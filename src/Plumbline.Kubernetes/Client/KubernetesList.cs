namespace Plumbline.Kubernetes.Client;

/// <summary>One page or a whole list.</summary>
/// <param name="ResourceVersion">Where a watch that misses nothing starts.</param>
/// <param name="Continue">Null on the last page.</param>
/// <param name="Unreadable">Objects that are there but do not fit our types. They must not be taken for deleted ones.</param>
public sealed record KubernetesList<T>(
    IReadOnlyList<T> Items, string? ResourceVersion, string? Continue = null, IReadOnlyList<UnreadableObject>? Unreadable = null)
{
    public IReadOnlyList<UnreadableObject> Unreadable { get; init; } = Unreadable ?? [];
}

/// <param name="Problem">Which field could not be read.</param>
public sealed record UnreadableObject(string? Namespace, string? Name, string Problem);

using Plumbline.Kubernetes.Models;

namespace Plumbline.Kubernetes.Caching;

/// <param name="Namespace">Empty for cluster-scoped kinds.</param>
public readonly record struct ResourceKey(string Namespace, string Name)
{
    public static ResourceKey Of(V1ObjectMeta metadata) => new(metadata.Namespace ?? "", metadata.Name ?? "");

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}

using System.Globalization;
using k8s.Models;
using Plumbline.Core.Words;

namespace Plumbline.Kubernetes.Contracts;

public static class ModelExtensions
{
    /// <summary>The namespace is empty for cluster-scoped kinds.</summary>
    public static NamespacedName Key(this V1ObjectMeta metadata) => new(metadata.NamespaceProperty ?? "", metadata.Name ?? "");

    public static string? Label(this V1ObjectMeta metadata, string name) =>
        metadata.Labels is { } labels && labels.TryGetValue(name, out var value) ? value : null;

    /// <summary>Null for a port by name. The name of a port has a letter in it, so digits are a number even where they came as text.</summary>
    public static int? Number(this IntOrString port) =>
        int.TryParse(port.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

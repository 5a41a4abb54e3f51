using System.Reflection;
using k8s;
using k8s.Models;

namespace Plumbline.Kubernetes.Contracts;

/// <summary>Where the API serves a kind, as its <see cref="KubernetesEntityAttribute"/> says.</summary>
/// <param name="Group">Empty for the core group.</param>
internal sealed record ApiKind(string Group, string Version, string Kind, string Plural)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <exception cref="InvalidOperationException">The type has no <see cref="KubernetesEntityAttribute"/>, or one without a plural.</exception>
    public static ApiKind Of<T>()
        where T : IKubernetesObject<V1ObjectMeta> =>
        Known<T>.Kind ?? throw new InvalidOperationException($"{typeof(T).Name} needs a [KubernetesEntity] attribute with a PluralName");

    /// <summary>The path below the server's address, without a leading base path.</summary>
    public string PathOf(string? namespaceName, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        path += string.IsNullOrEmpty(namespaceName) ? $"/{Plural}" : $"/namespaces/{Uri.EscapeDataString(namespaceName)}/{Plural}";
        path += name is null ? "" : $"/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    private static class Known<T>
    {
        public static ApiKind? Kind { get; } = typeof(T).GetCustomAttribute<KubernetesEntityAttribute>() is { PluralName.Length: > 0 } attribute
            ? new ApiKind(attribute.Group ?? "", attribute.ApiVersion, attribute.Kind, attribute.PluralName)
            : null;
    }
}

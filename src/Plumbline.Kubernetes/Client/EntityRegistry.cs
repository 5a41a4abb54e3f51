using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Plumbline.Kubernetes.Models;

namespace Plumbline.Kubernetes.Client;

/// <summary>Where the API serves <typeparamref name="T"/>, and how it reads as JSON.</summary>
/// <param name="Group">Empty for the core group.</param>
public sealed record KubernetesEntity<T>(string Group, string Version, string Kind, string Plural, JsonTypeInfo<T> Json)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path below the server's address, without a leading base path.</summary>
    public string PathOf(string? namespaceName, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        path += string.IsNullOrEmpty(namespaceName) ? $"/{Plural}" : $"/namespaces/{Uri.EscapeDataString(namespaceName)}/{Plural}";
        path += name is null ? "" : $"/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}

/// <summary>
/// The kinds that a client can speak of. Filled once at start, then only read: a kind is its type with a
/// <see cref="KubernetesEntityAttribute"/> and the source-generated JSON of that type.
/// </summary>
public sealed class EntityRegistry
{
    private readonly Dictionary<Type, object> _entities = [];

    private EntityRegistry()
    {
    }

    /// <summary>A registry of the built-in kinds in <see cref="Models"/>, to which custom resources can be added.</summary>
    public static EntityRegistry WithBuiltInKinds()
    {
        var json = KubernetesJson.Default;
        return new EntityRegistry()
            .Add(json.V1Pod).Add(json.V1Service).Add(json.V1EndpointSlice).Add(json.V1Namespace).Add(json.V1Node)
            .Add(json.V1Deployment).Add(json.V1ReplicaSet).Add(json.V1StatefulSet).Add(json.V1DaemonSet).Add(json.V1Job).Add(json.V1CronJob)
            .Add(json.V1NetworkPolicy).Add(json.V1Lease).Add(json.V1ConfigMap).Add(json.Eventsv1Event).Add(json.V1TokenReview);
    }

    /// <exception cref="ArgumentException">The type has no <see cref="KubernetesEntityAttribute"/>, or its JSON would break server-side apply.</exception>
    public EntityRegistry Add<T>(JsonTypeInfo<T> json)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var attribute = typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new ArgumentException($"{typeof(T).Name} needs a [KubernetesEntity] attribute to be registered", nameof(json));
        if (json.Options.DefaultIgnoreCondition != JsonIgnoreCondition.WhenWritingNull)
        {
            throw new ArgumentException(
                $"the JSON context of {typeof(T).Name} must set DefaultIgnoreCondition = WhenWritingNull: a null that is written claims its field", nameof(json));
        }

        _entities[typeof(T)] = new KubernetesEntity<T>(attribute.Group, attribute.ApiVersion, attribute.Kind, attribute.PluralName, json);
        return this;
    }

    /// <exception cref="InvalidOperationException">The type was never added.</exception>
    public KubernetesEntity<T> Of<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        _entities.TryGetValue(typeof(T), out var entity)
            ? (KubernetesEntity<T>)entity
            : throw new InvalidOperationException($"{typeof(T).Name} is not registered: call EntityRegistry.Add with its JsonTypeInfo");
}

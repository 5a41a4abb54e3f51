using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Plumbline.Kubernetes.Contracts.Policies;

namespace Plumbline.Kubernetes.Contracts;

/// <summary>
/// How the kinds that a client speaks of read and write as JSON: KubernetesClient's models and kinds of our own, both source-generated. Lists and
/// watches can be read by contracts that are cut to the fields in use; what is written, and its answer, always has them all.
/// </summary>
public sealed class KindContracts
{
    private static readonly Dictionary<Type, string[]> MicroTimes = new()
    {
        [typeof(V1LeaseSpec)] = ["acquireTime", "renewTime"],
        [typeof(Eventsv1Event)] = ["eventTime"],
        [typeof(Eventsv1EventSeries)] = ["lastObservedTime"],
    };

    private static readonly Dictionary<Type, string[]> Everything = [];

    /// <summary>Differ from object to object, so that there is nothing to share.</summary>
    private static readonly string[] Unique = ["name", "uid", "resourceVersion"];

    private readonly JsonSerializerOptions _bulk;

    /// <param name="own">Contexts of other kinds. Null members are never written: a null would claim its field.</param>
    public KindContracts(params IJsonTypeInfoResolver[] own)
        : this(null, own)
    {
    }

    /// <param name="used">Of these types only these fields are read in lists and watches, by their JSON names; other types are read whole.</param>
    public KindContracts(IReadOnlyDictionary<Type, string[]>? used, params IJsonTypeInfoResolver[] own)
    {
        var resolver = JsonTypeInfoResolver.Combine([SourceGenerationContext.Default, PolicyJson.Default, .. own]).WithAddedModifier(WriteMicroTimes);
        Options = OptionsOf(resolver);
        _bulk = OptionsOf(resolver.WithAddedModifier(type => Cut(type, used ?? Everything)).WithAddedModifier(KeepUnique), new SharedStringConverter());
    }

    /// <summary>KubernetesClient's models alone, whole.</summary>
    public static KindContracts Models { get; } = new();

    /// <summary>All fields.</summary>
    public JsonSerializerOptions Options { get; }

    /// <summary>All fields.</summary>
    public JsonTypeInfo<T> Full<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    /// <summary>For lists and watches. Never write by it.</summary>
    public JsonTypeInfo<T> Bulk<T>() => (JsonTypeInfo<T>)_bulk.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions OptionsOf(IJsonTypeInfoResolver resolver, params JsonConverter[] converters)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            TypeInfoResolver = resolver,
            Converters = { new TimeConverter(), new KubernetesJson.Iso8601TimeSpanConverter() },
        };
        foreach (var converter in converters)
        {
            options.Converters.Add(converter);
        }

        options.MakeReadOnly();
        return options;
    }

    private static void WriteMicroTimes(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(p => MicroTimes.GetValueOrDefault(type.Type)?.Contains(p.Name) == true))
        {
            property.CustomConverter = MicroTimeConverter.For(property.PropertyType);
        }
    }

    private static void KeepUnique(JsonTypeInfo type)
    {
        foreach (var property in type.Type == typeof(V1ObjectMeta) ? type.Properties.Where(p => Unique.Contains(p.Name)) : [])
        {
            property.CustomConverter = JsonMetadataServices.StringConverter;
        }
    }

    private static void Cut(JsonTypeInfo type, IReadOnlyDictionary<Type, string[]> used)
    {
        if (used.TryGetValue(type.Type, out var fields))
        {
            for (var i = type.Properties.Count - 1; i >= 0; i--)
            {
                if (!fields.Contains(type.Properties[i].Name))
                {
                    type.Properties.RemoveAt(i);
                }
            }
        }
    }
}

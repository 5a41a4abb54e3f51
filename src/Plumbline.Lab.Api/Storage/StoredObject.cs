using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Storage;

/// <summary>Where an object lives inside its collection. Ordered as etcd keys are, so lists and pages have kube-apiserver's order.</summary>
internal readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    public int CompareTo(ObjectKey other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}

/// <summary>One version of one object: immutable bytes, plus the few fields that selections need without parsing them.</summary>
internal sealed class StoredObject
{
    private static readonly FrozenDictionary<string, string> None = FrozenDictionary<string, string>.Empty;

    private StoredObject(ObjectKey key, byte[] json, long revision)
    {
        Key = key;
        Json = json;
        Revision = revision;
    }

    public ObjectKey Key { get; }

    public byte[] Json { get; }

    public long Revision { get; }

    public string Uid { get; private init; } = "";

    public bool Terminating { get; private init; }

    public IReadOnlyDictionary<string, string> Labels { get; private init; } = None;

    /// <summary>Values of the fields that the kind lets a field selector ask for, except name and namespace.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; private init; } = None;

    public IReadOnlyList<string> OwnerUids { get; private init; } = [];

    /// <summary>Writes the revision into the tree: the bytes kept are the bytes served.</summary>
    public static StoredObject From(JsonObject tree, long revision, IReadOnlyList<SelectableField> selectable)
    {
        var metadata = tree.Child("metadata");
        metadata["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        var labels = metadata.Map("labels");
        return new StoredObject(new ObjectKey(metadata.Text("namespace") ?? "", metadata.Text("name") ?? ""), JsonTree.ToBytes(tree), revision)
        {
            Uid = metadata.Text("uid") ?? "",
            Terminating = metadata.Text("deletionTimestamp") is not null,
            Labels = labels is null or { Count: 0 } ? None : labels.ToDictionary(pair => pair.Key, pair => pair.Value.Text() ?? "", StringComparer.Ordinal),
            Fields = selectable.Count == 0 ? None : selectable.ToDictionary(field => field.Label, field => field.ValueIn(tree), StringComparer.Ordinal),
            OwnerUids = [.. metadata.Items("ownerReferences")?.Select(owner => owner.Text("uid")).OfType<string>() ?? []],
        };
    }

    public JsonObject Tree() => JsonTree.ParseObject(Json);
}

/// <summary>
/// A field that a selector may name, such as <c>spec.nodeName</c>; a missing value reads as <paramref name="Default"/>. <paramref name="StoredAs"/> is where the stored version of
/// the object keeps it, when that is not the label.
/// </summary>
internal sealed record SelectableField(string Label, string Default = "", string? StoredAs = null)
{
    private readonly string[] _path = (StoredAs ?? Label).Split('.');

    public string ValueIn(JsonNode tree) => tree.At(_path) switch
    {
        null => Default,
        var value => value.Text() ?? JsonTree.ToText(value),
    };
}

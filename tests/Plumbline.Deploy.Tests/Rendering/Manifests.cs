using System.Text.Json.Nodes;

namespace Plumbline.Deploy.Tests.Rendering;

/// <summary>What a rendering holds, by kind and name; a kind and name that comes twice is a failure.</summary>
internal sealed class Manifests
{
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);

    private Manifests(IEnumerable<JsonObject> objects)
    {
        foreach (var item in objects)
        {
            Assert.That(_objects.TryAdd(Id(item), item), Is.True, $"{Id(item)} is rendered twice");
        }
    }

    public IReadOnlyDictionary<string, JsonObject> Objects => _objects;

    public IEnumerable<string> Ids => _objects.Keys;

    public JsonObject this[string id] => _objects.TryGetValue(id, out var found) ? found : throw new AssertionException($"there is no {id} among {string.Join(", ", Ids)}");

    public static Manifests Parse(string text) => new(Yaml.Documents(text));

    public IEnumerable<JsonObject> OfKind(string kind) => _objects.Values.Where(o => (string?)o["kind"] == kind);

    /// <summary>Every pod that the objects make: those of workloads, and bare ones.</summary>
    public IEnumerable<(string Owner, JsonObject Spec)> PodSpecs() => _objects
        .Select(o => (o.Key, Spec: (string?)o.Value["kind"] == "Pod" ? o.Value["spec"] : o.Value["spec"]?["template"]?["spec"]))
        .Where(p => p.Spec?["containers"] is not null)
        .Select(p => (p.Key, p.Spec!.AsObject()));

    public string ToJsonLines() => string.Join('\n', _objects.Values.Select(o => o.ToJsonString()));

    /// <summary>Kind/name; the namespace of ours goes without saying.</summary>
    private static string Id(JsonObject item) => $"{item["kind"]}/{item["metadata"]?["name"]}";
}

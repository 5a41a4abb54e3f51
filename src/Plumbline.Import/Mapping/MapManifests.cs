using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Plumbline.Api;

namespace Plumbline.Import.Mapping;

/// <summary>Drafts as objects of the Kubernetes API, fields in reading order, nothing that is empty or a default.</summary>
public static class MapManifests
{
    /// <summary>Label of the maps of one document: its file's name. <c>kubectl apply --prune</c> selects by it.</summary>
    public const string DocumentLabel = $"{V1Alpha1Api.Group}/document";

    /// <summary>Value of <see cref="V1Alpha1Api.ManagedByLabel"/> on all that is imported.</summary>
    public const string Importer = "plumbline-import";

    public static V1ObjectMeta Metadata(string name, string @namespace, IDictionary<string, string>? labels = null) => new() { Name = name, NamespaceProperty = @namespace, Labels = labels };

    public static IDictionary<string, string> Labels() => new Dictionary<string, string>(StringComparer.Ordinal) { [V1Alpha1Api.ManagedByLabel] = Importer };

    /// <summary>They outlive a new title: what a rename leaves behind carries them too.</summary>
    public static IDictionary<string, string> LabelsOf(string file) =>
        new Dictionary<string, string>(Labels(), StringComparer.Ordinal) { [DocumentLabel] = ObjectNames.Label(Path.GetFileNameWithoutExtension(file)) };

    public static JsonObject ToJson(ComponentDraft component) => ToJson(component.Component);

    public static JsonObject ToJson(V1Alpha1Component component) => Ordered((JsonObject)JsonSerializer.SerializeToNode(component, PlumblineJson.Default.V1Alpha1Component)!);

    public static JsonObject ToJson(ConnectionMapDraft map) => ToJson(map, (_, _) => { });

    /// <param name="onRow">Told each row's object, for a writer that has something to say about it.</param>
    public static JsonObject ToJson(ConnectionMapDraft map, Action<JsonObject, MapRow> onRow)
    {
        var json = Ordered((JsonObject)JsonSerializer.SerializeToNode(map.Map, PlumblineJson.Default.V1Alpha1ConnectionMap)!);
        if (json["spec"]!["connections"] is JsonArray rows)
        {
            foreach (var (row, draft) in rows.Zip(map.Rows))
                onRow((JsonObject)row!, draft);
        }

        return json;
    }

    /// <summary>A reader looks for the name first.</summary>
    private static JsonObject Ordered(JsonObject resource)
    {
        var metadata = resource["metadata"]!.AsObject();
        if (metadata.Remove("labels", out var labels))
            metadata.Add("labels", labels);
        return resource;
    }
}

using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;

namespace Plumbline.Lab.Api.Tables;

/// <summary>Objects as <c>meta.k8s.io/v1 Table</c>, the form that <c>kubectl get</c> prints.</summary>
internal sealed class TableWriter(ResourceDefinition resource, string includeObject, DateTimeOffset now)
{
    private readonly IReadOnlyList<TableColumn> _columns = resource.Columns.Count > 0 ? [TableColumn.ObjectName, .. resource.Columns] : [TableColumn.ObjectName, TableColumn.Age];

    /// <param name="includeObject">What each row carries: <c>None</c>, <c>Metadata</c> (default) or <c>Object</c>.</param>
    public static TableWriter For(ResourceDefinition resource, string? includeObject, DateTimeOffset now) => includeObject switch
    {
        null or "" or "Metadata" => new TableWriter(resource, "Metadata", now),
        "None" or "Object" => new TableWriter(resource, includeObject, now),
        _ => throw Statuses.BadRequest($"unrecognized includeObject value: {includeObject}"),
    };

    public JsonObject Table(IEnumerable<JsonObject> objects, JsonObject listMetadata, bool withColumns = true) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = listMetadata,
        ["columnDefinitions"] = withColumns ? JsonTree.ArrayOf(_columns.Select(column => (JsonNode?)column.Definition())) : null,
        ["rows"] = JsonTree.ArrayOf(objects.Select(Row)),
    };

    public static JsonObject PartialMetadata(JsonObject tree) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = tree["metadata"]?.DeepClone(),
    };

    private JsonNode? Row(JsonObject tree)
    {
        var row = new JsonObject { ["cells"] = JsonTree.ArrayOf(_columns.Select(column => column.Cell(tree, now))) };
        if (includeObject == "Metadata")
        {
            row["object"] = PartialMetadata(tree);
        }
        else if (includeObject == "Object")
        {
            row["object"] = resource.Conversion is { } conversion ? conversion.ToServed(tree.Copy()) : tree.DeepClone();
        }

        return row;
    }
}

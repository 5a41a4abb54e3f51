using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tables;

/// <summary>One column of <c>kubectl get</c>. Priority 0 is always shown, above that only with <c>-o wide</c>.</summary>
internal sealed record TableColumn(string Name, string Type, int Priority, string Format, string Description, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public static readonly TableColumn ObjectName = new("Name", "string", 0, "name", "Name must be unique within a namespace.", (tree, _) => tree.Text("metadata", "name"));

    public static readonly TableColumn Age = Text("Age", (tree, now) => Ages.Since(tree.Text("metadata", "creationTimestamp"), now));

    public static TableColumn Text(string name, Func<JsonObject, string?> cell, int priority = 0) => new(name, "string", priority, "", "", (tree, _) => cell(tree));

    public static TableColumn Text(string name, Func<JsonObject, DateTimeOffset, string?> cell, int priority = 0) =>
        new(name, "string", priority, "", "", (tree, now) => cell(tree, now));

    public static TableColumn Number(string name, Func<JsonObject, long?> cell, int priority = 0) => new(name, "integer", priority, "", "", (tree, _) => cell(tree));

    /// <summary>A column of a CRD's <c>additionalPrinterColumns</c>: only the first value that the path finds is shown.</summary>
    public static TableColumn Custom(JsonObject source, JsonPath path)
    {
        var type = source.Text("type") ?? "string";
        return new TableColumn(
            source.Text("name") ?? "", type, (int)(source.Number("priority") ?? 0), source.Text("format") ?? "", source.Text("description") ?? $"Custom resource definition column (in JSONPath format): {source.Text("jsonPath")}",
            (tree, now) => path.Find(tree).FirstOrDefault() is { } value ? CustomCell(type, value, now) : null);
    }

    public JsonObject Definition() => new() { ["name"] = Name, ["type"] = Type, ["format"] = Format, ["description"] = Description, ["priority"] = Priority };

    private static JsonNode? CustomCell(string type, JsonNode value, DateTimeOffset now) => type switch
    {
        "integer" => value.Number(),
        "number" => value.GetValueKind() == JsonValueKind.Number ? value.DeepClone() : null,
        "boolean" => value.Flag(),
        "date" => value.Text() is { } time ? Ages.Since(time, now) : null,
        _ => value.Text() ?? JsonTree.ToText(value),
    };
}

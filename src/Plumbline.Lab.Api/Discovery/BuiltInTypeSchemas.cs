using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Kinds;
using Plumbline.Lab.Api.Resources;

namespace Plumbline.Lab.Api.Discovery;

/// <summary>The built-in types as OpenAPI schemas that refer to each other.</summary>
internal static class BuiltInTypeSchemas
{
    /// <summary>The name that clients know a type by: <c>io.k8s.api.core.v1.PodSpec</c>.</summary>
    public static string NameOf(string type)
    {
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        return slash switch
        {
            < 0 => $"io.k8s.api.core.{type}",
            _ when type.StartsWith("meta/", StringComparison.Ordinal) => $"io.k8s.apimachinery.pkg.apis.meta.{type[(slash + 1)..]}",
            _ => $"io.k8s.api.{type[..slash].Split('.')[0]}.{type[(slash + 1)..]}",
        };
    }

    public static JsonObject Of(ResourceDefinition resource, string references) => Of(BuiltInKinds.NameOf(resource.Group, resource.Version, resource.Kind), references);

    /// <summary>Adds every type that the kind's fields lead to.</summary>
    public static void AddReferenced(JsonObject schemas, ResourceDefinition resource, string references)
    {
        if (!resource.IsCustom)
        {
            Add(schemas, BuiltInKinds.NameOf(resource.Group, resource.Version, resource.Kind), references);
        }
    }

    private static void Add(JsonObject schemas, string type, string references)
    {
        foreach (var field in Fields(type).Where(field => !field.IsScalar))
        {
            if (!schemas.ContainsKey(NameOf(field.Type)))
            {
                schemas[NameOf(field.Type)] = Of(field.Type, references);
                Add(schemas, field.Type, references);
            }
        }
    }

    private static JsonObject Of(string type, string references) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(Fields(type).Select(field => KeyValuePair.Create(field.Name, (JsonNode?)FieldSchema(field, references)))),
    };

    private static IEnumerable<KindField> Fields(string type) =>
        (BuiltInKinds.Fields(type) ?? []).SelectMany(field => field.IsInline ? Fields(field.Type) : [field]).DistinctBy(field => field.Name);

    private static JsonObject FieldSchema(KindField field, string references)
    {
        var value = field.Type switch
        {
            "s" or "T" or "U" or "D" => new JsonObject { ["type"] = "string" },
            "y" => new JsonObject { ["type"] = "string", ["format"] = "byte" },
            "b" => new JsonObject { ["type"] = "boolean" },
            "i" => new JsonObject { ["type"] = "integer" },
            "d" => new JsonObject { ["type"] = "number" },
            "I" => new JsonObject { ["format"] = "int-or-string", ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }) },
            "Q" => new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "number" }) },
            "F" or "R" => new JsonObject { ["type"] = "object" },
            var type => new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = references + NameOf(type) }) },
        };
        return field.Container switch
        {
            Container.List => new JsonObject { ["type"] = "array", ["items"] = value },
            Container.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = value },
            Container.MapOfLists => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "array", ["items"] = value } },
            _ => value,
        };
    }
}

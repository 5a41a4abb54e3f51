using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Kinds;
using Plumbline.Lab.Api.Resources;

namespace Plumbline.Lab.Api.Discovery;

/// <summary>
/// OpenAPI as far as clients use it: <c>kubectl explain</c> reads the schemas, <c>kubectl apply</c> asks whether PATCH knows <c>fieldValidation</c> and then leaves validation to
/// the server. Custom kinds are described as their CRD describes them, built-in ones by their fields and types only.
/// </summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry)
{
    public const string V2Protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation", "force"];

    private const string References = "#/components/schemas/";

    private const string ObjectMetaName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    public JsonObject V3Index() => new()
    {
        ["paths"] = new JsonObject(registry.All.Select(PathOf).Distinct().Select(path => KeyValuePair.Create(path, (JsonNode?)new JsonObject
        {
            ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={registry.Version:x}",
        }))),
    };

    public byte[]? V3(string path)
    {
        var resources = registry.All.Where(resource => PathOf(resource) == path && !resource.IsReview).ToList();
        if (resources.Count == 0)
        {
            return registry.All.Any(resource => PathOf(resource) == path) ? JsonTree.ToBytes(Document([], [])) : null;
        }

        var schemas = new JsonObject { [ObjectMetaName] = ObjectMeta() };
        var paths = new JsonObject();
        foreach (var resource in resources)
        {
            schemas[SchemaName(resource)] = Schema(resource);
            BuiltInTypeSchemas.AddReferenced(schemas, resource, References);
            var root = $"/{path}/{(resource.Namespaced ? "namespaces/{namespace}/" : "")}{resource.Plural}";
            paths[root] = new JsonObject { ["post"] = Operation(resource, "post", "application/json") };
            paths[$"{root}/{{name}}"] = new JsonObject
            {
                ["get"] = Operation(resource, "get", null),
                ["put"] = Operation(resource, "put", "application/json"),
                ["patch"] = Operation(resource, "patch", "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"),
            };
        }

        return JsonTree.ToBytes(Document(paths, schemas));
    }

    public JsonObject V2(string version)
    {
        var definitions = new JsonObject { [ObjectMetaName] = ObjectMeta() };
        foreach (var resource in registry.All.Where(resource => !resource.IsReview))
        {
            definitions[SchemaName(resource)] = Schema(resource, "#/definitions/");
            BuiltInTypeSchemas.AddReferenced(definitions, resource, "#/definitions/");
        }

        return new JsonObject { ["swagger"] = "2.0", ["info"] = Info(version), ["paths"] = new JsonObject(), ["definitions"] = definitions };
    }

    /// <summary>
    /// A valid document without definitions, in the one encoding in which clients ask for version 2. For kinds that it does not know, kubectl falls back on what it has compiled in.
    /// </summary>
    public static byte[] V2ProtobufDocument(string version)
    {
        static byte[] Field(int number, byte[] value) => [(byte)((number << 3) | 2), (byte)value.Length, .. value];
        var info = (byte[])[.. Field(1, Encoding.UTF8.GetBytes("Kubernetes")), .. Field(2, Encoding.UTF8.GetBytes(version))];
        return [.. Field(1, Encoding.UTF8.GetBytes("2.0")), .. Field(2, info)];
    }

    private static string PathOf(ResourceDefinition resource) => resource.Group.Length == 0 ? $"api/{resource.Version}" : $"apis/{resource.Group}/{resource.Version}";

    private static JsonObject Document(JsonObject paths, JsonObject schemas) => new()
    {
        ["openapi"] = "3.0.0",
        ["info"] = Info(DiscoveryHandler.GitVersion),
        ["paths"] = paths,
        ["components"] = new JsonObject { ["schemas"] = schemas },
    };

    private static JsonObject Info(string version) => new() { ["title"] = "Kubernetes", ["version"] = version };

    private static JsonObject Schema(ResourceDefinition resource, string references = References)
    {
        var schema = resource.Schema.Source?.Copy() ?? BuiltInTypeSchemas.Of(resource, references);
        schema["type"] = "object";
        var properties = schema.Child("properties");
        properties["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = "The versioned schema of this representation of an object." };
        properties["kind"] = new JsonObject { ["type"] = "string", ["description"] = "The resource that this object represents, in CamelCase." };
        properties["metadata"] = new JsonObject
        {
            ["description"] = "Standard object's metadata.",
            ["default"] = new JsonObject(),
            ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = references + ObjectMetaName }),
        };
        schema["x-kubernetes-group-version-kind"] = new JsonArray(KindOf(resource));
        return schema;
    }

    private static JsonObject Operation(ResourceDefinition resource, string verb, params string[]? contentTypes)
    {
        var operation = new JsonObject
        {
            ["operationId"] = $"{verb}{resource.Group}{resource.Version}{resource.Kind}",
            ["x-kubernetes-action"] = verb,
            ["x-kubernetes-group-version-kind"] = KindOf(resource),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK", ["content"] = Content(resource, "application/json") } },
        };
        if (contentTypes is not null)
        {
            operation["requestBody"] = new JsonObject { ["content"] = Content(resource, contentTypes) };
            operation["parameters"] = JsonTree.ArrayOf(WriteParameters.Select(name => (JsonNode?)new JsonObject
            {
                ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string", ["uniqueItems"] = true },
            }));
        }

        return operation;
    }

    private static JsonObject Content(ResourceDefinition resource, params string[] types) => new(types.Select(type => KeyValuePair.Create(type, (JsonNode?)new JsonObject
    {
        ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{SchemaName(resource)}" },
    })));

    private static JsonObject KindOf(ResourceDefinition resource) => new() { ["group"] = resource.Group, ["version"] = resource.Version, ["kind"] = resource.Kind };

    private static string SchemaName(ResourceDefinition resource) => resource.IsCustom
        ? $"{string.Join('.', resource.Group.Split('.').Reverse())}.{resource.Version}.{resource.Kind}"
        : BuiltInTypeSchemas.NameOf(BuiltInKinds.NameOf(resource.Group, resource.Version, resource.Kind));

    private static JsonObject ObjectMeta()
    {
        JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
        JsonObject Texts(string description) => new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" }, ["description"] = description };
        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = "ObjectMeta is metadata that all persisted resources must have.",
            ["properties"] = new JsonObject
            {
                ["name"] = Text("Name must be unique within a namespace."),
                ["generateName"] = Text("An optional prefix, used by the server to generate a unique name."),
                ["namespace"] = Text("The space within which each name must be unique."),
                ["labels"] = Texts("Keys and values to organize and select objects by."),
                ["annotations"] = Texts("Unstructured keys and values of external tools."),
                ["uid"] = Text("Unique in time and space. Populated by the system."),
                ["resourceVersion"] = Text("An opaque value that tells when an object has changed. Populated by the system."),
                ["generation"] = new JsonObject { ["type"] = "integer", ["format"] = "int64", ["description"] = "Counts generations of the desired state." },
                ["creationTimestamp"] = Text("When the object was created."),
                ["deletionTimestamp"] = Text("When the object will be deleted."),
                ["finalizers"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" }, ["description"] = "Must be empty before the object is deleted." },
                ["ownerReferences"] = new JsonObject
                {
                    ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object" }, ["description"] = "Objects that this one depends on; when all are deleted, it is too.",
                },
            },
        };
    }
}

using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Resources;

/// <summary>Between what clients send and read and what the store keeps: versions, pruning, defaults.</summary>
internal static class ObjectCodec
{
    /// <summary>A client's object as the store keeps it: in the stored version, without undeclared fields, with defaults.</summary>
    /// <exception cref="ApiStatusException">400 when it is no object of this kind, or when validation is strict and a field is unknown.</exception>
    public static JsonObject Decode(ResourceDefinition resource, JsonObject body, WriteOptions options)
    {
        var apiVersion = body.Text("apiVersion");
        var kind = body.Text("kind");
        if (apiVersion is { Length: > 0 } && apiVersion != resource.ApiVersion)
        {
            throw Statuses.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({resource.ApiVersion})");
        }

        if (kind is { Length: > 0 } && kind != resource.Kind)
        {
            throw Statuses.BadRequest($"the kind in the data ({kind}) does not match the expected kind ({resource.Kind})");
        }

        body["apiVersion"] = resource.ApiVersion;
        body["kind"] = resource.Kind;
        var unknown = new List<string>();
        ObjectMetadata.Clean(body, resource, unknown);
        if (!resource.IsCustom)
        {
            RejectWrongTypes(resource, body);
        }

        SchemaPruning.Prune(body, resource.Schema, "", unknown, isRoot: true);
        Report(resource, [.. unknown.Select(field => $"unknown field \"{field}\"")], options);
        return InOrder(resource.Conversion?.ToStored(body) ?? body);
    }

    public static void Default(ResourceDefinition resource, JsonObject tree)
    {
        if (resource.IsCustom)
        {
            SchemaPruning.Default(tree, resource.Schema);
        }
        else
        {
            BuiltInDefaults.Apply(resource.Kind, tree);
        }
    }

    /// <exception cref="ApiStatusException">400 when validation is strict and there is something to report.</exception>
    public static void Report(ResourceDefinition resource, IReadOnlyList<string> problems, WriteOptions options)
    {
        switch (options.Validation)
        {
            case FieldValidation.Strict when problems.Count > 0:
                throw Statuses.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: strict decoding error: {string.Join(", ", problems)}");
            case FieldValidation.Warn:
                options.Warnings.AddRange(problems);
                break;
            default:
                break;
        }
    }

    /// <summary>The stored object as a tree of the stored version, by the schema of now.</summary>
    public static JsonObject Stored(ResourceDefinition resource, StoredObject item)
    {
        var tree = item.Tree();
        if (resource.IsCustom && item.Revision <= resource.SchemaRevision)
        {
            SchemaPruning.Prune(tree, resource.Schema, "", [], isRoot: true);
            SchemaPruning.Default(tree, resource.Schema);
        }

        return tree;
    }

    public static JsonObject Served(ResourceDefinition resource, StoredObject item) => ToServed(resource, Stored(resource, item));

    public static JsonObject ToServed(ResourceDefinition resource, JsonObject stored) => resource.Conversion?.ToServed(stored) ?? stored;

    /// <summary>The bytes a client reads; the stored ones wherever they need no change.</summary>
    public static byte[] ServedBytes(ResourceDefinition resource, StoredObject item) =>
        resource.Conversion is null && (!resource.IsCustom || item.Revision > resource.SchemaRevision) ? item.Json : JsonTree.ToBytes(Served(resource, item));

    /// <summary>Built-in kinds are decoded into types of their own: a wrong type fails there, before anything is validated, and null is as good as nothing.</summary>
    private static void RejectWrongTypes(ResourceDefinition resource, JsonObject body)
    {
        if (SchemaValidator.WrongType(body, resource.Schema) is { } wrong)
        {
            throw Statuses.BadRequest(
                $"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: json: cannot unmarshal {wrong.Got} into Go struct field {resource.Kind}.{wrong.Path} of type {wrong.Wanted}");
        }

        SchemaPruning.DropNulls(body);
    }

    /// <summary>Objects read best from the outside in.</summary>
    private static JsonObject InOrder(JsonObject tree)
    {
        foreach (var key in new[] { "metadata", "kind", "apiVersion" })
        {
            var value = tree[key];
            tree.Remove(key);
            tree.Insert(0, key, value);
        }

        return tree;
    }
}

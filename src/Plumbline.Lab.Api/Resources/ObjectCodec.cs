using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Resources;

/// <summary>Between what clients send and read and what the store keeps: versions, pruning, defaults.</summary>
internal static class ObjectCodec
{
    /// <summary>Fields that take exactly six digits of a second.</summary>
    private static readonly Dictionary<string, string[][]> MicroTimes = new()
    {
        ["Lease"] = [["spec", "acquireTime"], ["spec", "renewTime"]],
        ["Event"] = [["eventTime"], ["series", "lastObservedTime"]],
    };

    /// <summary>A client's object as the store keeps it: in the stored version, without undeclared fields, with defaults.</summary>
    /// <exception cref="ApiStatusException">400 when it is no object of this kind, or when validation is strict and a field is unknown.</exception>
    public static JsonObject Decode(ResourceDefinition resource, JsonObject body, WriteOptions options)
    {
        var apiVersion = body.Text("apiVersion");
        var kind = body.Text("kind");
        if (apiVersion is { Length: > 0 } && apiVersion != resource.ApiVersion && resource.IsCustom)
        {
            throw Statuses.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({resource.ApiVersion})");
        }

        if (kind is { Length: > 0 } && kind != resource.Kind && resource.IsCustom)
        {
            throw Statuses.Invalid(resource with { Kind = kind }, body.Text("metadata", "name") ?? "", [FieldError.Invalid("kind", kind, $"must be {resource.Kind}")]);
        }

        if ((apiVersion ?? "", kind ?? "") is var (version, name) && ((version.Length > 0 && version != resource.ApiVersion) || (name.Length > 0 && name != resource.Kind)))
        {
            throw OtherKind(resource, version.Length > 0 ? version : resource.ApiVersion, name.Length > 0 ? name : resource.Kind);
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
        if (resource.CollectionId == BuiltInResources.CustomResourceDefinitions)
        {
            CustomResources.PruneSchemas(body, unknown);
        }

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

    /// <summary>In a list, objects of built-in kinds do not repeat what kind they are; custom ones do.</summary>
    public static JsonObject ListItem(ResourceDefinition resource, StoredObject item)
    {
        var tree = Served(resource, item);
        if (!resource.IsCustom)
        {
            tree.Remove("kind");
            tree.Remove("apiVersion");
        }

        return tree;
    }

    public static void WriteListItem(ResourceDefinition resource, StoredObject item, IBufferWriter<byte> into)
    {
        // Stored objects say their kind first, so that it can be left out without parsing them.
        var kind = Encoding.UTF8.GetBytes($$"""{"apiVersion":"{{resource.ApiVersion}}","kind":"{{resource.Kind}}",""");
        var bytes = ServedBytes(resource, item).AsSpan();
        if (resource.IsCustom)
        {
            into.Write(bytes);
        }
        else if (bytes.StartsWith(kind))
        {
            into.Write("{"u8);
            into.Write(bytes[kind.Length..]);
        }
        else
        {
            into.Write(JsonTree.ToBytes(ListItem(resource, item)));
        }
    }

    /// <summary>The bytes a client reads; the stored ones wherever they need no change.</summary>
    public static byte[] ServedBytes(ResourceDefinition resource, StoredObject item) =>
        resource.Conversion is null && (!resource.IsCustom || item.Revision > resource.SchemaRevision) ? item.Json : JsonTree.ToBytes(Served(resource, item));

    /// <summary>An object of another kind than the path is for: one that is known cannot be converted, another cannot even be read.</summary>
    private static ApiStatusException OtherKind(ResourceDefinition resource, string apiVersion, string kind)
    {
        var version = apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var why = BuiltInResources.Definitions.Any(known => known.ApiVersion == apiVersion && known.Kind == kind)
            ? $"converting ({version}.{kind}) to ({resource.Version}.{resource.Kind}): unknown conversion"
            : $"no kind \"{kind}\" is registered for version \"{apiVersion}\" in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"";
        return Statuses.BadRequest($"{kind} in version \"{version}\" cannot be handled as a {resource.Kind}: {why}");
    }

    /// <summary>Built-in kinds are decoded into types of their own: a wrong type fails there, before anything is validated, and null is as good as nothing.</summary>
    private static void RejectWrongTypes(ResourceDefinition resource, JsonObject body)
    {
        if (SchemaValidator.WrongType(body, resource.Schema) is { } wrong)
        {
            throw Statuses.BadRequest(
                $"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: json: cannot unmarshal {wrong.Got} into Go struct field {resource.Kind}.{wrong.Path} of type {wrong.Wanted}");
        }

        foreach (var path in MicroTimes.GetValueOrDefault(resource.Kind, []))
        {
            if (body.Text(path) is { } time && GoTime.MicroTimeError(time) is { } error)
            {
                throw Statuses.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: {error}");
            }
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

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;
using Plumbline.Lab.Api.Tables;

namespace Plumbline.Lab.Api.Resources;

/// <summary>A <c>CustomResourceDefinition</c> as the kinds that it makes the server serve.</summary>
internal static partial class CustomResources
{
    /// <summary>All versions, served or not, and everything that is wrong with the definition.</summary>
    public static (IReadOnlyList<ResourceDefinition> Resources, IReadOnlyList<FieldError> Errors) Read(JsonObject definition)
    {
        var errors = new List<FieldError>();
        var spec = definition.Map("spec") ?? [];
        CheckNames(definition, spec, errors);
        var versions = spec.Items("versions") ?? [];
        if (versions.Count(version => version.Flag("storage") == true) != 1)
        {
            errors.Add(FieldError.Invalid("spec.versions", versions, "must have exactly one version marked as storage version"));
        }

        var stored = versions.FirstOrDefault(version => version.Flag("storage") == true).Text("name") ?? "";
        var resources = new List<ResourceDefinition>();
        foreach (var (i, version) in versions.Index())
        {
            resources.Add(ReadVersion(definition, spec, version as JsonObject ?? [], stored, $"spec.versions[{i}]", errors));
        }

        return (resources, errors);
    }

    /// <summary>Fills in what a definition may leave out.</summary>
    public static void Default(JsonObject definition)
    {
        var names = definition.Child("spec").Child("names");
        if (names.Text("kind") is { } kind)
        {
            names["singular"] ??= kind.ToLowerInvariant();
            names["listKind"] ??= kind + "List";
        }

        definition.Child("spec").Child("conversion")["strategy"] ??= "None";
    }

    /// <summary>Served from the moment it is stored, so it is Established at once.</summary>
    public static void Establish(JsonObject definition, string now)
    {
        var status = definition.Child("status");
        status["acceptedNames"] = definition.At("spec", "names")?.DeepClone();
        var stored = (definition.Items("spec", "versions") ?? []).FirstOrDefault(version => version.Flag("storage") == true).Text("name") ?? "";
        status["storedVersions"] = JsonTree.ArrayOf(status.Texts("storedVersions").Append(stored).Distinct());
        if (status.Items("conditions") is not { Count: > 0 })
        {
            status["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now));
        }
    }

    private static JsonObject Condition(string type, string reason, string message, string now) =>
        new() { ["lastTransitionTime"] = now, ["message"] = message, ["reason"] = reason, ["status"] = "True", ["type"] = type };

    /// <summary>Drops what the schemas of a definition say in words that the API does not have.</summary>
    public static void PruneSchemas(JsonObject definition, List<string> unknown)
    {
        foreach (var (i, version) in (definition.Items("spec", "versions") ?? []).Index())
        {
            SchemaReader.Prune(version.At("schema", "openAPIV3Schema"), $"spec.versions[{i}].schema.openAPIV3Schema", unknown);
        }
    }

    private static void CheckNames(JsonObject definition, JsonObject spec, List<FieldError> errors)
    {
        var group = spec.Text("group") ?? "";
        var plural = spec.Text("names", "plural") ?? "";
        if (group.Length == 0 || !group.Contains('.', StringComparison.Ordinal))
        {
            errors.Add(group.Length == 0 ? FieldError.Required("spec.group") : FieldError.Invalid("spec.group", group, "should be a domain with at least one dot"));
        }

        if (!DnsLabel().IsMatch(plural))
        {
            errors.Add(plural.Length == 0 ? FieldError.Required("spec.names.plural") : FieldError.Invalid("spec.names.plural", plural, "must be a lower-case DNS label"));
        }

        if (spec.Text("names", "kind") is not { Length: > 0 })
        {
            errors.Add(FieldError.Required("spec.names.kind"));
        }

        if (definition.Text("metadata", "name") is var name && name != $"{plural}.{group}")
        {
            errors.Add(FieldError.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        }

        if (spec.Text("scope") is not ("Namespaced" or "Cluster"))
        {
            errors.Add(FieldError.NotSupported("spec.scope", spec["scope"], ["Cluster", "Namespaced"]));
        }

        if (spec.Text("conversion", "strategy") is { } strategy && strategy != "None")
        {
            errors.Add(FieldError.Invalid("spec.conversion.strategy", strategy, "only None is supported by this server"));
        }
    }

    private static ResourceDefinition ReadVersion(JsonObject definition, JsonObject spec, JsonObject version, string stored, string path, List<FieldError> errors)
    {
        var group = spec.Text("group") ?? "";
        var name = version.Text("name") ?? "";
        if (!DnsLabel().IsMatch(name))
        {
            errors.Add(FieldError.Invalid($"{path}.name", name, "must be a lower-case DNS label"));
        }

        if (version["selectableFields"] is not null)
        {
            errors.Add(FieldError.Forbidden($"{path}.selectableFields", "is not supported by this server"));
        }

        var schema = StructuralSchema.Anything;
        if (version.Map("schema", "openAPIV3Schema") is { } source)
        {
            (schema, var found) = SchemaReader.Read(source, $"{path}.schema.openAPIV3Schema");
            errors.AddRange(found);
        }
        else
        {
            errors.Add(FieldError.Required($"{path}.schema.openAPIV3Schema", "schemas are required"));
        }

        var plural = spec.Text("names", "plural") ?? "";
        return new ResourceDefinition
        {
            Group = group,
            Version = name,
            Plural = plural,
            Kind = spec.Text("names", "kind") ?? "",
            Singular = spec.Text("names", "singular") ?? "",
            ListKind = spec.Text("names", "listKind") ?? "",
            ShortNames = [.. spec.Texts("names", "shortNames")],
            Categories = [.. spec.Texts("names", "categories")],
            Namespaced = spec.Text("scope") == "Namespaced",
            HasStatus = version.At("subresources", "status") is not null,
            Scale = version.Map("subresources", "scale") is { } scale
                ? new ScalePaths((scale.Text("specReplicasPath") ?? "").TrimStart('.'), (scale.Text("statusReplicasPath") ?? "").TrimStart('.'), scale.Text("labelSelectorPath")?.TrimStart('.'))
                : null,
            IsCustom = true,
            IsServed = version.Flag("served") == true,
            Schema = schema,
            Columns = ReadColumns(version, path, errors),
            Description = schema.Source.Text("description") ?? "",
            CollectionId = ResourceDefinition.CollectionOf(group, plural),
            Conversion = name == stored ? null : new VersionConversion($"{group}/{stored}", $"{group}/{name}"),
            SchemaRevision = long.TryParse(definition.Text("metadata", "resourceVersion"), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0,
        };
    }

    private static List<TableColumn> ReadColumns(JsonObject version, string path, List<FieldError> errors)
    {
        var columns = new List<TableColumn>();
        foreach (var (i, column) in (version.Items("additionalPrinterColumns") ?? []).Index())
        {
            var columnPath = $"{path}.additionalPrinterColumns[{i}]";
            if (column.Text("type") is not ("string" or "integer" or "number" or "boolean" or "date"))
            {
                errors.Add(FieldError.NotSupported($"{columnPath}.type", column.At("type"), ["boolean", "date", "integer", "number", "string"]));
            }

            if (column.Text("jsonPath") is not { Length: > 0 } text)
            {
                errors.Add(FieldError.Required($"{columnPath}.JSONPath"));
            }
            else if (JsonPath.Parse(text) is { Error: { } error })
            {
                errors.Add(FieldError.Invalid($"{columnPath}.JSONPath", text, text.StartsWith('.') ? error : "must be a simple json path starting with ."));
            }
            else
            {
                columns.Add(TableColumn.Custom((JsonObject)column!, JsonPath.Parse(text).Path!));
            }
        }

        return columns;
    }

    [GeneratedRegex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex DnsLabel();
}

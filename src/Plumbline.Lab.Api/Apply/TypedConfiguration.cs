using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Apply;

/// <summary>
/// An applied configuration must fit its schema before it can be merged: a field that is not declared, or a repeated key, would otherwise be dropped without a word.
/// </summary>
internal static class TypedConfiguration
{
    /// <exception cref="ApiStatusException">500, as kube-apiserver has it, naming every field that does not fit.</exception>
    public static void Check(ResourceDefinition resource, JsonObject configuration)
    {
        var errors = new List<string>();
        Check(configuration, resource.IsCustom ? resource.MergeSchema : resource.Schema, "", errors);
        if (errors.Count > 0)
        {
            var of = $"{configuration.Text("metadata", "namespace")}/{configuration.Text("metadata", "name")}; {resource.Group}/{resource.Version}, Kind={resource.Kind}";
            var what = errors.Count == 1 ? errors[0] : $"errors:\n  {string.Join("\n  ", errors)}";
            throw new ApiStatusException(500, "", $"failed to create typed patch object ({of}): {what}");
        }
    }

    private static void Check(JsonNode? value, StructuralSchema schema, string path, List<string> errors)
    {
        if (value is null || schema.PreserveUnknownFields)
        {
            return;
        }

        if (SchemaValidator.HasWrongType(value, schema))
        {
            errors.Add($"{path}: expected {(schema.IntOrString ? "string or number" : schema.Type)}, got &value.valueUnstructured{{Value:{JsonTree.ToText(value)}}}");
        }
        else if (value is JsonObject map)
        {
            foreach (var (key, child) in map)
            {
                if (schema.Property(key) is { } property)
                {
                    Check(child, property, $"{path}.{key}", errors);
                }
                else
                {
                    errors.Add($"{path}.{key}: field not declared in schema");
                }
            }
        }
        else if (value is JsonArray list)
        {
            CheckList(list, schema, path, errors);
        }
    }

    private static void CheckList(JsonArray list, StructuralSchema schema, string path, List<string> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, item) in list.Index())
        {
            var at = $"{path}[{i}]";
            if (ListItems.AreKeyed(schema))
            {
                try
                {
                    var element = ListItems.Element(item, schema);
                    at = path + FieldSet.Show(element);
                    if (!seen.Add(element))
                    {
                        errors.Add($"{path}: duplicate entries for key {FieldSet.Show(element)}");
                    }
                }
                catch (ApiStatusException failure)
                {
                    errors.Add($"{path}: element {i}: {failure.Message}");
                    continue;
                }
            }

            Check(item, schema.Element, at, errors);
        }
    }
}

using System.Text.Json.Nodes;

namespace Plumbline.Lab.Api.Schema;

/// <summary>Drops what a structural schema does not declare, and fills in what it declares a default for. Both change the tree in place.</summary>
internal static class SchemaPruning
{
    private static readonly string[] TypeFields = ["apiVersion", "kind", "metadata"];

    public static void Prune(JsonNode? node, StructuralSchema schema, string path, List<string> unknown, bool isRoot = false)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var key in map.Select(pair => pair.Key).ToList())
                {
                    var fieldPath = path.Length == 0 ? key : $"{path}.{key}";
                    if ((isRoot || schema.EmbeddedResource) && TypeFields.Contains(key))
                    {
                        continue;
                    }

                    if (schema.Property(key) is { } property)
                    {
                        Prune(map[key], property, fieldPath, unknown);
                    }
                    else if (!schema.PreserveUnknownFields)
                    {
                        map.Remove(key);
                        unknown.Add(fieldPath);
                    }
                }

                break;
            case JsonArray array when schema.Items is { } items:
                for (var i = 0; i < array.Count; i++)
                {
                    Prune(array[i], items, $"{path}[{i}]", unknown);
                }

                break;
            default:
                break;
        }
    }

    public static void DropNulls(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (var key in map.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
            {
                map.Remove(key);
            }

            foreach (var (_, value) in map)
            {
                DropNulls(value);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                DropNulls(item);
            }
        }
    }

    public static void Default(JsonNode? node, StructuralSchema schema)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (key, property) in schema.Properties)
                {
                    var missing = !map.TryGetPropertyValue(key, out var value) || (value is null && !property.Nullable);
                    if (missing && property is { HasDefault: true, Default: { } wanted })
                    {
                        map[key] = wanted.DeepClone();
                    }
                    else if (missing && map.ContainsKey(key))
                    {
                        // an explicit null that is neither allowed nor defaulted means "not set"
                        map.Remove(key);
                    }
                }

                foreach (var (key, value) in map)
                {
                    if (value is not null && schema.Property(key) is { } property)
                    {
                        Default(value, property);
                    }
                }

                break;
            case JsonArray array when schema.Items is { } items:
                foreach (var item in array)
                {
                    Default(item, items);
                }

                break;
            default:
                break;
        }
    }
}

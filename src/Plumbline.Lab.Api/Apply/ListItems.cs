using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Apply;

/// <summary>How the items of an associative list are told apart.</summary>
internal static class ListItems
{
    /// <summary>Whether items of this list are owned and merged one by one.</summary>
    public static bool AreKeyed(StructuralSchema schema) => schema.ListKind != ListKind.Atomic;

    /// <exception cref="ApiStatusException">400 when an item of a list of maps lacks a key.</exception>
    public static string Element(JsonNode? item, StructuralSchema schema)
    {
        if (schema.ListKind == ListKind.Set)
        {
            return $"v:{JsonTree.ToText(item)}";
        }

        if (item is not JsonObject map)
        {
            throw Statuses.BadRequest("associative list with keys may not have non-map elements");
        }

        if (schema.ListMapKeys.All(name => map[name] is null && schema.Items?.Property(name)?.HasDefault != true))
        {
            var names = string.Join(" ", schema.ListMapKeys.Select(name => $"\"{name}\""));
            throw Statuses.BadRequest($"associative list with keys has an element that omits all key fields [{names}] (and doesn't have default values for any key fields)");
        }

        var key = new JsonObject();
        foreach (var name in schema.ListMapKeys.Order(StringComparer.Ordinal))
        {
            if (map.TryGetPropertyValue(name, out var value) && value is not null)
            {
                key[name] = value.DeepClone();
            }
            else if (schema.Items?.Property(name) is { HasDefault: true, Default: { } wanted })
            {
                key[name] = wanted.DeepClone();
            }
            else if (schema.Items?.Property(name)?.HasDefault != true)
            {
                throw Statuses.BadRequest($"associative list with keys has an element that omits key field \"{name}\" (and doesn't have default value)");
            }
        }

        return $"k:{JsonTree.ToText(key)}";
    }

    /// <summary>
    /// The items by their keys, in order. Objects stored before a schema came to forbid repeated keys may hold some: the first one counts, so that such an
    /// object can still be repaired.
    /// </summary>
    public static OrderedDictionary<string, JsonNode?> ByElement(JsonArray list, StructuralSchema schema)
    {
        var items = new OrderedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in list)
        {
            items.TryAdd(Element(item, schema), item);
        }

        return items;
    }
}

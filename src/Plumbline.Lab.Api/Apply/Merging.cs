using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Apply;

/// <summary>Lays an applied configuration over the live object, and takes away what its manager no longer applies.</summary>
internal static class Merging
{
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, StructuralSchema schema)
    {
        switch (live, applied)
        {
            case (JsonObject old, JsonObject wanted) when !schema.IsAtomicMap:
                var map = new JsonObject();
                foreach (var (key, value) in old)
                {
                    map[key] = wanted.ContainsKey(key) ? Merge(value, wanted[key], schema.Field(key)) : value?.DeepClone();
                }

                foreach (var (key, value) in wanted)
                {
                    if (!old.ContainsKey(key))
                    {
                        map[key] = value?.DeepClone();
                    }
                }

                return map;
            case (JsonArray old, JsonArray wanted) when ListItems.AreKeyed(schema):
                return MergeLists(old, wanted, schema);
            default:
                return applied?.DeepClone();
        }
    }

    /// <summary>Removes the fields of <paramref name="gone"/>, except those that <paramref name="kept"/> still wants in any part.</summary>
    public static void Remove(JsonNode? node, FieldSet gone, FieldSet? kept, StructuralSchema schema, IReadOnlyList<string>? keyFields = null)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (element, below) in gone.Children)
                {
                    var key = element[2..];
                    // an item that stays needs its keys, whoever applied them
                    if (element[0] != 'f' || !map.ContainsKey(key) || keyFields?.Contains(key) == true)
                    {
                        continue;
                    }

                    var keptBelow = kept?.Below(element);
                    if (IsGone(map[key], below, keptBelow, schema.Field(key)))
                    {
                        map.Remove(key);
                    }
                }

                break;
            case JsonArray list when ListItems.AreKeyed(schema):
                foreach (var (element, item) in ListItems.ByElement(list, schema).ToList())
                {
                    if (gone.Below(element) is { } below && IsGone(item, below, kept?.Below(element), schema.Element, schema.ListMapKeys))
                    {
                        list.Remove(item);
                    }
                }

                break;
            default:
                break;
        }
    }

    private static bool IsGone(JsonNode? value, FieldSet gone, FieldSet? kept, StructuralSchema schema, IReadOnlyList<string>? keyFields = null)
    {
        if (gone.IsMember && kept is null or { IsEmpty: true })
        {
            return true;
        }

        var hadContent = value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };
        Remove(value, gone, kept, schema, keyFields);
        return hadContent && value is JsonObject { Count: 0 } or JsonArray { Count: 0 } && kept is null or { IsEmpty: true };
    }

    /// <summary>Applied items keep the order they are applied in; items of others stay before the applied item that they stood before.</summary>
    private static JsonArray MergeLists(JsonArray old, JsonArray wanted, StructuralSchema schema)
    {
        var before = ListItems.ByElement(old, schema);
        var after = ListItems.ByElement(wanted, schema);
        var merged = new JsonArray();
        var oldElements = new Queue<string>(before.Keys);
        var wantedElements = new Queue<string>(after.Keys);
        while (oldElements.Count > 0 || wantedElements.Count > 0)
        {
            if (oldElements.TryPeek(out var next) && (!after.ContainsKey(next) || !wantedElements.Contains(next)))
            {
                oldElements.Dequeue();
                if (!after.ContainsKey(next))
                {
                    merged.Add(before[next]?.DeepClone());
                }

                continue;
            }

            var element = wantedElements.Dequeue();
            merged.Add(before.TryGetValue(element, out var live) ? Merge(live, after[element], schema.Element) : after[element]?.DeepClone());
        }

        return merged;
    }
}

using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Apply;

/// <summary>What changed between two versions of an object.</summary>
internal sealed record Comparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    public FieldSet Written => FieldSet.Union(Added, Modified);

    public FieldSet Lost => FieldSet.Union(Modified, Removed);
}

/// <summary>Field sets out of values.</summary>
internal static class FieldSets
{
    /// <summary>The fields that an applied configuration claims: its leaves, its list items, and maps that it leaves empty.</summary>
    public static FieldSet Claimed(JsonNode? node, StructuralSchema schema)
    {
        var set = new FieldSet();
        Collect(node, schema, set, withContainers: false);
        return set;
    }

    public static Comparison Compare(JsonNode? old, JsonNode? updated, StructuralSchema schema)
    {
        var comparison = new Comparison(new FieldSet(), new FieldSet(), new FieldSet());
        Compare(old, updated, schema, comparison);
        return comparison;
    }

    private static void Collect(JsonNode? node, StructuralSchema schema, FieldSet set, bool withContainers)
    {
        switch (node)
        {
            case JsonObject map when !schema.IsAtomicMap:
                set.IsMember |= withContainers && !schema.IsAlwaysThere;
                foreach (var (key, value) in map)
                {
                    var child = set.Descend($"f:{key}");
                    Collect(value, schema.Field(key), child, withContainers);
                    child.IsMember |= value is null or JsonObject { Count: 0 } || !schema.Properties.ContainsKey(key);
                }

                break;
            case JsonArray list when ListItems.AreKeyed(schema):
                set.IsMember |= withContainers;
                foreach (var (element, item) in ListItems.ByElement(list, schema))
                {
                    var child = set.Descend(element);
                    Collect(item, schema.Element, child, withContainers);
                    child.IsMember = true;
                }

                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    private static void Compare(JsonNode? old, JsonNode? updated, StructuralSchema schema, Comparison into)
    {
        switch (old, updated)
        {
            case (null, null):
                break;
            case (null, _):
                Collect(updated, schema, into.Added, withContainers: true);
                break;
            case (_, null):
                Collect(old, schema, into.Removed, withContainers: true);
                break;
            case (JsonObject one, JsonObject other) when !schema.IsAtomicMap:
                foreach (var key in one.Select(pair => pair.Key).Union(other.Select(pair => pair.Key)))
                {
                    CompareBelow(one[key], other[key], schema.Field(key), $"f:{key}", into);
                }

                break;
            case (JsonArray one, JsonArray other) when ListItems.AreKeyed(schema):
                var before = ListItems.ByElement(one, schema);
                var after = ListItems.ByElement(other, schema);
                foreach (var element in before.Keys.Union(after.Keys))
                {
                    CompareBelow(before.GetValueOrDefault(element), after.GetValueOrDefault(element), schema.Element, element, into);
                }

                break;
            default:
                if (!JsonTree.Same(old, updated))
                {
                    CompareUnlike(old, updated, schema, into);
                }

                break;
        }
    }

    private static void CompareBelow(JsonNode? old, JsonNode? updated, StructuralSchema schema, string element, Comparison into) =>
        Compare(old, updated, schema, new Comparison(into.Added.Descend(element), into.Modified.Descend(element), into.Removed.Descend(element)));

    /// <summary>A leaf with another value, or a value that became another kind of value: what was below the old one is gone.</summary>
    private static void CompareUnlike(JsonNode? old, JsonNode? updated, StructuralSchema schema, Comparison into)
    {
        into.Modified.IsMember = true;
        if (FieldError.TypeName(old) != FieldError.TypeName(updated))
        {
            Collect(old, schema, into.Removed, withContainers: true);
            Collect(updated, schema, into.Added, withContainers: true);
        }
    }
}

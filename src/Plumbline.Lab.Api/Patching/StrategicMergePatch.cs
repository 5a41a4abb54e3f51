using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Patching;

/// <summary>
/// Strategic merge patches of built-in kinds: lists with a merge key are merged by it, others replaced; with the directives <c>$patch</c>, <c>$deleteFromPrimitiveList</c>,
/// <c>$setElementOrder</c> and <c>$retainKeys</c>.
/// </summary>
internal static class StrategicMergePatch
{
    private const string OrderPrefix = "$setElementOrder/";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";

    public static JsonObject Apply(JsonObject target, JsonObject patch, StructuralSchema schema)
    {
        switch (patch.Text("$patch"))
        {
            case "replace":
                var replaced = patch.Copy();
                replaced.Remove("$patch");
                return replaced;
            case "delete":
                return [];
            default:
                break;
        }

        RetainKeys(target, patch);
        foreach (var (key, value) in patch)
        {
            if (key is "$patch" or "$retainKeys" || key.StartsWith(OrderPrefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (key.StartsWith(DeletePrefix, StringComparison.Ordinal))
            {
                DeleteFrom(target, key[DeletePrefix.Length..], value as JsonArray);
            }
            else if (value is null)
            {
                target.Remove(key);
            }
            else
            {
                var before = target[key];
                var after = Merge(before, value, schema.Field(key));
                if (before is null || !ReferenceEquals(before, after))
                {
                    target[key] = after;
                }
            }
        }

        foreach (var (key, order) in patch)
        {
            if (key.StartsWith(OrderPrefix, StringComparison.Ordinal) && order is JsonArray wanted)
            {
                var name = key[OrderPrefix.Length..];
                Reorder(target, name, wanted, schema.Field(name).PatchMergeKey);
            }
        }

        return target;
    }

    private static JsonNode? Merge(JsonNode? before, JsonNode value, StructuralSchema schema) => (before, value) switch
    {
        (JsonObject map, JsonObject changes) => Apply(map, changes, schema),
        (_, JsonObject changes) => Apply([], changes, schema),
        (_, JsonArray items) when schema.PatchMergeKey is { } mergeKey => MergeList(before as JsonArray ?? [], items, mergeKey, schema),
        _ => value.DeepClone(),
    };

    private static JsonArray MergeList(JsonArray before, JsonArray items, string mergeKey, StructuralSchema schema)
    {
        if (items.Any(item => item is JsonObject { Count: 1 } && item.Text("$patch") == "replace"))
        {
            return JsonTree.ArrayOf(items.Where(item => item.Text("$patch") is null).Select(item => item?.DeepClone()));
        }

        foreach (var item in items)
        {
            if (mergeKey.Length == 0)
            {
                if (!before.Any(each => JsonTree.Same(each, item)))
                {
                    before.Add(item?.DeepClone());
                }

                continue;
            }

            if (item is not JsonObject change || !change.TryGetPropertyValue(mergeKey, out var key) || key is null)
            {
                throw Statuses.BadRequest($"map: {JsonTree.ToText(item)} does not contain declared merge key: {mergeKey}");
            }

            var at = before.Index().Where(each => JsonTree.Same(each.Item.At(mergeKey), key)).Select(each => each.Index).FirstOrDefault(-1);
            if (change.Text("$patch") == "delete")
            {
                if (at >= 0)
                {
                    before.RemoveAt(at);
                }
            }
            else if (at >= 0 && before[at] is JsonObject existing)
            {
                var after = Apply(existing, change, schema.Element);
                if (!ReferenceEquals(existing, after))
                {
                    before[at] = after;
                }
            }
            else
            {
                before.Add((JsonNode)Apply([], change, schema.Element));
            }
        }

        return before;
    }

    private static void RetainKeys(JsonObject target, JsonObject patch)
    {
        if (patch["$retainKeys"] is JsonArray retained)
        {
            var names = retained.Select(each => each.Text()).ToList();
            foreach (var key in target.Select(pair => pair.Key).Where(key => !names.Contains(key)).ToList())
            {
                target.Remove(key);
            }
        }
    }

    private static void DeleteFrom(JsonObject target, string field, JsonArray? values)
    {
        if (target[field] is JsonArray list)
        {
            target[field] = JsonTree.ArrayOf(list.Where(item => values?.Any(value => JsonTree.Same(value, item)) != true).Select(item => item?.DeepClone()));
        }
    }

    /// <summary>Items that the order names come in its order; the others keep their place behind the neighbour that they followed.</summary>
    private static void Reorder(JsonObject target, string field, JsonArray order, string? mergeKey)
    {
        if (target[field] is not JsonArray list || mergeKey is null)
        {
            return;
        }

        JsonNode? KeyOf(JsonNode? item) => mergeKey.Length == 0 ? item : item.At(mergeKey);
        int Rank(JsonNode? item) => order.Index().Where(each => JsonTree.Same(KeyOf(each.Item), KeyOf(item))).Select(each => each.Index).FirstOrDefault(-1);
        var last = -1;
        var ranked = list.Select(item => (Item: item, Rank: Rank(item) is >= 0 and var rank ? last = rank : last)).ToList();
        target[field] = JsonTree.ArrayOf(ranked.OrderBy(each => each.Rank).Select(each => each.Item?.DeepClone()));
    }
}

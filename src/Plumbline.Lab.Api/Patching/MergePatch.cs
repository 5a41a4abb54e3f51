using System.Text.Json.Nodes;

namespace Plumbline.Lab.Api.Patching;

/// <summary>RFC 7396.</summary>
internal static class MergePatch
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target is JsonObject map ? map : [];
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                result.Remove(key);
            }
            else
            {
                var before = result[key];
                var after = Apply(before, value);
                if (before is null || !ReferenceEquals(before, after))
                {
                    result[key] = after;
                }
            }
        }

        return result;
    }
}

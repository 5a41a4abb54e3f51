using System.Text.Json.Nodes;

namespace Plumbline.Deploy.Tests.Rendering;

/// <summary>Two JSON trees side by side.</summary>
internal static class Comparison
{
    /// <summary>A line a difference: where, and what either side has. The order of keys does not count, that of lists does.</summary>
    public static IEnumerable<string> Differences(string path, JsonNode? left, JsonNode? right)
    {
        switch (left, right)
        {
            case (JsonObject a, JsonObject b):
                return a.Select(p => p.Key).Union(b.Select(p => p.Key)).Order(StringComparer.Ordinal).SelectMany(key => Differences($"{path}.{key}", a[key], b[key]));
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                return a.Zip(b).SelectMany((pair, i) => Differences($"{path}[{i}]", pair.First, pair.Second));
            default:
                return JsonNode.DeepEquals(left, right) ? [] : [$"{path}: {Text(left)} | {Text(right)}"];
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
}

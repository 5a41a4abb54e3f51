using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Patching;

/// <summary>RFC 6902.</summary>
internal static class JsonPatch
{
    /// <exception cref="ApiStatusException">422 when an operation does not apply (a failed test, a missing path), 400 when it is none.</exception>
    public static JsonNode? Apply(JsonNode? target, JsonArray operations)
    {
        foreach (var operation in operations)
        {
            var path = Pointer(operation.Text("path") ?? throw Statuses.BadRequest("a JSON patch operation needs a path"));
            target = operation.Text("op") switch
            {
                "add" => Add(target, path, Value(operation)),
                "remove" => Remove(target, path).Target,
                "replace" => path.Length == 0 ? Value(operation) : Add(Remove(target, path).Target, path, Value(operation)),
                "test" => Test(target, path, Value(operation)),
                "copy" => Add(target, path, Find(target, From(operation))?.DeepClone()),
                "move" => Move(target, From(operation), path),
                var other => throw Statuses.BadRequest($"unknown JSON patch operation '{other}'"),
            };
        }

        return target;
    }

    private static string[] From(JsonNode? operation) => Pointer(operation.Text("from") ?? throw Statuses.BadRequest("this JSON patch operation needs a from"));

    private static JsonNode? Value(JsonNode? operation) => operation is JsonObject map && map.ContainsKey("value")
        ? map["value"]?.DeepClone()
        : throw Statuses.BadRequest("this JSON patch operation needs a value");

    private static string[] Pointer(string text) => text switch
    {
        "" => [],
        ['/', ..] => [.. text[1..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))],
        _ => throw Statuses.BadRequest($"'{text}' is no JSON pointer: it must be empty or begin with '/'"),
    };

    private static JsonNode? Find(JsonNode? target, ReadOnlySpan<string> path)
    {
        foreach (var part in path)
        {
            target = target switch
            {
                JsonObject map when map.ContainsKey(part) => map[part],
                JsonArray list when Index(part, list.Count) is { } index => list[index],
                _ => throw Missing(part),
            };
        }

        return target;
    }

    private static JsonNode? Add(JsonNode? target, string[] path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            return value;
        }

        switch (Find(target, path.AsSpan(..^1)))
        {
            case JsonObject map:
                map[path[^1]] = value;
                break;
            case JsonArray list when path[^1] == "-":
                list.Add(value);
                break;
            case JsonArray list when Index(path[^1], list.Count + 1) is { } index:
                list.Insert(index, value);
                break;
            default:
                throw Missing(path[^1]);
        }

        return target;
    }

    private static (JsonNode? Target, JsonNode? Removed) Remove(JsonNode? target, string[] path)
    {
        if (path.Length == 0)
        {
            return (null, target);
        }

        var removed = Find(target, path);
        if (Find(target, path.AsSpan(..^1)) is JsonObject map)
        {
            map.Remove(path[^1]);
        }
        else if (Find(target, path.AsSpan(..^1)) is JsonArray list)
        {
            list.RemoveAt(Index(path[^1], list.Count)!.Value);
        }

        return (target, removed);
    }

    private static JsonNode? Move(JsonNode? target, string[] from, string[] to)
    {
        var (rest, moved) = Remove(target, from);
        return Add(rest, to, moved);
    }

    private static JsonNode? Test(JsonNode? target, string[] path, JsonNode? value) => JsonTree.Same(Find(target, path), value)
        ? target
        : throw Unprocessable($"testing path '/{string.Join('/', path)}' failed");

    private static int? Index(string part, int count) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < count ? index : null;

    private static ApiStatusException Missing(string part) => Unprocessable($"the path does not exist at '{part}'");

    private static ApiStatusException Unprocessable(string why) => new(422, "Invalid", $"the server rejected our request due to an error in our request: {why}");
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Plumbline.Api.Tests;

/// <summary>What our schemas use of OpenAPI: enough to hold samples to them without an API server. Rules (CEL) are left to a real one.</summary>
internal static class SchemaValidator
{
    public static IReadOnlyList<string> Validate(JsonObject schema, JsonNode? value, string path = "")
    {
        var problems = new List<string>();
        Check(schema, value, path, problems);
        return problems;
    }

    private static void Check(JsonObject schema, JsonNode? value, string path, List<string> problems)
    {
        switch ((string?)schema["type"])
        {
            case "object" when value is JsonObject map:
                CheckObject(schema, map, path, problems);
                break;
            case "array" when value is JsonArray list:
                CheckArray(schema, list, path, problems);
                break;
            case "string" when value?.GetValueKind() == JsonValueKind.String:
                CheckString(schema, (string)value!, path, problems);
                break;
            case "integer" when value?.GetValueKind() == JsonValueKind.Number && double.IsInteger(Number(value)):
            case "number" when value?.GetValueKind() == JsonValueKind.Number:
                CheckNumber(schema, Number(value), path, problems);
                break;
            case "boolean" when value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                break;
            case var type:
                problems.Add($"{path}: must be of type {type}");
                break;
        }
    }

    private static void CheckObject(JsonObject schema, JsonObject map, string path, List<string> problems)
    {
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            if (!map.ContainsKey((string)required!))
                problems.Add($"{path}.{required}: is required");
        }

        var properties = schema["properties"]?.AsObject();
        foreach (var (name, value) in map)
        {
            if (path == "" && name == "metadata")
                continue;

            if ((properties?[name] ?? schema["additionalProperties"]) is JsonObject inner)
                Check(inner, value, $"{path}.{name}", problems);
            else
                problems.Add($"{path}.{name}: is unknown");
        }
    }

    private static void CheckArray(JsonObject schema, JsonArray list, string path, List<string> problems)
    {
        if (list.Count > (int?)schema["maxItems"] || list.Count < (int?)schema["minItems"])
            problems.Add($"{path}: has {list.Count} items");

        var keys = schema["x-kubernetes-list-map-keys"]?.AsArray().Select(k => (string)k!).ToList();
        var identities = list.Select(item => keys is null ? item?.ToJsonString() : string.Join('|', keys.Select(k => item?[k]?.ToJsonString()))).ToList();
        if ((string?)schema["x-kubernetes-list-type"] != "atomic" && identities.Distinct().Count() != identities.Count)
            problems.Add($"{path}: has duplicates");

        foreach (var (index, item) in list.Index())
            Check(schema["items"]!.AsObject(), item, $"{path}[{index}]", problems);
    }

    private static void CheckString(JsonObject schema, string text, string path, List<string> problems)
    {
        if (text.Length > (int?)schema["maxLength"] || text.Length < (int?)schema["minLength"])
            problems.Add($"{path}: has {text.Length} characters");

        if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch(text, pattern))
            problems.Add($"{path}: '{text}' does not match {pattern}");

        if (schema["enum"] is JsonArray allowed && !allowed.Any(a => (string?)a == text))
            problems.Add($"{path}: '{text}' is not supported");
    }

    private static void CheckNumber(JsonObject schema, double number, string path, List<string> problems)
    {
        if (schema["minimum"] is { } minimum && number < Number(minimum) || schema["maximum"] is { } maximum && number > Number(maximum))
            problems.Add($"{path}: {number.ToString(CultureInfo.InvariantCulture)} is out of bounds");
    }

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}

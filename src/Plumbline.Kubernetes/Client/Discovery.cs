using System.Text.Json;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Client;

/// <summary>Reads APIGroupList and APIResourceList. What is not as it should be is not there.</summary>
internal static class Discovery
{
    public static bool HasVersion(JsonElement groups, ApiKind kind) => Items(groups, "groups").Any(g => Text(g, "name") == kind.Group && Items(g, "versions").Any(v => Text(v, "version") == kind.Version));

    public static bool HasKind(JsonElement resources, ApiKind kind) => Items(resources, "resources").Any(r => Text(r, "name") == kind.Plural);

    private static JsonElement.ArrayEnumerator Items(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}

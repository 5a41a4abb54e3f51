using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Plumbline.Api.Tests.Docs;

/// <summary>Writes docs/reference.md from the CRDs, so that a field cannot be there without its page.</summary>
internal static class ReferencePage
{
    private const string Opening =
        """
        # Reference of the custom resources

        `plumbline.dev/v1alpha1`, all namespaced. This page is written from [`deploy/crds`](../deploy/crds); a test holds it to them. `kubectl explain connection.spec` says the same.
        Full examples are in [`deploy/samples`](../deploy/samples). `[]` stands for each entry of a list. A field without a default that is not required is optional, and missing means what its text says.

        """;

    // YAML of a condition is the same everywhere: one table instead of nine rows in each kind.
    private const string Conditions = "status.conditions[]";

    public static string Render()
    {
        var page = new StringBuilder(Opening).AppendLine();
        foreach (var plural in (string[])["connectionmaps", "components", "connections"])
        {
            var definition = Manifests.Definition(plural);
            var names = definition["spec"]!["names"]!;
            var schema = Manifests.Schema(plural);
            page.AppendLine(CultureInfo.InvariantCulture, $"## {names["kind"]}").AppendLine();
            page.AppendLine(CultureInfo.InvariantCulture, $"{Text(schema["description"])} Short name: `{names["shortNames"]![0]}`.").AppendLine();
            Rules(page, schema);
            Table(page, schema, "spec");
            Table(page, schema, "status");
        }

        page.AppendLine("## Conditions").AppendLine();
        page.AppendLine("Each entry of `status.conditions` has these fields.").AppendLine();
        Header(page);
        var condition = Manifests.Schema("connections")["properties"]!["status"]!["properties"]!["conditions"]!["items"]!.AsObject();
        Fields(page, condition, "");
        return page.ToString().TrimEnd() + "\n";
    }

    private static void Table(StringBuilder page, JsonObject schema, string part)
    {
        page.AppendLine(CultureInfo.InvariantCulture, $"### {part} of a {KindOf(schema)}").AppendLine();
        Header(page);
        Fields(page, schema["properties"]![part]!.AsObject(), part);
        page.AppendLine();
    }

    private static string KindOf(JsonObject schema) => Text(schema["properties"]!["kind"]!["description"]).TrimEnd('.');

    private static void Header(StringBuilder page) => page.AppendLine("| Field | Type | Default | Effect |").AppendLine("| --- | --- | --- | --- |");

    private static void Fields(StringBuilder page, JsonObject parent, string path)
    {
        var required = parent["required"]?.AsArray().Select(r => (string)r!).ToHashSet() ?? [];
        foreach (var (name, node) in parent["properties"]?.AsObject() ?? [])
        {
            var field = node!.AsObject();
            var here = path.Length == 0 ? name : $"{path}.{name}";
            var value = field["default"] is { } set ? $"`{set.ToJsonString()}`" : required.Contains(name) ? "required" : "";
            page.AppendLine(CultureInfo.InvariantCulture, $"| `{here}` | {TypeOf(field)} | {value} | {Text(field["description"])}{Messages(field)} |");
            var item = field["items"]?.AsObject();
            if ($"{here}[]" != Conditions && (item ?? field) is { } inner)
                Fields(page, inner, item is null ? here : $"{here}[]");
        }
    }

    private static void Rules(StringBuilder page, JsonObject schema)
    {
        foreach (var rule in schema["x-kubernetes-validations"]?.AsArray() ?? [])
            page.AppendLine(CultureInfo.InvariantCulture, $"Rule: {Text(rule!["message"])}.").AppendLine();
    }

    private static string Messages(JsonObject field)
    {
        var item = field["items"]?["x-kubernetes-validations"]?.AsArray() ?? [];
        var rules = (field["x-kubernetes-validations"]?.AsArray() ?? []).Concat(item).Select(r => Text(r!["message"])).ToList();
        return rules.Count == 0 ? "" : $" Rule: {string.Join("; ", rules)}.";
    }

    private static string TypeOf(JsonObject field)
    {
        var type = (string)field["type"]!;
        var words = new List<string>
        {
            field["enum"] is JsonArray values ? string.Join(", ", values.Select(v => $"`{v}`"))
                : type == "array" ? $"list of {Plural(field["items"]!.AsObject())}"
                : field["additionalProperties"] is JsonObject map ? $"map of {Plural(map)}"
                : (string?)field["format"] == "date-time" ? "time" : type,
        };
        if (Range(field, "minimum", "maximum") is { } range)
            words.Add(range);
        if (field["maxLength"] is { } characters)
            words.Add($"at most {characters} characters");
        if (field["maxItems"] is { } items)
            words.Add($"at most {items}");
        return string.Join(", ", words);
    }

    private static string Plural(JsonObject items) =>
        items["enum"] is JsonArray values ? string.Join(", ", values.Select(v => $"`{v}`")) : $"{items["type"]}s{(Range(items, "minimum", "maximum") is { } r ? $", {r}" : "")}";

    private static string? Range(JsonObject field, string low, string high) => (field[low], field[high]) switch
    {
        (null, null) => null,
        ({ } from, null) => $"at least {from}",
        (null, { } to) => $"at most {to}",
        ({ } from, { } to) => $"{from} to {to}",
    };

    private static string Text(JsonNode? text) => ((string?)text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Plumbline.Import.Files;

/// <summary>
/// Writes manifests as YAML in the order of their fields. Text is quoted (as JSON, which YAML includes) wherever a reader of YAML could take it for anything else:
/// an unquoted id 15 would reach the API as a number.
/// </summary>
public static partial class ManifestYaml
{
    /// <param name="comments">Lines above a manifest or an item of a list, by its object.</param>
    public static string Write(IEnumerable<JsonObject> manifests, IReadOnlyDictionary<JsonNode, IReadOnlyList<string>>? comments = null)
    {
        var yaml = new StringBuilder();
        foreach (var manifest in manifests)
        {
            yaml.Append("---\n");
            Comments(yaml, manifest, 0, comments);
            Fields(yaml, manifest, 0, comments);
        }

        return yaml.ToString();
    }

    /// <summary>A text as YAML that can only be read as that text.</summary>
    public static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static void Fields(StringBuilder yaml, JsonObject json, int depth, IReadOnlyDictionary<JsonNode, IReadOnlyList<string>>? comments)
    {
        var first = true;
        foreach (var (name, value) in json)
        {
            // the first field of a list's item stands behind its dash
            if (!first || depth == 0 || yaml[^1] == '\n')
                yaml.Append(' ', depth);
            first = false;
            yaml.Append(Scalar(name)).Append(':');
            Value(yaml, value, depth, comments);
        }
    }

    private static void Value(StringBuilder yaml, JsonNode? value, int depth, IReadOnlyDictionary<JsonNode, IReadOnlyList<string>>? comments)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } json:
                yaml.Append('\n');
                Fields(yaml, json, depth + 2, comments);
                break;
            case JsonArray array when array.Any(i => i is JsonObject or JsonArray):
                yaml.Append('\n');
                foreach (var item in array)
                    Item(yaml, item, depth, comments);
                break;
            case JsonArray array:
                yaml.Append(" [").AppendJoin(", ", array.Select(Inline)).Append("]\n");
                break;
            default:
                yaml.Append(' ').Append(Inline(value)).Append('\n');
                break;
        }
    }

    private static void Item(StringBuilder yaml, JsonNode? item, int depth, IReadOnlyDictionary<JsonNode, IReadOnlyList<string>>? comments)
    {
        if (item is not null)
            Comments(yaml, item, depth, comments);
        yaml.Append(' ', depth).Append("- ");
        if (item is JsonObject { Count: > 0 } json)
            Fields(yaml, json, depth + 2, comments);
        else
            yaml.Append(Inline(item)).Append('\n');
    }

    private static void Comments(StringBuilder yaml, JsonNode node, int depth, IReadOnlyDictionary<JsonNode, IReadOnlyList<string>>? comments)
    {
        foreach (var line in comments?.GetValueOrDefault(node) ?? [])
            yaml.Append(' ', depth).Append("# ").Append(OneLine(line)).Append('\n');
    }

    private static string Inline(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray array => $"[{string.Join(", ", array.Select(Inline))}]",
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => Scalar(scalar.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Scalar(string text) =>
        Plain().IsMatch(text) && !Keyword().IsMatch(text) ? text : Quoted(text);

    /// <summary>A comment ends with its line, whatever it quotes.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    // words of letters, digits and harmless marks, beginning with a letter and with no blank at an end; '$' would let a line feed through
    [GeneratedRegex(@"^[A-Za-z](?:[A-Za-z0-9_./()+-]| (?=[A-Za-z0-9(]))*\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(?:true|false|null|yes|no|on|off|y|n)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Keyword();
}

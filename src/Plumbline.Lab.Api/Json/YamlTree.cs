using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Lab.Api.Json;

/// <summary>One YAML document to a tree and back, with the scalars that kube-apiserver's reader knows: booleans are those of YAML 1.1, as keys too.</summary>
internal static class YamlTree
{
    private const int MaxDepth = 64;

    /// <summary>Aliases are expanded, so a small document can grow without bound.</summary>
    private const int MaxNodes = 200_000;

    /// <exception cref="JsonException">The text is not one YAML document that JSON can express; the message names line and column.</exception>
    public static JsonNode? Parse(string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            return stream.Documents.Count switch
            {
                0 => null,
                1 => Convert(stream.Documents[0].RootNode, 0, new Budget { Nodes = MaxNodes }),
                var more => throw new JsonException($"expected one YAML document, got {more}"),
            };
        }
        catch (Exception failure) when (failure is YamlException or InvalidOperationException or ArgumentException)
        {
            // At some malformed text ("a: [b") YamlDotNet throws other than its own, without a line.
            var line = failure is YamlException at ? at.Start.Line : 1;
            throw new JsonException($"error converting YAML to JSON: yaml: line {line}: {failure.Message}", failure);
        }
    }

    public static string Write(JsonNode? node)
    {
        var stream = new YamlStream(new YamlDocument(ToYaml(node)));
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        stream.Save(writer, assignAnchors: false);
        // the stream ends a document with the "..." marker, which kubectl's readers take for content of the next one
        var text = writer.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    private sealed class Budget
    {
        public int Nodes { get; set; }
    }

    private static JsonNode? Convert(YamlNode node, int depth, Budget budget)
    {
        if (depth > MaxDepth || --budget.Nodes < 0)
        {
            throw new JsonException($"line {node.Start.Line}: nested deeper than {MaxDepth} or expands to more than {MaxNodes} nodes");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var map = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    map[key is YamlScalarNode name ? Key(name) : throw new JsonException($"line {key.Start.Line}: a key must be a scalar")] = Convert(value, depth + 1, budget);
                }

                return map;
            case YamlSequenceNode sequence:
                return JsonTree.ArrayOf(sequence.Children.Select(child => Convert(child, depth + 1, budget)));
            case YamlScalarNode scalar:
                return Scalar(scalar);
            default:
                throw new JsonException($"line {node.Start.Line}: unsupported YAML node");
        }
    }

    private static string Key(YamlScalarNode key) => Scalar(key) is { } value && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? JsonTree.ToText(value) : key.Value ?? "";

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        return scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) ? JsonValue.Create(text) : PlainScalar(text);
    }

    private static JsonValue? PlainScalar(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
        "false" or "False" or "FALSE" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
        _ when !LooksNumeric(text) => JsonValue.Create(text),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => JsonValue.Create(integer),
        _ when text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) =>
            JsonValue.Create(hex),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    private static bool LooksNumeric(string text) => char.IsAsciiDigit(text[0]) || (text.Length > 1 && text[0] is '-' or '+' or '.' && (char.IsAsciiDigit(text[1]) || text[1] == '.'));

    private static YamlNode ToYaml(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return new YamlScalarNode("null");
            case JsonObject map:
                var mapping = new YamlMappingNode();
                foreach (var (key, value) in map)
                {
                    mapping.Add(ToYaml(JsonValue.Create(key)), ToYaml(value));
                }

                return mapping;
            case JsonArray array:
                return new YamlSequenceNode(array.Select(ToYaml));
            default:
                if (node.Text() is not { } text)
                {
                    return new YamlScalarNode(JsonTree.ToText(node));
                }

                var ambiguous = text.Length == 0 || PlainScalar(text)?.GetValueKind() != JsonValueKind.String;
                return new YamlScalarNode(text) { Style = ambiguous ? ScalarStyle.DoubleQuoted : ScalarStyle.Any };
        }
    }
}

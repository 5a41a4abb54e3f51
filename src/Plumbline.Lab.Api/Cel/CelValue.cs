using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Cel;

/// <summary>A value that may be absent, as <c>self.?field</c> yields it.</summary>
internal sealed record CelOptional(bool HasValue, object? Value)
{
    public static readonly CelOptional None = new(false, null);
}

/// <summary>
/// Values are plain: <c>null</c>, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, <see cref="DateTimeOffset"/>, <see cref="TimeSpan"/>,
/// lists, maps with string keys, <see cref="CelOptional"/>.
/// </summary>
internal static class CelValue
{
    private static readonly string[] Escaped =
    [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    ];

    /// <summary>A value as its schema types it; declared fields get the names that rules know them by.</summary>
    public static object? Of(JsonNode? node, StructuralSchema schema)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject map:
                return map.ToDictionary(
                    pair => schema.Properties.ContainsKey(pair.Key) ? Escape(pair.Key) : pair.Key,
                    pair => Of(pair.Value, schema.Field(pair.Key)),
                    StringComparer.Ordinal);
            case JsonArray array:
                return array.Select(item => Of(item, schema.Element)).ToList();
            default:
                return Scalar(node, schema);
        }
    }

    /// <summary>The name of a property in a rule: reserved words are fenced, signs are spelled out (kube-apiserver's escaping).</summary>
    public static string Escape(string property) => Escaped.Contains(property)
        ? $"__{property}__"
        : property.Replace("__", "__underscores__", StringComparison.Ordinal).Replace(".", "__dot__", StringComparison.Ordinal)
            .Replace("-", "__dash__", StringComparison.Ordinal).Replace("/", "__slash__", StringComparison.Ordinal);

    public static bool Same(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (long a, double b) => a == b,
        (double a, long b) => a == b,
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) =>
            a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && Same(pair.Value, value)),
        (CelOptional a, CelOptional b) => a.HasValue == b.HasValue && Same(a.Value, b.Value),
        _ => Equals(one, other),
    };

    public static int Compare(object? one, object? other, string op) => (one, other) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, long b) => a.CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        _ => throw NoOverload(op, one, other),
    };

    public static string TypeName(object? value) => value switch
    {
        null => "null_type",
        bool => "bool",
        long => "int",
        double => "double",
        string => "string",
        DateTimeOffset => "google.protobuf.Timestamp",
        TimeSpan => "google.protobuf.Duration",
        IReadOnlyList<object?> => "list",
        IReadOnlyDictionary<string, object?> => "map",
        CelOptional => "optional_type",
        _ => value.GetType().Name,
    };

    public static CelEvaluationException NoOverload(string function, params ReadOnlySpan<object?> arguments)
    {
        var names = new List<string>();
        foreach (var argument in arguments)
        {
            names.Add(TypeName(argument));
        }

        return new CelEvaluationException($"no such overload: {function}({string.Join(", ", names)})");
    }

    private static object? Scalar(JsonNode node, StructuralSchema schema)
    {
        if (node.Text() is { } text)
        {
            return schema.Constraints.Format switch
            {
                "date-time" or "date" when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
                "duration" when CelFunctions.TryDuration(text, out var duration) => duration,
                _ => text,
            };
        }

        return node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            // boxed one by one: a conditional over both would make every integer a double
            _ when node.Number() is { } integer && schema.Type != "number" => (object)integer,
            _ => node.Real(),
        };
    }
}

using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Schema;

/// <summary>One field that keeps an object from being stored. <paramref name="Reason"/> is the machine word of the cause (<c>FieldValueInvalid</c> …).</summary>
internal sealed record FieldError(string Path, string Reason, string Text)
{
    public static FieldError Required(string path, string? detail = null) => new(path, "FieldValueRequired", string.IsNullOrEmpty(detail) ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string path, JsonNode? value, string detail) => new(path, "FieldValueInvalid", $"Invalid value: {Show(value)}: {detail}");

    public static FieldError TypeInvalid(string path, JsonNode? value, string detail) =>
        new(path, "FieldValueTypeInvalid", $"Invalid value: \"{TypeName(value)}\": {detail}: \"{TypeName(value)}\"");

    /// <summary>Of a number kube-apiserver says it in other words, and of no field.</summary>
    public static FieldError FormatInvalid(string path, JsonNode value, string format) => value.Number() is null
        ? new(path, "FieldValueTypeInvalid", $"Invalid value: {Show(value)}: {path} in body must be of type {format}: {Show(value)}")
        : new("", "FieldValueInvalid", $"Invalid value: \"\": Checked value must be of type integer with format {format} in {path}");

    public static FieldError RuleFailed(string path, string reason, JsonNode? value, string detail) => new(path, reason, reason switch
    {
        "FieldValueForbidden" => $"Forbidden: {detail}",
        "FieldValueRequired" => $"Required value: {detail}",
        "FieldValueDuplicate" => $"Duplicate value: {Show(value)}",
        _ => value is JsonValue ? $"Invalid value: {Show(value)}: {detail}" : $"Invalid value: {detail}",
    });

    public static FieldError NotSupported(string path, JsonNode? value, IEnumerable<JsonNode?> supported) =>
        new(path, "FieldValueNotSupported", $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(Show))}");

    public static FieldError Duplicate(string path, JsonNode? value) => new(path, "FieldValueDuplicate", $"Duplicate value: {Show(value)}");

    public static FieldError TooMany(string path, int count, long most) =>
        new(path, "FieldValueTooMany", $"Too many: {count}: must have at most {most} {(most == 1 ? "item" : "items")}");

    public static FieldError TooLong(string path, long most) => new(path, "FieldValueTooLong", $"Too long: may not be more than {most} bytes");

    public static FieldError Forbidden(string path, string detail) => new(path, "FieldValueForbidden", $"Forbidden: {detail}");

    public static string TypeName(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
            _ => value.Number() is null ? "number" : "integer",
        },
    };

    /// <summary>As Go's JSON decoder calls it.</summary>
    public static string GoTypeName(JsonNode? value) => TypeName(value) switch { "integer" => "number", "boolean" => "bool", var name => name };

    public override string ToString() => Path.Length == 0 ? $"<nil>: {Text}" : $"{Path}: {Text}";

    public JsonObject ToCause() => new() { ["reason"] = Reason, ["message"] = Text, ["field"] = Path.Length == 0 ? "<nil>" : Path };

    private static string Show(JsonNode? value)
    {
        var text = JsonTree.ToText(value);
        return text.Length <= 256 ? text : string.Concat(text.AsSpan(0, 256), "...");
    }
}

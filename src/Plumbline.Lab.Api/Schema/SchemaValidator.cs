using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Schema;

/// <summary>Checks a value against a structural schema; reports every violation, in kube-apiserver's words. CEL rules run only on values of the right shape.</summary>
internal static class SchemaValidator
{
    /// <summary>What makes the rules pointless: they would fail on shapes they do not expect, or cost too much.</summary>
    private static readonly string[] Blocking = ["FieldValueRequired", "FieldValueNotSupported", "FieldValueTypeInvalid", "FieldValueTooLong", "FieldValueTooMany"];

    public static IReadOnlyList<FieldError> Validate(JsonNode? value, JsonNode? old, StructuralSchema schema, string path)
    {
        var errors = new List<FieldError>();
        Check(value, schema, path, errors);
        if (!errors.Any(error => Blocking.Contains(error.Reason)))
        {
            CheckRules(value, old, schema, path, errors);
        }
        else if (schema.HasRules)
        {
            errors.Add(FieldError.Invalid("", null, "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"));
        }

        return errors;
    }

    /// <summary>The first value of another type than its field's, without looking at anything else.</summary>
    public static (string Path, string Got, string Wanted)? WrongType(JsonNode? value, StructuralSchema schema, string path = "")
    {
        if (value is null)
        {
            return null;
        }

        if (!HasType(value, schema))
        {
            return (path, FieldError.GoTypeName(value), GoType(schema));
        }

        return value switch
        {
            JsonObject map => map
                .Select(pair => schema.Property(pair.Key) is { } property ? WrongType(pair.Value, property, schema.IsMapOfValues ? path : Join(path, pair.Key)) : null)
                .FirstOrDefault(wrong => wrong is not null),
            JsonArray list when schema.Items is { } items => list.Select(item => WrongType(item, items, path)).FirstOrDefault(wrong => wrong is not null),
            _ => null,
        };
    }

    /// <summary>As Go's JSON decoder calls the field's type; what type an object has is not known here.</summary>
    private static string GoType(StructuralSchema schema) => schema switch
    {
        { IntOrString: true } => "intstr.IntOrString",
        { Type: "object", AdditionalProperties: { } values } => $"map[string]{GoType(values)}",
        { Type: "array", Items: { } items } => $"[]{GoType(items)}",
        { Type: "boolean" } => "bool",
        { Type: "integer", Constraints.Format: { Length: > 0 } format } => format,
        _ => schema.Type,
    };

    private static void Check(JsonNode? value, StructuralSchema schema, string path, List<FieldError> errors)
    {
        if (value is null)
        {
            if (!schema.Nullable && schema.Type.Length > 0)
            {
                errors.Add(FieldError.TypeInvalid(path, null, $"{path} in body must be of type {schema.Type}"));
            }

            return;
        }

        if (!HasType(value, schema))
        {
            errors.Add(FieldError.TypeInvalid(path, value, $"{path} in body must be of type {(schema.IntOrString ? "integer,string" : schema.Type)}"));
            return;
        }

        switch (value)
        {
            case JsonObject map:
                CheckObject(map, schema, path, errors);
                break;
            case JsonArray array:
                CheckArray(array, schema, path, errors);
                break;
            default:
                CheckScalar(value, schema.Constraints, path, errors);
                break;
        }

        CheckAlternatives(value, schema.Constraints, path, errors);
    }

    public static bool HasWrongType(JsonNode value, StructuralSchema schema) => !HasType(value, schema);

    private static bool HasType(JsonNode value, StructuralSchema schema) => schema.IntOrString
        ? value.Text() is not null || value.Number() is not null
        : schema.Type switch
        {
            "" => true,
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "string" => value.Text() is not null,
            "boolean" => value.Flag() is not null,
            "integer" => value.Number() is not null || (value.GetValueKind() == JsonValueKind.Number && double.IsInteger(value.Real()!.Value)),
            "number" => value.GetValueKind() == JsonValueKind.Number,
            _ => true,
        };

    private static void CheckObject(JsonObject map, StructuralSchema schema, string path, List<FieldError> errors)
    {
        foreach (var required in schema.Required)
        {
            if (!map.ContainsKey(required))
            {
                errors.Add(FieldError.Required(Join(path, required)));
            }
        }

        if (schema.Constraints.MinProperties is { } least && map.Count < least)
        {
            errors.Add(FieldError.Invalid(path, map.Count, $"{path} in body should have at least {least} properties"));
        }

        if (schema.Constraints.MaxProperties is { } most && map.Count > most)
        {
            errors.Add(FieldError.TooMany(path, map.Count, most));
        }

        foreach (var (key, value) in map)
        {
            if (schema.Property(key) is { } property)
            {
                Check(value, property, Join(path, key), errors);
            }
        }
    }

    private static void CheckArray(JsonArray array, StructuralSchema schema, string path, List<FieldError> errors)
    {
        if (schema.Constraints.MinItems is { } least && array.Count < least)
        {
            errors.Add(FieldError.Invalid(path, array.Count, $"{path} in body should have at least {least} items"));
        }

        if (schema.Constraints.MaxItems is { } most && array.Count > most)
        {
            errors.Add(FieldError.TooMany(path, array.Count, most));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            if (schema.Items is { } items)
            {
                Check(array[i], items, $"{path}[{i}]", errors);
            }

            var identity = Identity(array[i], schema);
            if (identity is not null && !seen.Add(JsonTree.ToText(identity)))
            {
                errors.Add(FieldError.Duplicate($"{path}[{i}]", identity));
            }
        }
    }

    private static JsonNode? Identity(JsonNode? item, StructuralSchema schema) => schema.ListKind switch
    {
        ListKind.Set => item,
        ListKind.Map when item is JsonObject map => new JsonObject(
            schema.ListMapKeys.Where(map.ContainsKey).Select(key => KeyValuePair.Create(key, map[key]?.DeepClone()))),
        _ => schema.Constraints.UniqueItems ? item : null,
    };

    private static void CheckScalar(JsonNode value, ValueConstraints constraints, string path, List<FieldError> errors)
    {
        if (constraints.Enum is { } allowed && !allowed.Any(each => JsonTree.Same(each, value)))
        {
            errors.Add(FieldError.NotSupported(path, value, allowed));
        }

        if (value.GetValueKind() == JsonValueKind.Number)
        {
            CheckNumber(value.Real()!.Value, value, constraints, path, errors);
        }

        if (value.Text() is { } text)
        {
            var length = text.EnumerateRunes().Count();
            if (constraints.MinLength is { } least && length < least)
            {
                errors.Add(FieldError.Invalid(path, value, $"{path} in body should be at least {least} chars long"));
            }

            if (constraints.MaxLength is { } most && length > most)
            {
                errors.Add(FieldError.TooLong(path, most));
            }

            if (constraints.Pattern is { } pattern && !pattern.IsMatch(text))
            {
                errors.Add(FieldError.Invalid(path, value, $"{path} in body should match '{pattern}'"));
            }
        }

        if (constraints.Format.Length > 0 && !Formats.Accepts(constraints.Format, value))
        {
            errors.Add(FieldError.FormatInvalid(path, value, constraints.Format));
        }
    }

    private static void CheckNumber(double number, JsonNode value, ValueConstraints constraints, string path, List<FieldError> errors)
    {
        if (constraints.Minimum is { } least && (number < least || (constraints.ExclusiveMinimum && number == least)))
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be greater than {(constraints.ExclusiveMinimum ? "" : "or equal to ")}{Show(least)}"));
        }

        if (constraints.Maximum is { } most && (number > most || (constraints.ExclusiveMaximum && number == most)))
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be less than {(constraints.ExclusiveMaximum ? "" : "or equal to ")}{Show(most)}"));
        }

        if (constraints.MultipleOf is { } unit && !double.IsInteger(number / unit))
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be a multiple of {Show(unit)}"));
        }
    }

    private static void CheckAlternatives(JsonNode value, ValueConstraints constraints, string path, List<FieldError> errors)
    {
        foreach (var schema in constraints.AllOf)
        {
            Check(value, schema, path, errors);
        }

        if (constraints.AnyOf.Count > 0 && !constraints.AnyOf.Any(schema => Holds(value, schema, path)))
        {
            errors.Add(FieldError.RuleFailed(path, "FieldValueInvalid", value, $"{path} in body must validate at least one schema (anyOf)"));
        }

        if (constraints.OneOf.Count > 0 && constraints.OneOf.Count(schema => Holds(value, schema, path)) != 1)
        {
            errors.Add(FieldError.RuleFailed(path, "FieldValueInvalid", value, $"{path} in body must validate one and only one schema (oneOf)"));
        }

        if (constraints.Not is { } not && Holds(value, not, path))
        {
            errors.Add(FieldError.RuleFailed(path, "FieldValueInvalid", value, $"{path} in body must not validate the schema (not)"));
        }
    }

    private static bool Holds(JsonNode value, StructuralSchema schema, string path)
    {
        var errors = new List<FieldError>();
        Check(value, schema, path, errors);
        return errors.Count == 0;
    }

    /// <summary>Old values are followed only where an item keeps its identity: map fields, and lists known by keys.</summary>
    private static void CheckRules(JsonNode? value, JsonNode? old, StructuralSchema schema, string path, List<FieldError> errors)
    {
        if (value is null)
        {
            return;
        }

        foreach (var rule in schema.Rules)
        {
            if (rule.Check(value, old, schema, path) is { } error)
            {
                errors.Add(error);
            }
        }

        if (value is JsonObject map)
        {
            foreach (var (key, child) in map)
            {
                if (schema.Property(key) is { } property)
                {
                    CheckRules(child, schema.IsAtomicMap ? null : old.At(key), property, Join(path, key), errors);
                }
            }
        }
        else if (value is JsonArray array && schema.Items is { } items)
        {
            for (var i = 0; i < array.Count; i++)
            {
                CheckRules(array[i], SameItem(array[i], old as JsonArray, schema), items, $"{path}[{i}]", errors);
            }
        }
    }

    private static JsonNode? SameItem(JsonNode? item, JsonArray? old, StructuralSchema schema) => schema.ListKind == ListKind.Map && old is not null
        ? old.FirstOrDefault(candidate => JsonTree.Same(Identity(candidate, schema), Identity(item, schema)))
        : null;

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static string Show(double number) => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}

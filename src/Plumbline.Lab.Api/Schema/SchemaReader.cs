using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Lab.Api.Cel;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Schema;

/// <summary>
/// <c>openAPIV3Schema</c> of a CRD to a <see cref="StructuralSchema"/>. What a schema asks for and this server could not enforce is an error, so that no
/// object is accepted here which a real API server would reject.
/// </summary>
internal sealed class SchemaReader
{
    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean"];

    private static readonly string[] Known =
    [
        "type", "description", "title", "properties", "additionalProperties", "items", "required", "default", "enum", "format", "pattern", "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
        "maxProperties", "uniqueItems", "nullable", "allOf", "anyOf", "oneOf", "not", "example", "externalDocs",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string", "x-kubernetes-embedded-resource", "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations",
    ];

    /// <summary>Words that the API has and that no structural schema may use.</summary>
    private static readonly string[] NotStructural = ["id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"];

    private readonly List<FieldError> _errors = [];

    private SchemaReader()
    {
    }

    public static (StructuralSchema Schema, IReadOnlyList<FieldError> Errors) Read(JsonObject source, string path)
    {
        var reader = new SchemaReader();
        var schema = reader.Node(source, path, isValueValidation: false, isRoot: true);
        if (schema.Type != "object")
        {
            reader._errors.Add(FieldError.Invalid($"{path}.type", schema.Type, "must be object at the root"));
        }

        return (schema, reader._errors);
    }

    /// <summary>Removes what is no word of a schema, as a typo is: it comes to nothing, and the client is told.</summary>
    public static void Prune(JsonNode? node, string path, List<string> unknown)
    {
        if (node is not JsonObject schema)
        {
            return;
        }

        foreach (var (key, value) in schema.ToList())
        {
            switch (key)
            {
                case "properties":
                    foreach (var (name, property) in value as JsonObject ?? [])
                    {
                        Prune(property, $"{path}.properties.{name}", unknown);
                    }

                    break;
                case "items" or "additionalProperties" or "not":
                    Prune(value, $"{path}.{key}", unknown);
                    break;
                case "allOf" or "anyOf" or "oneOf":
                    foreach (var (i, alternative) in (value as JsonArray ?? []).Index())
                    {
                        Prune(alternative, $"{path}.{key}[{i}]", unknown);
                    }

                    break;
                case var _ when !Known.Contains(key) && !NotStructural.Contains(key):
                    schema.Remove(key);
                    unknown.Add($"{path}.{key}");
                    break;
            }
        }
    }

    private StructuralSchema Node(JsonObject source, string path, bool isValueValidation, bool isRoot = false)
    {
        foreach (var (key, _) in source)
        {
            if (!Known.Contains(key))
            {
                _errors.Add(FieldError.Forbidden($"{path}.{key}", "is not supported in a structural schema"));
            }
        }

        var type = source.Text("type") ?? "";
        var preserve = source.Flag("x-kubernetes-preserve-unknown-fields") ?? false;
        var intOrString = source.Flag("x-kubernetes-int-or-string") ?? false;
        CheckType(source, path, isValueValidation, type, preserve, intOrString);
        var properties = source.Map("properties")?.ToDictionary(
            pair => pair.Key,
            pair => Child(pair.Value, $"{path}.properties[{pair.Key}]", isValueValidation),
            StringComparer.Ordinal) ?? [];
        var items = source.ContainsKey("items") ? Child(source["items"], $"{path}.items", isValueValidation) : null;
        var schema = new StructuralSchema
        {
            Type = type,
            Nullable = source.Flag("nullable") ?? false,
            IntOrString = intOrString,
            PreserveUnknownFields = preserve,
            EmbeddedResource = source.Flag("x-kubernetes-embedded-resource") ?? false,
            Properties = properties,
            AdditionalProperties = AdditionalProperties(source, path, isValueValidation, properties.Count),
            Items = items,
            Required = [.. source.Texts("required")],
            HasDefault = source.ContainsKey("default"),
            Default = source["default"],
            ListKind = ReadListKind(source, path, items),
            ListMapKeys = [.. source.Texts("x-kubernetes-list-map-keys")],
            IsAtomicMap = source.Text("x-kubernetes-map-type") == "atomic",
            Constraints = Constraints(source, path),
            Source = source,
        };
        schema = WithRules(schema, source, isRoot || schema.EmbeddedResource, path);
        CheckDefault(schema, path);
        return schema;
    }

    private void CheckType(JsonObject source, string path, bool isValueValidation, string type, bool preserve, bool intOrString)
    {
        if (type.Length == 0 && !isValueValidation && !preserve && !intOrString)
        {
            _errors.Add(FieldError.Required($"{path}.type", "must not be empty for specified object fields"));
        }
        else if (type.Length > 0 && !Types.Contains(type))
        {
            _errors.Add(FieldError.NotSupported($"{path}.type", type, Types.Select(each => (JsonNode?)each)));
        }

        if (type == "array" && source["items"] is null && !isValueValidation)
        {
            _errors.Add(FieldError.Required($"{path}.items", "must be specified"));
        }
    }

    private StructuralSchema Child(JsonNode? source, string path, bool isValueValidation)
    {
        if (source is JsonObject map)
        {
            return Node(map, path, isValueValidation);
        }

        _errors.Add(FieldError.Invalid(path, source, "must be a schema"));
        return StructuralSchema.Anything;
    }

    private StructuralSchema? AdditionalProperties(JsonObject source, string path, bool isValueValidation, int properties)
    {
        if (source["additionalProperties"] is not { } additional)
        {
            return null;
        }

        if (properties > 0)
        {
            _errors.Add(FieldError.Forbidden($"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"));
        }

        return additional.Flag() == true ? StructuralSchema.Anything : additional.Flag() == false ? null : Child(additional, $"{path}.additionalProperties", isValueValidation);
    }

    private ListKind ReadListKind(JsonObject source, string path, StructuralSchema? items)
    {
        var keys = source.Texts("x-kubernetes-list-map-keys").ToList();
        switch (source.Text("x-kubernetes-list-type"))
        {
            case "map":
                if (keys.Count == 0)
                {
                    _errors.Add(FieldError.Required($"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
                }

                foreach (var key in keys)
                {
                    if (items?.Properties.TryGetValue(key, out var property) != true)
                    {
                        _errors.Add(FieldError.Invalid($"{path}.x-kubernetes-list-map-keys", key, "entries must all be names of item properties"));
                    }
                    else if (!property!.HasDefault && !items.Required.Contains(key))
                    {
                        _errors.Add(FieldError.Required(
                            $"{path}.items.properties[{key}].default",
                            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
                    }
                }

                return ListKind.Map;
            case "set":
                return ListKind.Set;
            case null or "atomic":
                return ListKind.Atomic;
            case var other:
                _errors.Add(FieldError.NotSupported($"{path}.x-kubernetes-list-type", other, ["atomic", "map", "set"]));
                return ListKind.Atomic;
        }
    }

    private ValueConstraints Constraints(JsonObject source, string path) => new()
    {
        Enum = source.Items("enum")?.ToList(),
        Format = source.Text("format") ?? "",
        Pattern = Pattern(source, path),
        Minimum = source["minimum"].Real(),
        Maximum = source["maximum"].Real(),
        ExclusiveMinimum = source.Flag("exclusiveMinimum") ?? false,
        ExclusiveMaximum = source.Flag("exclusiveMaximum") ?? false,
        MultipleOf = source["multipleOf"].Real(),
        MinLength = source.Number("minLength"),
        MaxLength = source.Number("maxLength"),
        MinItems = source.Number("minItems"),
        MaxItems = source.Number("maxItems"),
        MinProperties = source.Number("minProperties"),
        MaxProperties = source.Number("maxProperties"),
        UniqueItems = source.Flag("uniqueItems") ?? false,
        AllOf = Alternatives(source, "allOf", path),
        AnyOf = Alternatives(source, "anyOf", path),
        OneOf = Alternatives(source, "oneOf", path),
        Not = source.Map("not") is { } not ? Node(not, $"{path}.not", isValueValidation: true) : null,
    };

    private List<StructuralSchema> Alternatives(JsonObject source, string key, string path) =>
        source.Items(key)?.Select((item, i) => Child(item, $"{path}.{key}[{i}]", isValueValidation: true)).ToList() ?? [];

    private Regex? Pattern(JsonObject source, string path)
    {
        if (source.Text("pattern") is not { } pattern)
        {
            return null;
        }

        try
        {
            // RE2 patterns have no backtracking either; the timeout-free engine keeps a hostile pattern harmless
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            _errors.Add(FieldError.Invalid($"{path}.pattern", pattern, $"must be a valid regular expression, but isn't: {failure.Message}"));
            return null;
        }
    }

    private StructuralSchema WithRules(StructuralSchema schema, JsonObject source, bool isObjectRoot, string path)
    {
        if (source.Items("x-kubernetes-validations") is not { } written)
        {
            return schema;
        }

        var rules = new List<CelRule>();
        foreach (var (i, rule) in written.Index())
        {
            var rulePath = $"{path}.x-kubernetes-validations[{i}]";
            if (rule is JsonObject map)
            {
                var (compiled, errors) = CelRule.Compile(map, schema, isObjectRoot, rulePath);
                _errors.AddRange(errors);
                if (compiled is not null)
                {
                    rules.Add(compiled);
                }
            }
            else
            {
                _errors.Add(FieldError.Invalid(rulePath, rule, "must be an object with a rule"));
            }
        }

        return schema with { Rules = rules };
    }

    private void CheckDefault(StructuralSchema schema, string path)
    {
        if (schema is { HasDefault: true, Default: { } value })
        {
            var pruned = value.DeepClone();
            var unknown = new List<string>();
            SchemaPruning.Prune(pruned, schema, "", unknown);
            _errors.AddRange(unknown.Select(field => FieldError.Invalid($"{path}.default", value, $"must not have unknown field {field}")));
            _errors.AddRange(SchemaValidator.Validate(pruned, null, schema, $"{path}.default"));
        }
    }
}

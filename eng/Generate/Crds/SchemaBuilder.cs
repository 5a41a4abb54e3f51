using k8s;
using k8s.Models;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Api.Schema;

namespace Plumbline.Generate.Crds;

/// <summary>A type and its attributes → its structural schema. Fields are in the order of their declaration, those of a base class first.</summary>
/// <param name="assembly">Whose types carry our attributes; all others need a stand-in there.</param>
internal sealed class SchemaBuilder(DocComments docs, Assembly assembly)
{
    private readonly Dictionary<Type, Type> _standIns = assembly.GetTypes()
        .Where(t => t.IsDefined(typeof(SchemaOfAttribute)))
        .ToDictionary(t => t.GetCustomAttribute<SchemaOfAttribute>()!.Type);

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);

    /// <summary>The whole object: what every kind has is the same, and spec has to be there.</summary>
    public JsonObject Entity(Type kind, KubernetesEntityAttribute entity)
    {
        var schema = new JsonObject { ["type"] = "object", ["required"] = Texts(["spec"]), ["description"] = Summary(kind) };
        AddRules(schema, kind);
        var properties = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = $"{entity.Group}/{entity.ApiVersion}." },
            ["kind"] = new JsonObject { ["type"] = "string", ["description"] = $"{entity.Kind}." },
            ["metadata"] = new JsonObject { ["type"] = "object" },
        };
        foreach (var part in new[] { "Spec", "Status" })
        {
            if (kind.GetProperty(part) is { } member)
                properties[NameOf(member)] = Field(member, kind);
        }

        schema["properties"] = properties;
        return schema;
    }

    private JsonObject Field(PropertyInfo member, Type owner)
    {
        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        var schema = new JsonObject();
        if (ElementOf(type) is { } element)
        {
            schema["type"] = "array";
            AddListLimits(schema, member);
            schema["description"] = Description(member, owner, type);
            schema["items"] = Limited(Value(element, KeysOf(member)), member);
        }
        else if (IsMap(type))
        {
            schema["type"] = "object";
            if (member.GetCustomAttribute<PropertyLimitsAttribute>() is { } limits)
                schema["maxProperties"] = limits.MaxProperties;
            schema["description"] = Description(member, owner, type);
            schema["additionalProperties"] = Limited(Value(typeof(string), []), member);
        }
        else
        {
            // The description stands before the members, where a reader looks for it.
            var value = Limited(Value(type, []), member);
            var members = value["properties"];
            value.Remove("properties");
            AddDefault(value, member);
            value["description"] = Description(member, owner, type);
            if (members is not null)
                value["properties"] = members;
            schema = value;
        }

        AddRules(schema, member);
        return schema;
    }

    private JsonObject Value(Type type, IReadOnlyList<string> keys)
    {
        switch (Type.GetTypeCode(type))
        {
            case TypeCode.String:
                return new JsonObject { ["type"] = "string" };
            case TypeCode.Int32:
                return new JsonObject { ["type"] = "integer", ["format"] = "int32" };
            case TypeCode.Int64:
                return new JsonObject { ["type"] = "integer", ["format"] = "int64" };
            case TypeCode.Double:
                return new JsonObject { ["type"] = "number", ["format"] = "double" };
            case TypeCode.Boolean:
                return new JsonObject { ["type"] = "boolean" };
            case TypeCode.DateTime:
            case TypeCode.Object when type == typeof(DateTimeOffset):
                return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
            case TypeCode.Object when type.IsClass:
                return Object(_standIns.GetValueOrDefault(type, type), keys);
            default:
                throw new GenerateException($"{type} has no counterpart in a schema: use text, int, long, double, bool, DateTimeOffset, a list or a class");
        }
    }

    private JsonObject Object(Type type, IReadOnlyList<string> keys)
    {
        if (type.Assembly != assembly)
            throw new GenerateException($"{type.Name} carries no attributes of ours: give {assembly.GetName().Name} a class with [SchemaOf(typeof({type.Name}))]");

        var members = MembersOf(type).ToList();
        if (keys.Except(members.Select(NameOf)).ToList() is [var unknown, ..])
            throw new GenerateException($"{type.Name} is in a list whose key is {unknown}, and has no such member");

        var schema = new JsonObject { ["type"] = "object" };
        if (members.Where(m => m.IsDefined(typeof(RequiredAttribute)) || keys.Contains(NameOf(m))).Select(NameOf).ToList() is { Count: > 0 } required)
            schema["required"] = Texts(required);
        AddRules(schema, type);
        if (members.Count > 0)
            schema["properties"] = new JsonObject(members.Select(m => KeyValuePair.Create(NameOf(m), (JsonNode?)Field(m, type))));
        return schema;
    }

    private static void AddListLimits(JsonObject schema, PropertyInfo member)
    {
        var items = member.GetCustomAttribute<ItemsAttribute>() ?? throw new GenerateException($"{Place(member)} is a list and needs [Items]: without a bound the API server may refuse the rules for their cost");
        if (items.MinItems > 0)
            schema["minItems"] = items.MinItems;
        schema["maxItems"] = items.MaxItems;
        var keys = KeysOf(member);
        var type = keys.Count > 0 ? XListType.Map : member.GetCustomAttribute<XListTypeAttribute>()?.ListType ?? XListType.Atomic;
        schema["x-kubernetes-list-type"] = type.ToString().ToLowerInvariant();
        if (keys.Count > 0)
            schema["x-kubernetes-list-map-keys"] = Texts(keys);
    }

    /// <summary>Bounds of one value: of the member itself, or of each entry of the list or map that it is.</summary>
    private static JsonObject Limited(JsonObject schema, PropertyInfo member)
    {
        if (member.GetCustomAttribute<LengthAttribute>() is { } length)
        {
            if (length.MinLength > 0)
                schema["minLength"] = length.MinLength;
            schema["maxLength"] = length.MaxLength;
        }

        if (member.GetCustomAttribute<PatternAttribute>() is { } pattern)
            schema["pattern"] = pattern.RegexPattern;
        if (member.GetCustomAttribute<EnumValuesAttribute>() is { } words)
            schema["enum"] = Texts(words.Values);
        if (member.GetCustomAttribute<RangeMinimumAttribute>() is { } least)
            schema["minimum"] = least.Minimum;
        if (member.GetCustomAttribute<RangeMaximumAttribute>() is { } most)
            schema["maximum"] = most.Maximum;
        return schema;
    }

    private static void AddDefault(JsonObject schema, PropertyInfo member)
    {
        if (member.IsDefined(typeof(DefaultEmptyAttribute)))
            schema["default"] = new JsonObject();
        switch (member.GetCustomAttribute<DefaultValueAttribute>()?.Value)
        {
            case null:
                break;
            case string text:
                schema["default"] = text;
                break;
            case int number:
                schema["default"] = number;
                break;
            case bool flag:
                schema["default"] = flag;
                break;
            case var other:
                throw new GenerateException($"{Place(member)}: a default of type {other.GetType().Name} is not supported; use a text, a number or a bool");
        }
    }

    private static void AddRules(JsonObject schema, MemberInfo member)
    {
        var rules = member.GetCustomAttributes<ValidationRuleAttribute>(inherit: true)
            .Select(r => (JsonNode)new JsonObject { ["rule"] = r.Rule, ["message"] = r.Message })
            .ToArray();
        if (rules.Length > 0)
            schema["x-kubernetes-validations"] = new JsonArray(rules);
    }

    private string Description(PropertyInfo member, Type owner, Type type) =>
        owner.GetCustomAttributes<DescriptionAttribute>().FirstOrDefault(d => d.Member == member.Name)?.Description
        ?? docs.Of(member)
        ?? (type.Assembly == assembly ? docs.Of(type) : null)
        ?? throw new GenerateException($"{Place(member)} needs a doc comment: its summary is what kubectl explain says");

    private string Summary(Type type) => docs.Of(type) ?? throw new GenerateException($"{type.Name} needs a doc comment: its summary is what kubectl explain says");

    private static IReadOnlyList<string> KeysOf(PropertyInfo member) => member.GetCustomAttribute<XListMapKeysAttribute>()?.Keys ?? [];

    private static IEnumerable<PropertyInfo> MembersOf(Type type) =>
        (type.BaseType is { } @base && @base != typeof(object) ? MembersOf(@base) : [])
        .Concat(type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).OrderBy(p => p.MetadataToken));

    private static string NameOf(PropertyInfo member) => JsonNamingPolicy.CamelCase.ConvertName(member.Name);

    private static string Place(PropertyInfo member) => $"{member.DeclaringType!.Name}.{member.Name}";

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(IReadOnlyList<>) || open == typeof(IList<>)) ? type.GetGenericArguments()[0] : null;

    private static bool IsMap(Type type) =>
        typeof(IReadOnlyDictionary<string, string>).IsAssignableFrom(type) || typeof(IDictionary<string, string>).IsAssignableFrom(type);
}

using k8s.Models;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Plumbline.Api.Schema;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Api.Tests;

/// <summary>Holds the C# types and the schemas of deploy/crds together, both ways.</summary>
public sealed class SchemaAgreementTests
{
    [TestCase("components", typeof(V1Alpha1Component))]
    [TestCase("connectionmaps", typeof(V1Alpha1ConnectionMap))]
    [TestCase("connections", typeof(V1Alpha1Connection))]
    public void Type_AndSchema_HaveTheSameMembersTypesAndEnums(string plural, Type type)
    {
        var differences = new List<string>();
        Compare(Manifests.Schema(plural), type, plural, null, differences);

        Assert.That(differences, Is.Empty);
    }

    [TestCase("components", typeof(V1Alpha1Component))]
    [TestCase("connectionmaps", typeof(V1Alpha1ConnectionMap))]
    [TestCase("connections", typeof(V1Alpha1Connection))]
    public void Definition_NamesTheKindAsTheTypeDoes(string plural, Type type)
    {
        var entity = type.GetCustomAttribute<KubernetesEntityAttribute>()!;
        var spec = Manifests.Definition(plural)["spec"]!;

        Assert.That((string?)spec["group"], Is.EqualTo(entity.Group));
        Assert.That((string?)spec["names"]!["kind"], Is.EqualTo(entity.Kind));
        Assert.That((string?)spec["names"]!["plural"], Is.EqualTo(entity.PluralName));
        Assert.That((string?)spec["versions"]![0]!["name"], Is.EqualTo(entity.ApiVersion));
        Assert.That(spec["versions"]![0]!["subresources"]!["status"], Is.Not.Null);
    }

    [TestCase("components")]
    [TestCase("connectionmaps")]
    [TestCase("connections")]
    public void Schema_EveryField_IsDescribedAndBounded(string plural)
    {
        var problems = new List<string>();
        Inspect(Manifests.Schema(plural), plural, problems);

        Assert.That(problems, Is.Empty);
    }

    [Test]
    public void Row_OfTheMap_IsARowOfTheConnection()
    {
        var inMap = Manifests.Schema("connectionmaps")["properties"]!["spec"]!["properties"]!["connections"]!["items"]!;
        var inConnection = Manifests.Schema("connections")["properties"]!["spec"]!;

        foreach (var (name, row) in inMap["properties"]!.AsObject().Where(p => p.Key != "id"))
            Assert.That(JsonNode.DeepEquals(row, inConnection["properties"]![name]), Is.True, name);

        Assert.That(JsonNode.DeepEquals(inMap["x-kubernetes-validations"], inConnection["x-kubernetes-validations"]), Is.True);
    }

    [Test]
    public void Defaults_OfTheSchemas_AreThoseOfTheCore()
    {
        var map = Manifests.Schema("connectionmaps")["properties"]!["spec"]!["properties"]!;
        var defaults = map["defaults"]!["properties"]!;
        var connection = Manifests.Schema("connections")["properties"]!["spec"]!["properties"]!;
        var usual = ProbeSettings.Default;

        foreach (var settings in new[] { defaults, connection })
        {
            Assert.That((int?)settings["intervalSeconds"]!["default"], Is.EqualTo((int)usual.Interval.TotalSeconds));
            Assert.That((int?)settings["timeoutMilliseconds"]!["default"], Is.EqualTo((int)usual.Timeout.TotalMilliseconds));
            Assert.That((int?)settings["failureThreshold"]!["default"], Is.EqualTo(usual.FailureThreshold));
        }

        Assert.That((int?)connection["maxPairs"]!["default"], Is.EqualTo(usual.MaxPairs));
        Assert.That((int?)defaults["coverage"]!["properties"]!["maxPairs"]!["default"], Is.EqualTo(usual.MaxPairs));
        Assert.That((string?)connection["http"]!["properties"]!["path"]!["default"], Is.EqualTo(HttpExpectation.Default.Path));
        Assert.That((string?)connection["http"]!["properties"]!["method"]!["default"], Is.EqualTo(HttpExpectation.Default.Method));
    }

    private static void Compare(JsonObject schema, Type type, string path, JsonPropertyInfo? member, List<string> differences)
    {
        var expected = schema switch
        {
            _ when type == typeof(string) => "string",
            _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) => "string date-time",
            _ when type == typeof(int) => "integer int32",
            _ when type == typeof(long) => "integer int64",
            _ when type == typeof(double) => "number double",
            _ when type == typeof(bool) => "boolean",
            _ when ElementOf(type) is not null => "array",
            _ => "object",
        };
        var actual = $"{schema["type"]} {schema["format"]}".Trim();
        if (actual != expected)
            differences.Add($"{path}: {actual} in the schema, {expected} in {type.Name}");

        CompareEnum(schema, path, member, differences);
        if (ElementOf(type) is { } element)
            Compare(schema["items"]!.AsObject(), element, $"{path}[]", null, differences);
        else if (type == typeof(V1ObjectMeta))
            return;
        else if (schema["additionalProperties"] is JsonObject && !typeof(IEnumerable<KeyValuePair<string, string>>).IsAssignableFrom(type))
            differences.Add($"{path}: a map of strings in the schema, {type.Name} in C#");
        else if (expected == "object" && schema["additionalProperties"] is null)
            CompareMembers(schema, type, path, differences);
    }

    private static void CompareMembers(JsonObject schema, Type type, string path, List<string> differences)
    {
        var members = PlumblineJson.Default.GetTypeInfo(type)!.Properties.ToDictionary(p => p.Name);
        var fields = schema["properties"]?.AsObject().ToDictionary(p => p.Key, p => p.Value!.AsObject()) ?? [];

        differences.AddRange(members.Keys.Except(fields.Keys).Select(name => $"{path}.{name}: is in {type.Name} only"));
        differences.AddRange(fields.Keys.Except(members.Keys).Select(name => $"{path}.{name}: is in the schema only"));
        foreach (var name in members.Keys.Intersect(fields.Keys))
        {
            var memberType = members[name].PropertyType;
            Compare(fields[name], Nullable.GetUnderlyingType(memberType) ?? memberType, $"{path}.{name}", members[name], differences);
        }
    }

    private static void CompareEnum(JsonObject schema, string path, JsonPropertyInfo? member, List<string> differences)
    {
        // Types of the API itself carry no words of ours.
        if (member is null || member.DeclaringType.Namespace != typeof(V1Alpha1Component).Namespace)
            return;

        var inType = member.AttributeProvider!.GetCustomAttributes(typeof(EnumValuesAttribute), true)
            .Cast<EnumValuesAttribute>().SelectMany(a => a.Values).Select(v => (string?)v);
        var inSchema = schema["enum"]?.AsArray().Select(v => (string?)v) ?? [];
        if (!inType.SequenceEqual(inSchema))
            differences.Add($"{path}: the words are [{string.Join(", ", inSchema)}] in the schema, [{string.Join(", ", inType)}] in C#");
    }

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var of && (of == typeof(IReadOnlyList<>) || of == typeof(IList<>)) ? type.GetGenericArguments()[0] : null;

    private static void Inspect(JsonObject schema, string path, List<string> problems)
    {
        var isMetadata = path.EndsWith(".metadata", StringComparison.Ordinal);
        if (schema["description"] is null && !path.EndsWith("[]", StringComparison.Ordinal) && !path.EndsWith("{}", StringComparison.Ordinal) && !isMetadata)
            problems.Add($"{path}: no description");

        // Without bounds, the API server reckons with the worst case and may refuse the rules for their cost.
        if ((string?)schema["type"] == "array" && (schema["maxItems"] is null || schema["x-kubernetes-list-type"] is null))
            problems.Add($"{path}: no maxItems or no list type");
        if ((string?)schema["type"] == "string" && schema["maxLength"] is null && schema["enum"] is null && schema["format"] is null && !path.EndsWith("apiVersion", StringComparison.Ordinal) && !path.EndsWith("kind", StringComparison.Ordinal))
            problems.Add($"{path}: no maxLength");
        if (schema["x-kubernetes-preserve-unknown-fields"] is not null)
            problems.Add($"{path}: keeps unknown fields");

        foreach (var (name, inner) in schema["properties"]?.AsObject() ?? [])
            Inspect(inner!.AsObject(), $"{path}.{name}", problems);
        if (schema["items"] is JsonObject items)
            Inspect(items, $"{path}[]", problems);
        if (schema["additionalProperties"] is JsonObject values)
            Inspect(values, $"{path}{{}}", problems);
    }
}

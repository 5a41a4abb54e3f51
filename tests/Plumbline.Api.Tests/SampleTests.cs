using System.Text.Json.Nodes;
using Plumbline.Api.Mapping;
using Plumbline.Core.Connections;
using Plumbline.Testing;

namespace Plumbline.Api.Tests;

/// <summary>What newcomers copy must be right.</summary>
public sealed class SampleTests
{
    private static readonly Dictionary<string, string> Plurals = new()
    {
        [V1Alpha1Component.EntityKind] = "components",
        [V1Alpha1ConnectionMap.EntityKind] = "connectionmaps",
        [V1Alpha1Connection.EntityKind] = "connections",
    };

    private static IEnumerable<TestCaseData> Samples() =>
        from file in Directory.EnumerateFiles(Repository.PathOf("deploy", "samples"), "*.yaml").Order(StringComparer.Ordinal)
        from sample in YamlManifests.Read(file)
        select new TestCaseData(sample).SetArgDisplayNames($"{Path.GetFileName(file)} {sample["metadata"]!["name"]}");

    [TestCaseSource(nameof(Samples))]
    public void Sample_IsValid(JsonObject sample)
    {
        Assert.That((string?)sample["apiVersion"], Is.EqualTo(V1Alpha1Api.GroupVersion));
        Assert.That(SchemaValidator.Validate(Manifests.Schema(Plurals[(string)sample["kind"]!]), sample), Is.Empty);
    }

    [TestCaseSource(nameof(Samples))]
    public void Sample_IsUnderstood(JsonObject sample)
    {
        var problems = (string?)sample["kind"] switch
        {
            V1Alpha1Component.EntityKind => ComponentMapper.ToComponent(sample.As<V1Alpha1Component>()).Binding is Binding.Invalid invalid ? [invalid.Problem] : [],
            V1Alpha1ConnectionMap.EntityKind => ConnectionFactory.Expand(sample.As<V1Alpha1ConnectionMap>()).Problems.Select(p => p.ToString()),
            _ => ConnectionMapper.ToDocumented(sample.As<V1Alpha1Connection>()).Problems.Select(p => p.ToString()),
        };

        Assert.That(problems, Is.Empty);
    }

    private static IEnumerable<TestCaseData> Rejected() =>
        Directory.EnumerateFiles(Repository.PathOf("tests", "Plumbline.Api.Tests", "cases", "rejected"), "*.yaml")
            .Order(StringComparer.Ordinal)
            .Select(file => new TestCaseData(file).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file)));

    [TestCaseSource(nameof(Rejected))]
    public void BadObject_WithoutAnApiServer_IsStillSeenOrLeftToARule(string file)
    {
        var expected = File.ReadLines(file).First();
        var bad = YamlManifests.Read(file).Single();
        var schema = Manifests.Schema(Plurals[(string)bad["kind"]!]);

        var isLeftToARule = RuleMessages(schema).Any(m => expected.Contains(m[..Math.Min(m.Length, 30)], StringComparison.Ordinal));
        Assert.That(SchemaValidator.Validate(schema, bad), isLeftToARule ? Is.Empty : Is.Not.Empty);
    }

    private static IEnumerable<string> RuleMessages(JsonNode? schema) => schema switch
    {
        JsonObject map => map.SelectMany(m => m.Key == "x-kubernetes-validations"
            ? m.Value!.AsArray().Select(r => (string)r!["message"]!)
            : RuleMessages(m.Value)),
        JsonArray list => list.SelectMany(RuleMessages),
        _ => [],
    };

    [Test]
    public void Samples_OfEveryKind_Exist() =>
        Assert.That(Samples().Select(s => (string?)((JsonObject)s.Arguments[0]!)["kind"]).Distinct(), Is.EquivalentTo(Plurals.Keys));
}

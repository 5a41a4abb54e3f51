using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Testing;

namespace Plumbline.Api.Tests.Docs;

/// <summary>Manifests in pages are copied as much as samples are.</summary>
[TestFixture]
public sealed partial class PageManifestTests
{
    private static IEnumerable<TestCaseData> InPages() =>
        from page in Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Append(Repository.PathOf("README.md"))
        from block in YamlBlock().Matches(File.ReadAllText(page)).Select(m => m.Groups["yaml"].Value)
        where block.StartsWith("apiVersion:", StringComparison.Ordinal)
        let manifest = YamlManifests.Parse(block)
        where $"{manifest["apiVersion"]}".StartsWith(V1Alpha1Api.Group + "/", StringComparison.Ordinal)
        select new TestCaseData(manifest).SetArgDisplayNames($"{Path.GetFileName(page)} {manifest["kind"]} {manifest["metadata"]!["name"]}");

    [Test]
    public void Readme_ShowsEachKind() =>
        Assert.That(
            YamlBlock().Matches(File.ReadAllText(Repository.PathOf("README.md"))).Select(m => (string?)YamlManifests.Parse(m.Groups["yaml"].Value)["kind"]),
            Is.EquivalentTo([V1Alpha1Component.EntityKind, V1Alpha1ConnectionMap.EntityKind, V1Alpha1Connection.EntityKind]));

    [TestCaseSource(nameof(InPages))]
    public void ManifestInAPage_IsValid(JsonObject manifest)
    {
        Assert.That((string?)manifest["apiVersion"], Is.EqualTo(V1Alpha1Api.GroupVersion));
        Assert.That(SchemaValidator.Validate(Manifests.Schema($"{manifest["kind"]}".ToLowerInvariant() + "s"), manifest), Is.Empty);
    }

    [GeneratedRegex(@"^```yaml\r?\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}

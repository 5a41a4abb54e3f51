using System.Text.Json.Nodes;
using Plumbline.Testing;

namespace Plumbline.Api.Tests.Docs;

[TestFixture]
public sealed class ReferencePageTests
{
    private static readonly string File = Repository.PathOf("docs", "reference.md");

    /// <summary>PLUMBLINE_WRITE_DOCS=1 writes the page instead.</summary>
    [Test]
    public void Page_IsWhatTheSchemasSay()
    {
        var page = ReferencePage.Render();
        if (Environment.GetEnvironmentVariable("PLUMBLINE_WRITE_DOCS") == "1")
            System.IO.File.WriteAllText(File, page);

        Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo(page), "docs/reference.md is behind deploy/crds: run PLUMBLINE_WRITE_DOCS=1 dotnet test tests/Plumbline.Api.Tests");
    }

    [TestCase("connectionmaps")]
    [TestCase("components")]
    [TestCase("connections")]
    public void Schema_EveryField_SaysWhatItDoes(string plural) =>
        Assert.That(Undescribed(Manifests.Schema(plural), plural), Is.Empty);

    private static IEnumerable<string> Undescribed(JsonObject schema, string path)
    {
        foreach (var (name, node) in schema["properties"]?.AsObject() ?? [])
        {
            var field = node!.AsObject();
            if (field["description"] is null && name != "metadata")
                yield return $"{path}.{name}";
            foreach (var inner in Undescribed(field["items"]?.AsObject() ?? field, $"{path}.{name}"))
                yield return inner;
        }
    }
}

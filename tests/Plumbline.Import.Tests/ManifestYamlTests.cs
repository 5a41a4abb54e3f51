using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Import.Files;

namespace Plumbline.Import.Tests;

public sealed class ManifestYamlTests
{
    [Test]
    public void Yaml_AnyText_ReadsBackTheSame() =>
        Prop.ForAll<string>(text => text is null || Reread(text) == text).QuickCheckThrowOnFailure();

    [TestCase("15")]
    [TestCase("true")]
    [TestCase("No")]
    [TestCase("null")]
    [TestCase("~")]
    [TestCase("1e3")]
    [TestCase("0x10")]
    [TestCase("- a")]
    [TestCase("a: b")]
    [TestCase("a #b")]
    [TestCase(" a ")]
    [TestCase("")]
    [TestCase("\n")]
    [TestCase("text\n")]
    [TestCase("line\nline")]
    [TestCase("\"quoted\" \\ 'text'")]
    [TestCase("Тенант †")]
    public void Yaml_TextThatLooksLikeSomethingElse_ReadsBackAsText(string text) =>
        Assert.That(Reread(text), Is.EqualTo(text));

    [Test]
    public void Yaml_NestedObjectsAndLists_KeepOrderAndTypes()
    {
        var manifest = (JsonObject)JsonNode.Parse("""{"b":{"y":1,"x":[1,2],"empty":{},"none":null,"list":[]},"a":[{"k":"v","l":[{"m":true}]},{"n":{}}]}""")!;

        Assert.That(YamlReader.ToJson(YamlReader.Documents(ManifestYaml.Write([manifest]), [])[0])!.ToJsonString(), Is.EqualTo(manifest.ToJsonString()));
    }

    [Test]
    public void Yaml_Comment_StaysOnItsLineWhateverItQuotes()
    {
        var row = new JsonObject { ["id"] = "1" };
        var manifest = new JsonObject { ["rows"] = new JsonArray(row) };
        var yaml = ManifestYaml.Write([manifest], new Dictionary<JsonNode, IReadOnlyList<string>> { [row] = ["check\nevil: true"] });

        Assert.That(yaml, Is.EqualTo("---\nrows:\n# check evil: true\n- id: \"1\"\n"));
    }

    private static string? Reread(string text)
    {
        var yaml = ManifestYaml.Write([new JsonObject { ["text"] = text, [$"k{text}"] = new JsonArray(text) }]);
        var problems = new List<YamlProblem>();
        var json = YamlReader.ToJson(YamlReader.Documents(yaml, problems)[0])!;
        return json[$"k{text}"]?[0]?.GetValue<string>() == text ? json["text"]!.GetValue<string>() : null;
    }
}

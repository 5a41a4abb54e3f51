using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Tables;

namespace Plumbline.Lab.Api.Tests;

internal sealed class TableTests
{
    [TestCase(".a.b", "1")]
    [TestCase("$.a.b", "1")]
    [TestCase(".list[0].name", "x")]
    [TestCase(".list[-1].name", "y")]
    [TestCase(".list[*].name", "x y")]
    [TestCase(".list[?(@.name==\"y\")].on", "true")]
    [TestCase(".list[?(@.name=='y')].on", "true")]
    [TestCase(".list[?(@.n > 1)].name", "y")]
    [TestCase(".list[?(@.on)].name", "y")]
    [TestCase(".list[?(@.deep.key!=\"v\")].name", "")]
    [TestCase("['a']['b']", "1")]
    [TestCase(@".dotted\.key/x", "z")]
    [TestCase(".none.at.all", "")]
    public void JsonPath_Found_IsTheValue(string path, string expected)
    {
        const string Tree = """{"a":{"b":1},"list":[{"name":"x","n":1},{"name":"y","n":2,"on":true,"deep":{"key":"v"}}],"dotted.key/x":"z"}""";
        var (parsed, error) = JsonPath.Parse(path);
        Assert.That(error, Is.Null);
        Assert.That(string.Join(' ', parsed!.Find(JsonTree.Parse(Encoding.UTF8.GetBytes(Tree))).Select(value => value.Text() ?? JsonTree.ToText(value))), Is.EqualTo(expected));
    }

    [TestCase("a.b")]
    [TestCase(".a[")]
    [TestCase(".a[?(@.b==]")]
    [TestCase(".a[?(@.b=='x]")]
    [TestCase(".")]
    [TestCase(".a[x]")]
    public void JsonPath_Unreadable_SaysWhere(string path) => Assert.That(JsonPath.Parse(path).Error, Is.Not.Null.And.Not.Empty);

    [TestCase(0, "0s")]
    [TestCase(119, "119s")]
    [TestCase(125, "2m5s")]
    [TestCase(180, "3m")]
    [TestCase(3600, "60m")]
    [TestCase(4 * 3600 + 120, "4h2m")]
    [TestCase(30 * 3600, "30h")]
    [TestCase(3 * 86400 + 3600, "3d1h")]
    [TestCase(100 * 86400, "100d")]
    [TestCase(800 * 86400, "2y70d")]
    [TestCase(-5, "<invalid>")]
    public void Age_Shown_ReadsAsInKubectl(int seconds, string expected) => Assert.That(Ages.Show(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));

    [Test]
    public void KubernetesPlurals_EveryBuiltInKind_HasATypeAndColumnsThatSurviveAnEmptyObject()
    {
        foreach (var resource in Plumbline.Lab.Api.Resources.BuiltInResources.Definitions)
        {
            Assert.That(resource.Schema.Properties, Does.ContainKey("kind"), resource.Kind);
            var table = TableWriter.For(resource, null, TimeProvider.System.GetUtcNow()).Table([new JsonObject { ["metadata"] = new JsonObject { ["name"] = "x" } }], []);
            Assert.That(table.Items("rows")![0]!["cells"]!.AsArray()[0]!.GetValue<string>(), Is.EqualTo("x"));
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Kinds;
using Plumbline.Lab.Api.Patching;

namespace Plumbline.Lab.Api.Tests;

internal sealed class PatchTests
{
    // RFC 7396, appendix A
    [TestCase("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"a":null}""", "{}")]
    [TestCase("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [TestCase("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void MergePatch_Applied_FollowsTheRfc(string target, string patch, string expected) =>
        Assert.That(JsonTree.Same(MergePatch.Apply(Tree(target), Tree(patch)), Tree(expected)), Is.True);

    [TestCase("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [TestCase("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [TestCase("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/0"}]""", """{"a":[2]}""")]
    [TestCase("""{"a":1}""", """[{"op":"replace","path":"/a","value":{"x":null}}]""", """{"a":{"x":null}}""")]
    [TestCase("""{"a":1}""", """[{"op":"move","from":"/a","path":"/b"}]""", """{"b":1}""")]
    [TestCase("""{"a":{"x":1}}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":{"x":1},"b":{"x":1}}""")]
    [TestCase("""{"a/b":1,"m~n":2}""", """[{"op":"test","path":"/a~1b","value":1},{"op":"remove","path":"/m~0n"}]""", """{"a/b":1}""")]
    public void JsonPatch_Applied_FollowsTheRfc(string target, string patch, string expected) =>
        Assert.That(JsonTree.Same(JsonPatch.Apply(Tree(target), (JsonArray)Tree(patch)!), Tree(expected)), Is.True);

    [TestCase("""[{"op":"test","path":"/a","value":2}]""")]
    [TestCase("""[{"op":"remove","path":"/none"}]""")]
    [TestCase("""[{"op":"replace","path":"/none","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/list/9","value":1}]""")]
    [TestCase("""[{"op":"frob","path":"/a"}]""")]
    [TestCase("""[{"op":"add","path":"a","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/a"}]""")]
    public void JsonPatch_Inapplicable_IsRejected(string patch) =>
        Assert.That(() => JsonPatch.Apply(Tree("""{"a":1,"list":[]}"""), (JsonArray)Tree(patch)!), Throws.InstanceOf<ApiStatusException>());

    [TestCase("""{"spec":{"containers":[{"name":"b","image":"new"}]}}""", """[{"name":"a","image":"1"},{"name":"b","image":"new","ports":[{"containerPort":80}]}]""")]
    [TestCase("""{"spec":{"containers":[{"name":"c","image":"3"}]}}""", """[{"name":"a","image":"1"},{"name":"b","image":"2","ports":[{"containerPort":80}]},{"name":"c","image":"3"}]""")]
    [TestCase("""{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""", """[{"name":"b","image":"2","ports":[{"containerPort":80}]}]""")]
    [TestCase("""{"spec":{"containers":[{"$patch":"replace"},{"name":"z"}]}}""", """[{"name":"z"}]""")]
    [TestCase("""{"spec":{"containers":[{"name":"b","ports":[{"containerPort":81}]}]}}""", """[{"name":"a","image":"1"},{"name":"b","image":"2","ports":[{"containerPort":80},{"containerPort":81}]}]""")]
    [TestCase("""{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"b","image":"9"}]}}""", """[{"name":"b","image":"9","ports":[{"containerPort":80}]},{"name":"a","image":"1"}]""")]
    public void StrategicPatch_OnContainers_MergesByName(string patch, string expected)
    {
        var pod = (JsonObject)Tree("""{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2","ports":[{"containerPort":80}]}]}}""")!;
        var patched = StrategicMergePatch.Apply(pod, (JsonObject)Tree(patch)!, BuiltInKinds.KindSchema("v1.Pod"));
        Assert.That(JsonTree.ToText(patched.At("spec", "containers")), Is.EqualTo(expected));
    }

    [Test]
    public void StrategicPatch_OnScalars_MergesAndDeletes()
    {
        var tree = (JsonObject)Tree("""{"metadata":{"finalizers":["a","b"],"labels":{"x":"1"}},"spec":{"tolerations":[{"key":"k"}]}}""")!;
        const string Patch = """{"metadata":{"finalizers":["c"],"$deleteFromPrimitiveList/finalizers":["a"],"labels":{"x":null,"y":"2"}},"spec":{"tolerations":[{"key":"m"}]}}""";
        var patched = StrategicMergePatch.Apply(tree, (JsonObject)Tree(Patch)!, BuiltInKinds.KindSchema("v1.Pod"));
        Assert.That(patched.Texts("metadata", "finalizers"), Is.EqualTo(new[] { "b", "c" }));
        Assert.That(JsonTree.ToText(patched.At("metadata", "labels")), Is.EqualTo("""{"y":"2"}"""));
        Assert.That(JsonTree.ToText(patched.At("spec", "tolerations")), Is.EqualTo("""[{"key":"m"}]"""));
    }

    private static JsonNode? Tree(string json) => JsonTree.Parse(Encoding.UTF8.GetBytes(json));
}

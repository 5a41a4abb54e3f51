using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Tables;

namespace Plumbline.Lab.Api.Tests;

internal sealed class TableTests : ApiFixture
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
    public async Task Pod_Row_ShowsReadinessStatusAndPlace()
    {
        const string Pods = "/api/v1/namespaces/default/pods";
        await PostAsync(Pods, """{"metadata":{"name":"p"},"spec":{"nodeName":"n1","containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}}""");
        await MergeAsync($"{Pods}/p/status", """{"status":{"phase":"Running","podIP":"10.1.2.3","containerStatuses":[{"name":"a","ready":true,"restartCount":1,"state":{"running":{}}},{"name":"b","ready":false,"restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}""");
        Assert.That((await CellsAsync(Pods))[..4], Is.EqualTo(new[] { "p", "1/2", "CrashLoopBackOff", "3" }));
        Assert.That((await CellsAsync(Pods))[5..7], Is.EqualTo(new[] { "10.1.2.3", "n1" }));
    }

    [Test]
    public async Task Node_Row_ShowsReadiness()
    {
        await PostAsync("/api/v1/nodes", """{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":""}}}""");
        await MergeAsync("/api/v1/nodes/n/status", """{"status":{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"kubeletVersion":"v1.32.0"}}}""");
        var cells = await CellsAsync("/api/v1/nodes");
        Assert.That(cells[..3], Is.EqualTo(new[] { "n", "Ready", "worker" }));
        Assert.That(cells[4..6], Is.EqualTo(new[] { "v1.32.0", "10.0.0.1" }));
    }

    [Test]
    public async Task Service_Row_ShowsAddressAndPorts()
    {
        const string Services = "/api/v1/namespaces/default/services";
        await PostAsync(Services, """{"metadata":{"name":"s"},"spec":{"clusterIP":"10.96.5.5","selector":{"b":"2","a":"1"},"ports":[{"name":"x","port":80},{"name":"y","port":53,"protocol":"UDP","nodePort":30053}]}}""");
        var cells = await CellsAsync(Services);
        Assert.That(cells[..5], Is.EqualTo(new[] { "s", "ClusterIP", "10.96.5.5", "<none>", "80/TCP,53:30053/UDP" }));
        Assert.That(cells[6], Is.EqualTo("a=1,b=2"));
    }

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

    private async Task<string[]> CellsAsync(string path)
    {
        var table = await GetAsync(path, "application/json;as=Table;v=v1;g=meta.k8s.io");
        return [.. table.Json.Items("rows")![0]!["cells"]!.AsArray().Select(cell => cell?.ToString() ?? "")];
    }
}

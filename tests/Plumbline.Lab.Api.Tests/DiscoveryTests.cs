using System.Net;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests;

internal sealed class DiscoveryTests : ApiFixture
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    [Test]
    public async Task Discovery_OneByOne_LeadsToTheCustomKind()
    {
        await DefineGaugesAsync();
        Assert.That((await GetAsync("/api")).Json.Texts("versions"), Is.EqualTo(new[] { "v1" }));
        var groups = await GetAsync("/apis");
        Assert.That(groups.Json.Items("groups")!.Select(group => group.Text("name")), Does.Contain("lab.example.com").And.Contain("apps").And.Not.Contain(""));
        var resources = await GetAsync("/apis/lab.example.com/v1");
        Assert.That(resources.Json.Items("resources")!.Select(each => each.Text("name")), Is.EqualTo(new[] { "gauges", "gauges/status", "gauges/scale" }));
        Assert.That(resources.Json.Items("resources")![0].Texts("shortNames"), Is.EqualTo(new[] { "gg" }));
        Assert.That((await GetAsync("/apis/nothing.example.com/v1")).Code, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Discovery_Aggregated_HoldsEverythingInTwoDocuments()
    {
        await DefineGaugesAsync();
        var apis = await GetAsync("/apis", Aggregated);
        Assert.That(apis.ContentType, Does.Contain("APIGroupDiscoveryList"));
        var group = apis.Json.Items("items")!.Single(item => item.Text("metadata", "name") == "lab.example.com");
        Assert.That(group.Items("versions")![0].Items("resources")![0].Text("responseKind", "kind"), Is.EqualTo("Gauge"));
        var core = await GetAsync("/api", Aggregated);
        Assert.That(core.Json.Items("items")![0].Items("versions")![0].Items("resources")!.Select(each => each.Text("resource")), Does.Contain("pods"));
    }

    [Test]
    public async Task OpenApi_HasTheSchemaOfTheCustomKind()
    {
        await DefineGaugesAsync();
        var index = await GetAsync("/openapi/v3");
        var path = index["paths", "apis/lab.example.com/v1"].Text("serverRelativeURL")!;
        var document = await GetAsync(path);
        var schema = document["components", "schemas", "com.example.lab.v1.Gauge"];
        Assert.That(schema.Text("properties", "spec", "properties", "from", "description"), Is.EqualTo("Where it starts."));
        var patch = document["paths", "/apis/lab.example.com/v1/namespaces/{namespace}/gauges/{name}", "patch"];
        Assert.That(patch.Items("parameters")!.Select(each => each.Text("name")), Does.Contain("fieldValidation"));
    }

    [Test]
    public async Task OpenApi_EveryReferenceOfBuiltInTypes_Resolves()
    {
        foreach (var (path, _) in (await GetAsync("/openapi/v3"))["paths"]!.AsObject())
        {
            var document = await GetAsync($"/openapi/v3/{path}");
            Assert.That(document.Code, Is.EqualTo(HttpStatusCode.OK), path);
            var schemas = document["components", "schemas"]!.AsObject();
            foreach (var reference in System.Text.RegularExpressions.Regex.Matches(document.Text, "#/components/schemas/([^\"]+)").Select(match => match.Groups[1].Value).Distinct())
            {
                Assert.That(schemas.ContainsKey(reference), Is.True, $"{path}: {reference}");
            }
        }
    }

    [TestCase("/healthz", "ok")]
    [TestCase("/livez", "ok")]
    [TestCase("/readyz", "ok")]
    public async Task Health_WithoutToken_Answers(string path, string expected)
    {
        using var stranger = new HttpClient { BaseAddress = Server.Url };
        Assert.That(await stranger.GetStringAsync(new Uri(path, UriKind.Relative)), Is.EqualTo(expected));
    }

    [Test]
    public async Task Version_ReadsAsKubernetes()
    {
        var version = await GetAsync("/version");
        Assert.That(version.Json.Text("major"), Is.EqualTo("1"));
        Assert.That(version.Json.Text("gitVersion"), Does.Match(@"^v1\.\d+\.\d+\+"));
    }

    [Test]
    public async Task Path_OutsideOfTheApi_IsNotFound() => Assert.That((await GetAsync("/nonsense")).Code, Is.EqualTo(HttpStatusCode.NotFound));

    [Test]
    public async Task Accept_NothingServed_IsNotAcceptable() =>
        Assert.That((await GetAsync("/api/v1/pods", "application/vnd.kubernetes.protobuf")).Code, Is.EqualTo(HttpStatusCode.NotAcceptable));

    [Test]
    public async Task Metadata_Only_IsServedWhenAskedFor()
    {
        await PostAsync("/api/v1/namespaces/default/configmaps", ConfigMap("a"));
        var list = await GetAsync("/api/v1/namespaces/default/configmaps", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
        Assert.That(list.Json.Text("kind"), Is.EqualTo("PartialObjectMetadataList"));
        Assert.That(list.Json.Items("items")![0]!.AsObject().ContainsKey("data"), Is.False);
    }
}

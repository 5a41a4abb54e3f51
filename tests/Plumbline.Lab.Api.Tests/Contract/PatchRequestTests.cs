using System.Net;

namespace Plumbline.Lab.Api.Tests.Contract;

internal sealed class PatchRequestTests(ApiServer server) : ContractFixture(server)
{
    [Test]
    public async Task Patch_StrategicOnCustomKind_IsUnsupported()
    {
        await DefineGaugesAsync();
        await PostAsync($"/apis/lab.example.com/v1/namespaces/{Namespace}/gauges", Gauge("g"));
        var answer = await SendAsync(HttpMethod.Patch, $"/apis/lab.example.com/v1/namespaces/{Namespace}/gauges/g", "{}", "application/strategic-merge-patch+json");
        Assert.That(answer.Code, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task Patch_OfTheName_IsRejected()
    {
        await PostAsync($"/api/v1/namespaces/{Namespace}/configmaps", ConfigMap("one"));
        var answer = await MergeAsync($"/api/v1/namespaces/{Namespace}/configmaps/one", """{"metadata":{"name":"two"}}""");
        Assert.That(answer.Message, Is.EqualTo("the name of the object (two) does not match the name on the URL (one)"));
    }

    [Test]
    public async Task Patch_WithItsVersion_ConflictsWhenStale()
    {
        var made = await PostAsync($"/api/v1/namespaces/{Namespace}/configmaps", ConfigMap("one"));
        await MergeAsync($"/api/v1/namespaces/{Namespace}/configmaps/one", """{"data":{"key":"w"}}""");
        var stale = await MergeAsync($"/api/v1/namespaces/{Namespace}/configmaps/one", $$$"""{"metadata":{"resourceVersion":"{{{made.Version}}}"},"data":{"key":"x"}}""");
        Assert.That(stale.Code, Is.EqualTo(HttpStatusCode.Conflict));
    }
}

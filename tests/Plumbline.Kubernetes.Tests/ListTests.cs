using k8s.Models;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Tests.Support;

namespace Plumbline.Kubernetes.Tests;

public sealed class ListTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Test]
    public async Task List_OfManyPages_IsOneListWithTheLastVersion()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(Page(["a", "b"], "t1"), Page(["c"], "t2"), Page(["d"], null)));
        using var client = api.Client();

        var list = await client.ListAsync<V1Pod>(new ListOptions { Limit = 2, LabelSelector = "a in (b, c)" }, None);

        Assert.That(list.Items.Select(pod => pod.Metadata.Name), Is.EqualTo(["a", "b", "c", "d"]));
        Assert.That(list.ResourceVersion, Is.EqualTo("7"));
        Assert.That(api.Requests.Select(request => request.Query.GetValueOrDefault("continue")), Is.EqualTo(new[] { null, "t1", "t2" }));
        Assert.That(api.Requests.Select(request => request.Query["labelSelector"]), Is.All.EqualTo("a in (b, c)"));
    }

    [Test]
    public async Task List_TokenExpiresOnTheWay_StartsOver()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(Page(["a"], "t1"), FakeApi.Status(410, "Expired"), Page(["b"], null)));
        using var client = api.Client();

        var list = await client.ListAsync<V1Pod>(null, None);

        Assert.That(list.Items.Select(pod => pod.Metadata.Name), Is.EqualTo(["b"]), "the pages of two lists must not be mixed");
    }

    [Test]
    public async Task List_TokenExpiresEveryTime_GivesUpAsGone()
    {
        await using var api = await FakeApi.StartAsync((context, request) =>
            (request.Query.ContainsKey("continue") ? FakeApi.Status(410, "Expired") : Page(["a"], "t"))(context, request));
        using var client = api.Client();

        Assert.That((await Assert.ThrowsAsync<KubernetesRequestException>(() => client.ListAsync<V1Pod>(null, None)))!.Kind, Is.EqualTo(KubernetesErrorKind.Gone));
    }

    [Test]
    public async Task List_OneObjectDoesNotRead_TheOthersDo()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(
            """
            {"items":[{"metadata":{"name":"a"}},
              {"metadata":{"namespace":"n","name":"bad"},"spec":{"containers":[{"ports":[{"containerPort":"many"}]}]},"status":{"podIP":"1.2.3.4"}},
              {"metadata":{"name":"c"}}],"metadata":{"resourceVersion":"5"},"later":{"items":[1]}}
            """));
        using var client = api.Client();

        var list = await client.ListAsync<V1Pod>(null, None);

        Assert.That(list.Items.Select(pod => pod.Metadata.Name), Is.EqualTo(["a", "c"]));
        var bad = list.Unreadable.Single();
        Assert.That((bad.Namespace, bad.Name), Is.EqualTo(("n", "bad")));
        Assert.That(bad.Problem, Does.Contain("containerPort"));
    }

    [TestCase("""{"kind":"Pod","spec":{}}""")]
    [TestCase("""{"metadata":{},"items":[{"metadata":{"name":"a"}""")]
    [TestCase("[]")]
    public async Task List_AnswerIsNoList_SaysSo(string body)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(body));
        using var client = api.Client();

        var e = await Assert.ThrowsAsync<KubernetesRequestException>(() => client.ListAsync<V1Pod>(null, None));
        Assert.That(e!.Message, Does.StartWith("list /api/v1/pods: the answer does not read"));
    }

    [Test]
    public async Task List_EmptyAsGoWritesIt_HasNoItems()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json("""{"metadata":{"resourceVersion":"5"},"items":null}"""));
        using var client = api.Client();

        Assert.That((await client.ListAsync<V1Pod>(null, None)).Items, Is.Empty);
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, RecordedRequest, Task> Page(string[] names, string? next)
    {
        var items = string.Join(",", names.Select(name => $$$"""{"metadata":{"name":"{{{name}}}","labels":{"x":"y"}},"unknown":{"deep":[1,{}]}}"""));
        return FakeApi.Json($$"""{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"{{next}}"},"items":[{{items}}]}""");
    }
}

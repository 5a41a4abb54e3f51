using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts.Policies;
using Plumbline.Kubernetes.Tests.Support;

namespace Plumbline.Kubernetes.Tests;

public sealed class DiscoveryTests
{
    private const string Groups = """
        {"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"version":"v1"}]},{"name":"cilium.io","versions":[{"groupVersion":"cilium.io/v2","version":"v2"},{"version":"v2alpha1"}]}]}
        """;

    [Test]
    public async Task Kind_OfAGroupThatIsServed_IsLookedForInIt()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(FakeApi.Json(Groups), FakeApi.Json("""{"resources":[{"name":"ciliumnetworkpolicies"},{"name":"ciliumnetworkpolicies/status"}]}""")));
        using var client = api.Client();

        Assert.That(await client.ServesAsync<CiliumNetworkPolicyObject>(CancellationToken.None), Is.True);
        Assert.That(api.Requests.Select(r => r.Path), Is.EqualTo(new[] { "/apis", "/apis/cilium.io/v2" }));
    }

    [Test]
    public async Task Kind_OfAGroupThatIsNotServed_CostsOneRequestThatSucceeds()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(Groups));
        using var client = api.Client();

        Assert.That(await client.ServesAsync<AdminNetworkPolicyObject>(CancellationToken.None), Is.False);
        Assert.That(api.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Kind_ThatItsGroupLacks_IsNotServed()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(FakeApi.Json(Groups), FakeApi.Json("""{"resources":[{"name":"ciliumendpoints"}]}""")));
        using var client = api.Client();

        Assert.That(await client.ServesAsync<CiliumNetworkPolicyObject>(CancellationToken.None), Is.False);
    }

    [Test]
    public async Task Kind_WhoseGroupGoesOnTheWay_IsNotServed()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.InTurn(FakeApi.Json(Groups), FakeApi.Status(404, "NotFound")));
        using var client = api.Client();

        Assert.That(await client.ServesAsync<CiliumNetworkPolicyObject>(CancellationToken.None), Is.False);
    }

    [TestCase("[]")]
    [TestCase("""{"groups":7}""")]
    [TestCase("""{"groups":[7,{"name":7},{"name":"cilium.io","versions":"v2"}]}""")]
    public async Task Answer_OfAnotherForm_HasNoKinds(string json)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json(json));
        using var client = api.Client();

        Assert.That(await client.ServesAsync<CiliumNetworkPolicyObject>(CancellationToken.None), Is.False);
    }

    [Test]
    public async Task Answer_ThatIsNoJson_IsAFailure()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Json("<html>"));
        using var client = api.Client();

        Assert.That(await Assert.ThrowsAsync<KubernetesRequestException>(() => client.ServesAsync<CiliumNetworkPolicyObject>(CancellationToken.None)), Is.Not.Null);
    }
}

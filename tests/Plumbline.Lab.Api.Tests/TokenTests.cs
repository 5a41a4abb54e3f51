using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Testing;

namespace Plumbline.Lab.Api.Tests;

internal sealed class TokenTests : ApiFixture
{
    private const string Accounts = "/api/v1/namespaces/default/serviceaccounts";

    private readonly ManualTimeProvider _clock = new();

    protected override LabApiOptions Options => base.Options with { Clock = _clock };

    [Test]
    public async Task Token_ForAPod_NamesPodAndNodeInReview()
    {
        var (token, pod) = await AgentTokenAsync();
        var review = await ReviewAsync(token, "plumbline");
        Assert.That(review["status"].Flag("authenticated"), Is.True, review.Text);
        Assert.That(review["status"].Texts("audiences"), Is.EqualTo(new[] { "plumbline" }));
        var user = review["status", "user"];
        Assert.That(user.Text("username"), Is.EqualTo("system:serviceaccount:default:agent"));
        Assert.That(user.Texts("groups"), Is.EqualTo(new[] { "system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated" }));
        Assert.That(user.Texts("extra", "authentication.kubernetes.io/node-name"), Is.EqualTo(new[] { "node-1" }));
        Assert.That(user.Texts("extra", "authentication.kubernetes.io/pod-name"), Is.EqualTo(new[] { "agent-1" }));
        Assert.That(user.Texts("extra", "authentication.kubernetes.io/pod-uid"), Is.EqualTo(new[] { pod }));
    }

    [Test]
    public async Task Token_ClaimsAreThoseOfKubernetes()
    {
        var (token, _) = await AgentTokenAsync();
        var claims = JsonTree.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        Assert.That(claims.Text("sub"), Is.EqualTo("system:serviceaccount:default:agent"));
        Assert.That(claims.Texts("aud"), Is.EqualTo(new[] { "plumbline" }));
        Assert.That(claims.Number("exp"), Is.EqualTo(_clock.GetUtcNow().ToUnixTimeSeconds() + 600));
        Assert.That(claims.Text("kubernetes.io", "namespace"), Is.EqualTo("default"));
        Assert.That(claims.Text("kubernetes.io", "serviceaccount", "name"), Is.EqualTo("agent"));
        Assert.That(claims.Text("kubernetes.io", "pod", "name"), Is.EqualTo("agent-1"));
        Assert.That(claims.Text("kubernetes.io", "node", "name"), Is.EqualTo("node-1"));
    }

    [Test]
    public async Task Review_OtherAudience_IsRejected()
    {
        var (token, _) = await AgentTokenAsync();
        var review = await ReviewAsync(token, "other");
        Assert.That(review["status"].Flag("authenticated"), Is.False);
        Assert.That(review["status"].Text("error"), Does.Contain("invalid for the target audiences"));
        Assert.That((await AskAsync(token)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "a token for somebody else is none for the server");
    }

    [Test]
    public async Task Review_AfterExpiry_IsRejected()
    {
        var (token, _) = await AgentTokenAsync();
        _clock.Advance(TimeSpan.FromSeconds(599));
        Assert.That((await ReviewAsync(token, "plumbline"))["status"].Flag("authenticated"), Is.True);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await ReviewAsync(token, "plumbline"))["status"].Text("error"), Does.Contain("expired"));
    }

    [Test]
    public async Task Review_ForgedToken_IsRejected()
    {
        var (token, _) = await AgentTokenAsync();
        var parts = token.Split('.');
        var claims = JsonTree.ParseObject(Base64Url.DecodeFromChars(parts[1]));
        claims["sub"] = "system:serviceaccount:kube-system:root";
        var forged = $"{parts[0]}.{Base64Url.EncodeToString(JsonTree.ToBytes(claims))}.{parts[2]}";
        Assert.That((await ReviewAsync(forged, "plumbline"))["status"].Text("error"), Does.Contain("signature"));
        foreach (var garbage in new[] { "a.b.c", "...", "x", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.!.{parts[2]}" })
        {
            Assert.That((await ReviewAsync(garbage, "plumbline"))["status"].Flag("authenticated"), Is.False, garbage);
        }
    }

    [Test]
    public async Task Review_AfterItsPodIsGone_IsRejected()
    {
        var (token, _) = await AgentTokenAsync();
        await DeleteAsync("/api/v1/namespaces/default/pods/agent-1");
        Assert.That((await ReviewAsync(token, "plumbline"))["status"].Text("error"), Does.Contain("is gone"));
    }

    [Test]
    public async Task Token_ForTheServer_AuthenticatesRequests()
    {
        await PostAsync(Accounts, """{"metadata":{"name":"operator"}}""");
        var token = (await PostAsync($"{Accounts}/operator/token", "{}"))["status"].Text("token")!;
        using var answer = await AskAsync(token);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("system:serviceaccount:default:operator"));
    }

    [TestCase("none", "{}", 404, "serviceaccounts \"none\" not found")]
    [TestCase("default", """{"spec":{"expirationSeconds":5}}""", 422, "may not specify a duration less than 10 minutes")]
    [TestCase("default", """{"spec":{"boundObjectRef":{"kind":"Pod","name":"none"}}}""", 404, "pods \"none\" not found")]
    [TestCase("default", """{"spec":{"boundObjectRef":{"kind":"Banana","name":"x"}}}""", 400, "cannot bind token to object of type Banana")]
    public async Task Token_BadRequest_SaysWhatIsWrong(string account, string body, int code, string message)
    {
        var answer = await PostAsync($"{Accounts}/{account}/token", body);
        Assert.That((int)answer.Code, Is.EqualTo(code));
        Assert.That(answer.Message, Does.Contain(message));
    }

    private async Task<(string Token, string PodUid)> AgentTokenAsync()
    {
        await PostAsync("/api/v1/nodes", """{"metadata":{"name":"node-1"}}""");
        await PostAsync(Accounts, """{"metadata":{"name":"agent"}}""");
        var pod = await PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"agent-1"},"spec":{"nodeName":"node-1","serviceAccountName":"agent","containers":[{"name":"a","image":"i"}]}}""");
        var request = await PostAsync($"{Accounts}/agent/token", """{"spec":{"audiences":["plumbline"],"expirationSeconds":600,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"agent-1"}}}""");
        Assert.That(request.Code, Is.EqualTo(HttpStatusCode.Created), request.Text);
        return (request["status"].Text("token")!, pod.Json.Text("metadata", "uid")!);
    }

    private Task<Answer> ReviewAsync(string token, string audience) => PostAsync(
        "/apis/authentication.k8s.io/v1/tokenreviews", JsonTree.ToText(new JsonObject { ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(audience) } }));

    private async Task<HttpResponseMessage> AskAsync(string token)
    {
        using var client = ClientOf(Server);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri("/apis/authentication.k8s.io/v1/selfsubjectreviews", UriKind.Relative), body);
    }
}

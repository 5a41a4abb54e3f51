using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Microsoft.AspNetCore.Hosting;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests;

/// <summary>
/// Each setting that a kubeconfig can have and that KubernetesClient takes otherwise, or not at all: from the file to the request that the server
/// sees. Ours uses it, or refuses it by file and field.
/// </summary>
public sealed class KubeconfigTableTests
{
    private string _directory = "";
    private FakeApi _api = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("plumbline-kubeconfig-").FullName;
        _api = await FakeApi.StartAsync(FakeApi.Json("""{"metadata":{"name":"a"}}"""));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _api.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [TestCase("", "127.0.0.1", "refused")]
    [TestCase("tls-server-name: api.internal", "127.0.0.1", "refused")]
    [TestCase("tls-server-name: api.internal", "api.internal", "answered")]
    [TestCase("", "127.0.0.2", "answered")]
    public async Task ServerCertificate_IsVerifiedByName(string setting, string nameInCertificate, string outcome)
    {
        using var authority = TestCertificates.Authority("ca");
        using var certificate = TestCertificates.Issue("CN=server", authority, nameInCertificate);
        await using var api = await FakeApi.StartAsync(FakeApi.Json("""{"metadata":{"name":"a"}}"""), listen => listen.UseHttps(certificate), address: "127.0.0.2");
        Write("ca.crt", authority.ExportCertificatePem());

        var (answer, _) = await AskAsync(Config($"server: {api.Url}\n    certificate-authority: ca.crt\n    {setting}", "{}"));

        Assert.That(answer, Does.StartWith(outcome));
        Assert.That(api.Requests.IsEmpty, Is.EqualTo(outcome == "refused"), "no token is sent to a server that is not believed");
    }

    [Test]
    public async Task ServerCertificate_OfAnotherAuthority_IsRefused()
    {
        using var authority = TestCertificates.Authority("ca");
        using var other = TestCertificates.Authority("ca");
        using var certificate = TestCertificates.Issue("CN=server", other, "127.0.0.1");
        await using var api = await FakeApi.StartAsync(FakeApi.Json("""{"metadata":{"name":"a"}}"""), listen => listen.UseHttps(certificate));
        var data = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(authority.ExportCertificatePem()));

        var (answer, _) = await AskAsync(Config($"server: {api.Url}\n    certificate-authority-data: {data}", "{}"));

        Assert.That(answer, Does.StartWith("refused"));
    }

    [Test]
    public async Task As_IsWhomTheServerSees()
    {
        var (answer, request) = await AskAsync(Config(Plain, "{token: t, as: jane, as-uid: u1, as-groups: [a b]}"));

        Assert.That(answer, Is.EqualTo("answered"));
        Assert.That((request!.Headers["Impersonate-User"], request.Headers["Impersonate-Uid"], request.Headers["Impersonate-Group"]), Is.EqualTo(("jane", "u1", "a b")));
    }

    [Test]
    public async Task ProxyUrl_IsTheWayToTheServer()
    {
        var (answer, request) = await AskAsync(Config($"server: http://api.nowhere.invalid:8080\n    proxy-url: {_api.Url}", "{}"));

        Assert.That(answer, Is.EqualTo("answered"));
        Assert.That(request!.Headers["Host"], Is.EqualTo("api.nowhere.invalid:8080"));
    }

    [Test]
    public async Task TokenFile_WinsOverToken()
    {
        Write("token", "from-file\n");

        var (_, request) = await AskAsync(Config(Plain, "{token: inline, tokenFile: token}"));

        Assert.That(request!.Headers["Authorization"], Is.EqualTo("Bearer from-file"));
    }

    [Test]
    public async Task TokenFile_NotThere_IsNamed()
    {
        var (answer, request) = await AskAsync(Config(Plain, "tokenFile: gone"));

        Assert.That(answer, Does.StartWith("refused Unauthorized").And.Contain(Path.Combine(_directory, "gone")).And.Contain("cannot be read"));
        Assert.That(request, Is.Null);
    }

    [Test]
    public async Task TokenFile_NotThereAnyMore_TheInlineTokenIsUsed()
    {
        var (_, request) = await AskAsync(Config(Plain, "{token: inline, tokenFile: gone}"));

        Assert.That(request!.Headers["Authorization"], Is.EqualTo("Bearer inline"));
    }

    [Test]
    public async Task TokenFile_RotatedAndTheOldRefused_IsReadAgainAtOnce()
    {
        Write("token", "old");
        using var client = ClientOf(ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, Write("config", Config(Plain, "tokenFile: token"))));
        Assert.That(await GetAsync(client), Is.EqualTo("answered"));
        Write("token", "new");
        _api.Answer = (context, request) => request.Headers["Authorization"] == "Bearer new"
            ? FakeApi.Json("""{"metadata":{"name":"a"}}""")(context, request)
            : FakeApi.Status(401, "Unauthorized")(context, request);

        Assert.That(await GetAsync(client), Is.EqualTo("answered"));
        Assert.That(_api.Requests.Select(r => r.Headers["Authorization"]), Is.EqualTo(["Bearer old", "Bearer old", "Bearer new"]));
    }

    [Test]
    public async Task ExecArguments_WithBlanks_StayApart()
    {
        var plugin = Write("plugin", """
            #!/bin/sh
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s/%s/%s"}}' $# "$(echo "$1" | tr ' ' '_')" "$2"
            """);
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var (_, request) = await AskAsync(Config(Plain, """exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: ["one two", three]}"""));

        Assert.That(request!.Headers["Authorization"], Is.EqualTo("Bearer 2/one_two/three"));
    }

    [Test]
    public async Task ExecPlugin_RefusedByTheServer_IsAskedOnceMore()
    {
        var plugin = Write("plugin", """
            #!/bin/sh
            echo run >> runs
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s"}}' $(wc -l < runs)
            """.Replace(" runs", $" {Path.Combine(_directory, "runs")}", StringComparison.Ordinal));
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _api.Answer = FakeApi.InTurn(FakeApi.Status(401, "Unauthorized"), FakeApi.Json("""{"metadata":{"name":"a"}}"""));

        var (answer, request) = await AskAsync(Config(Plain, "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}"));

        Assert.That((answer, request!.Headers["Authorization"]), Is.EqualTo(("answered", "Bearer t2")));
    }

    [Test]
    public async Task FileOfTheList_NotThere_IsPassedOver()
    {
        var there = Write("config", Config(Plain, "token: t"));
        var environment = (string name) => name == "KUBECONFIG" ? $"{_directory}/gone{Path.PathSeparator}{there}" : null;
        using var client = ClientOf(ApiConnection.BuildDefaultConfig(TimeProvider.System, environment: environment));

        Assert.That(await GetAsync(client), Is.EqualTo("answered"));
    }

    [Test]
    public void FileThatWasNamed_NotThere_IsAnError()
    {
        var path = Path.Combine(_directory, "gone");
        Assert.That(
            () => ApiConnection.BuildDefaultConfig(TimeProvider.System, path),
            Throws.InstanceOf<KubernetesConfigurationException>().With.Message.StartsWith($"{path}: the kubeconfig cannot be read"));
    }

    [TestCase("server: https://h\n    insecure-skip-tls-verify: true\n    certificate-authority: ca.crt", "clusters[0].cluster.insecure-skip-tls-verify: cannot be combined with a certificate authority")]
    [TestCase("server: https://h\n    insecure-skip-tls-verify: true\n    certificate-authority-data: YQ==", "clusters[0].cluster.insecure-skip-tls-verify: cannot be combined with a certificate authority")]
    [TestCase("server: https://h\n    proxy-url: ftp://proxy", "clusters[0].cluster.proxy-url: 'ftp://proxy' is no address")]
    public void Cluster_ThatContradictsItself_IsRefused(string cluster, string message) => Refused(Config(cluster, "{}"), message);

    [TestCase("as-user-extra: {reason: [x]}", "users[0].user.as-user-extra: is not supported")]
    [TestCase("{as: jane, as-groups: [a, b]}", "users[0].user.as-groups: holds 2 groups")]
    [TestCase("as-uid: u1", "users[0].user.as: is missing")]
    [TestCase("auth-provider: {name: oidc}", "users[0].user.auth-provider: is not supported")]
    [TestCase("{username: u, password: p}", "users[0].user.username: is not supported")]
    [TestCase("{client-certificate-data: YQ==, client-key-data: YQ==}", "users[0].user.client-certificate: the certificate and its key cannot be read")]
    [TestCase("exec: {apiVersion: client.authentication.k8s.io/v1, command: x, args: [{a: b}]}", "users[0].user.exec.args[0]: expected text")]
    public void User_WhoseSettingCannotBeUsed_IsRefused(string user, string message) => Refused(Config(Plain, user), message);

    [TestCase("X")]
    [TestCase("x ")]
    public void Context_InAnotherCase_IsUnknown(string context)
    {
        var path = Write("config", Config(Plain, "{}"));
        Assert.That(
            () => ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, path, context),
            Throws.InstanceOf<KubernetesConfigurationException>().With.Message.EqualTo($"{path}: current-context: there is no context '{context}' (known: x)"));
    }

    [TestCase("a: [b\nc", ":1: no valid YAML")]
    [TestCase("clusters: [\n", ": no valid YAML")]
    [TestCase("clusters:\n- name: c\n   cluster: {}", ":3: no valid YAML")]
    [TestCase("clusters: *nowhere", ": no valid YAML")]
    [TestCase("a: 1\na: 2", ": no valid YAML")]
    [TestCase("clusters: text", ": clusters: expected a list")]
    [TestCase("clusters: [text]", ": clusters[0]: expected a mapping")]
    public void Yaml_Malformed_NamesTheFile(string text, string message) => Refused(text, message);

    private string Plain => $"server: {_api.Url}";

    private static string Config(string cluster, string user) => $$"""
        current-context: x
        contexts:
        - name: x
          context: {cluster: c, user: u}
        clusters:
        - name: c
          cluster:
            {{cluster}}
        users:
        - name: u
          user:
            {{user}}
        """;

    private static KubernetesClient ClientOf(ApiConnection connection) =>
        new(connection, KindContracts.Models, TimeProvider.System, new Random(1), new KubernetesClientOptions { Retries = 0 });

    private static async Task<string> GetAsync(KubernetesClient client)
    {
        try
        {
            return await client.GetAsync<V1Pod>("a", "n", CancellationToken.None) is null ? "nothing" : "answered";
        }
        catch (KubernetesRequestException e)
        {
            return $"refused {e.Kind}: {e.Message}";
        }
    }

    private async Task<(string Answer, RecordedRequest? Last)> AskAsync(string kubeconfig)
    {
        using var client = ClientOf(ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, Write("config", kubeconfig)));
        return (await GetAsync(client), _api.Requests.LastOrDefault());
    }

    private void Refused(string text, string message)
    {
        var path = Write("config", text);
        var e = Assert.Throws<KubernetesConfigurationException>(() => ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, path));
        Assert.That(e!.Message, Does.StartWith(path).And.Contain(message));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}

using Plumbline.Kubernetes.Connection;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests;

public sealed class ConfigurationTests
{
    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("plumbline-config-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Kubeconfig_WithTokenAndNamespace_IsRead()
    {
        var path = Write("config", Config("server: https://api.example:6443/base", "token: abc", "namespace: docs"));

        var config = ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, path);

        Assert.That((config.Server.AbsoluteUri, config.Namespace, config.Source), Is.EqualTo(("https://api.example:6443/base", "docs", path)));
        Assert.That(await config.Credentials.TokenAsync(CancellationToken.None), Is.EqualTo("abc"));
    }

    [Test]
    public void Kubeconfig_AsJson_IsReadToo()
    {
        var path = Write("config", """{"clusters":[{"name":"c","cluster":{"server":"http://h:1"}}],"contexts":[{"name":"x","context":{"cluster":"c"}}],"current-context":"x"}""");

        Assert.That(ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, path).Server.AbsoluteUri, Is.EqualTo("http://h:1/"));
    }

    [Test]
    public async Task KubeconfigList_IsMergedAsKubectlDoes()
    {
        var first = Write("first", """
            current-context: two
            users: [{name: u, user: {token: first}}]
            """);
        Directory.CreateDirectory(Path.Combine(_directory, "deep"));
        File.WriteAllText(Path.Combine(_directory, "deep", "token"), "from-file\n");
        var second = Write("deep/second", """
            current-context: one
            clusters: [{name: c, cluster: {server: "https://second"}}]
            users: [{name: u, user: {token: second}}, {name: v, user: {tokenFile: token}}]
            contexts: [{name: one, context: {cluster: c, user: v}}, {name: two, context: {cluster: c, user: u}}]
            """);
        var environment = Env(("KUBECONFIG", $"{Path.Combine(_directory, "missing")}:{first}::{second}"));

        var current = ApiConnection.BuildDefaultConfig(TimeProvider.System, environment: environment);
        var other = ApiConnection.BuildDefaultConfig(TimeProvider.System, context: "one", environment: environment);

        Assert.That(await current.Credentials.TokenAsync(CancellationToken.None), Is.EqualTo("first"), "the first entry of a name wins");
        Assert.That(await other.Credentials.TokenAsync(CancellationToken.None), Is.EqualTo("from-file"), "paths are relative to their own file");
        Assert.That(current.Server.Host, Is.EqualTo("second"));
    }

    [TestCase("a: 1\nb: %", "FILE:2: no valid YAML")]
    [TestCase("a: [b\nc", "FILE:1: no valid YAML")]
    [TestCase("a: [b", "no valid YAML")]
    [TestCase("- 1", "FILE:1: expected a mapping")]
    [TestCase("", "FILE: current-context is not set")]
    [TestCase("current-context: x\ncontexts: [{name: y, context: {cluster: c}}]", "FILE: current-context: there is no context 'x' (known: y)")]
    [TestCase("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]", "FILE: contexts[0].context.cluster: there is no cluster 'c' (known: none)")]
    [TestCase("current-context: x\ncontexts: [{context: {cluster: c}}]", "FILE: contexts[0].name: is missing")]
    [TestCase("clusters: {}", "FILE: clusters: expected a list")]
    public void Kubeconfig_Malformed_NamesFileAndField(string text, string message) => Refused(text, message);

    [TestCase("server: nowhere", "clusters[0].cluster.server: 'nowhere' is no address")]
    [TestCase("server: ftp://x", "clusters[0].cluster.server: 'ftp://x' is no address")]
    [TestCase("{}", "clusters[0].cluster.server: is missing")]
    [TestCase("server: https://x\n    insecure-skip-tls-verify: maybe", "insecure-skip-tls-verify: expected true or false, not 'maybe'")]
    [TestCase("server: https://x\n    certificate-authority: gone.crt", "certificate-authority: there is no file ")]
    [TestCase("server: https://x\n    certificate-authority-data: '***'", "certificate-authority-data: is not valid base64")]
    [TestCase("server: https://x\n    certificate-authority-data: YWJj", "certificate-authority-data: holds no PEM certificate")]
    [TestCase("server: https://x\n    proxy-url: nowhere", "proxy-url: 'nowhere' is no address")]
    public void Cluster_Malformed_NamesFileAndField(string cluster, string message) => Refused(Config(cluster, "token: t"), message);

    [TestCase("auth-provider: {name: gcp}", "users[0].user.auth-provider: is not supported")]
    [TestCase("username: u", "users[0].user.username: is not supported")]
    [TestCase("client-certificate: gone.crt", "users[0].user.client-certificate: cannot be read")]
    [TestCase("client-key-data: YWJj", "users[0].user.client-certificate: is missing")]
    [TestCase("{client-key-data: YWJj, client-certificate-data: YWJj}", "users[0].user.client-certificate: the certificate and its key cannot be read")]
    [TestCase("as-groups: [g]", "users[0].user.as: is missing")]
    [TestCase("exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", "users[0].user.exec.apiVersion: 'client.authentication.k8s.io/v1alpha1' is not supported")]
    [TestCase("exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}", "exec.interactiveMode: Always is not possible")]
    [TestCase("exec: {apiVersion: client.authentication.k8s.io/v1}", "exec.command: is missing")]
    public void User_Malformed_NamesFileAndField(string user, string message) => Refused(Config("server: https://x", user), message);

    [Test]
    public void Default_NothingThere_SaysWhereItLooked()
    {
        var e = Assert.Throws<KubernetesConfigurationException>(
            () => ApiConnection.BuildDefaultConfig(TimeProvider.System, environment: Env(("HOME", _directory))));
        Assert.That(e!.Message, Does.Contain("KUBECONFIG").And.Contain($"{_directory}/.kube/config").And.Contain("KUBERNETES_SERVICE_HOST"));
    }

    [Test]
    public async Task InCluster_TokenRotates_IsReadAgain()
    {
        var clock = new ManualTimeProvider();
        Write("token", "one\n");
        Write("namespace", "plumbline-system");
        Write("ca.crt", AuthorityPem());
        var config = ApiConnection.InClusterConfig(
            clock, Env(("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "443")), _directory);

        Assert.That((config.Server.AbsoluteUri, config.Namespace), Is.EqualTo(("https://[fd00::1]/", "plumbline-system")));
        Assert.That(await Token(), Is.EqualTo("one"));
        Write("token", "two");
        Assert.That(await Token(), Is.EqualTo("one"), "not every request reads the file");
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That(await Token(), Is.EqualTo("two"));
        File.Delete(Path.Combine(_directory, "token"));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That(await Token(), Is.EqualTo("two"), "the last token may still be good");

        async Task<string?> Token() => await config.Credentials.TokenAsync(CancellationToken.None);
    }

    [Test]
    public void InCluster_NoToken_SaysWhatToLookAt()
    {
        var e = Assert.Throws<KubernetesConfigurationException>(() => ApiConnection.InClusterConfig(
            TimeProvider.System, Env(("KUBERNETES_SERVICE_HOST", "h"), ("KUBERNETES_SERVICE_PORT", "443")), _directory));
        Assert.That(e!.Message, Does.StartWith($"{_directory}/token: there is no token").And.Contain("automountServiceAccountToken"));
    }

    [Test]
    public async Task Exec_PrintsToken_IsAskedAgainWhenItExpires()
    {
        var clock = new ManualTimeProvider();
        var plugin = Write("plugin", """
            #!/bin/sh
            echo run >> "$LOG"
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$LOG.info"
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t'$(wc -l < "$LOG")'-'$1'","expirationTimestamp":"2026-01-01T00:10:00Z"}}'
            """);
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var log = Path.Combine(_directory, "log");
        var config = Read(Config("server: https://x", $$"""
            exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [arg], env: [{name: LOG, value: "{{log}}"}], provideClusterInfo: true}
            """), clock);

        Assert.That(await Token(), Is.EqualTo("t1-arg"));
        Assert.That(await Token(), Is.EqualTo("t1-arg"));
        Assert.That(File.ReadAllText(log + ".info"), Does.Contain("\"interactive\":false").And.Contain("\"server\":\"https://x\""));
        clock.Advance(TimeSpan.FromMinutes(9) + TimeSpan.FromSeconds(40));
        Assert.That(await Token(), Is.EqualTo("t2-arg"), "30 s before it expires");
        Assert.That(config.Credentials.Invalidate(), Is.True);
        Assert.That(await Token(), Is.EqualTo("t3-arg"));

        async Task<string?> Token() => await config.Credentials.TokenAsync(CancellationToken.None);
    }

    [TestCase("#!/bin/sh\necho sorry >&2; exit 3", "'PLUGIN' ended with status 3: sorry")]
    [TestCase("#!/bin/sh\necho hello", "'PLUGIN' printed something that is no ExecCredential")]
    [TestCase("#!/bin/sh\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'", "printed apiVersion 'client.authentication.k8s.io/v1beta1' where the kubeconfig says")]
    [TestCase("#!/bin/sh\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "printed neither a token nor a client certificate")]
    [TestCase(null, "'PLUGIN' did not start: ")]
    public async Task Exec_Fails_SaysHow(string? script, string message)
    {
        var plugin = Path.Combine(_directory, "plugin");
        if (script is not null)
        {
            Write("plugin", script);
            File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var config = Read(Config("server: https://x", "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, installHint: get it}"));

        var e = await Assert.ThrowsAsync<KubernetesConfigurationException>(async () => await config.Credentials.TokenAsync(CancellationToken.None));
        Assert.That(e!.Message, Does.Contain("users[0].user.exec.command").And.Contain(message.Replace("PLUGIN", plugin, StringComparison.Ordinal)));
    }

    [Test]
    public void Impersonation_IsKept()
    {
        var config = Read(Config("server: https://x", "{token: t, as: jane, as-groups: [a]}"));

        Assert.That((config.Impersonation?.User, config.Impersonation?.Group), Is.EqualTo(("jane", "a")));
    }

    private static Func<string, string?> Env(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    private static string Config(string cluster, string user, string context = "") => $$"""
        current-context: x
        contexts:
        - name: x
          context:
            cluster: c
            user: u
            {{context}}
        clusters:
        - name: c
          cluster:
            {{cluster}}
        users:
        - name: u
          user:
            {{user}}
        """;

    private static string AuthorityPem()
    {
        using var authority = TestCertificates.Authority("ca");
        return authority.ExportCertificatePem();
    }

    private void Refused(string text, string message)
    {
        var path = Write("config", text);
        var e = Assert.Throws<KubernetesConfigurationException>(() => ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, path));
        Assert.That(e!.Message, Does.StartWith(path).And.Contain(message.Replace("FILE", path, StringComparison.Ordinal)));
    }

    private ApiConnection Read(string text, TimeProvider? time = null) =>
        ApiConnection.BuildConfigFromConfigFile(time ?? TimeProvider.System, Write("config", text));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}

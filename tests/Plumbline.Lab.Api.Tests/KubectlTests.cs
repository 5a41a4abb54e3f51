using System.Diagnostics;
using System.Net;
using System.Text;
using Plumbline.Testing;

namespace Plumbline.Lab.Api.Tests;

/// <summary>The server as people use it: through the real kubectl.</summary>
internal sealed class KubectlTests : ApiFixture
{
    private string _directory = "";
    private TestAuthority _authority = null!;

    /// <summary>kubectl sends no token over plain HTTP.</summary>
    protected override LabApiOptions Options => base.Options with { Endpoints = [new LabApiEndpoint.Tcp(new IPEndPoint(IPAddress.Loopback, 0), _authority.Server)] };

    [OneTimeSetUp]
    public void FindKubectl()
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!paths.Any(path => File.Exists(Path.Combine(path, "kubectl"))))
        {
            Assert.Ignore("kubectl is not on PATH");
        }

        _directory = Directory.CreateTempSubdirectory("plumbline-kubectl-").FullName;
        _authority = new TestAuthority();
    }

    [OneTimeTearDown]
    public void RemoveDirectory()
    {
        if (_directory.Length > 0)
        {
            _authority.Dispose();
            Directory.Delete(_directory, recursive: true);
        }
    }

    [SetUp]
    public void WriteKubeconfig() => File.WriteAllText(Path.Combine(_directory, "config"), $$$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: lab, cluster: {server: "{{{Server.Url}}}", certificate-authority: {{{_authority.CertificatePath}}}}}]
        users: [{name: admin, user: {token: {{{Token}}}}}]
        contexts: [{name: lab, context: {cluster: lab, user: admin, namespace: default}}]
        current-context: lab
        """);

    [Test]
    public async Task CustomKind_FromDefinitionToDeletion()
    {
        await RunAsync(null, "apply", "-f", Repository.PathOf("tests", "Plumbline.Lab.Api.Tests", "gauges.crd.yaml"));
        Assert.That(await RunAsync(null, "wait", "--for=condition=Established", "crd/gauges.lab.example.com", "--timeout=10s"), Does.Contain("condition met"));
        const string Manifest = """
            apiVersion: lab.example.com/v1
            kind: Gauge
            metadata: {name: g1}
            spec:
              from: Tenant Service
              rows: [{id: "1", to: Redis, ports: [6379]}]
            """;
        Assert.That(await RunAsync(Manifest, "apply", "-f", "-"), Is.EqualTo("gauge.lab.example.com/g1 created\n"));
        Assert.That(await RunAsync(Manifest, "apply", "--server-side", "-f", "-"), Is.EqualTo("gauge.lab.example.com/g1 serverside-applied\n"));
        await RunAsync(null, "patch", "gg", "g1", "--subresource=status", "--type=merge", "-p", """{"status":{"conditions":[{"type":"Verified","status":"True","reason":"Reachable"}]}}""");
        Assert.That(await RunAsync(null, "wait", "--for=condition=Verified", "gauge/g1", "--timeout=10s"), Does.Contain("condition met"));
        var wide = await RunAsync(null, "get", "gauges", "-A", "-o", "wide");
        Assert.That(wide, Does.Match(@"NAMESPACE\s+NAME\s+FROM\s+VERIFIED\s+REASON\s+REPLICAS\s+AGE\s+default\s+g1\s+Tenant Service\s+True\s+Reachable\s+1\s+\d+s"));
        Assert.That(await RunAsync(null, "get", "instruments", "-o", "name"), Is.EqualTo("gauge.lab.example.com/g1\n"));
        Assert.That(await RunAsync(null, "describe", "gauge", "g1"), Does.Contain("From:      Tenant Service").And.Contain("Reason:"));
        Assert.That(await RunAsync(null, "explain", "gauge.spec.from"), Does.Contain("Where it starts."));
        Assert.That(await RunAsync(null, "label", "gauge", "g1", "tier=front"), Does.Contain("labeled"));
        Assert.That(await RunAsync(null, "scale", "gauge", "g1", "--replicas=2"), Does.Contain("scaled"));
        Assert.That(await RunAsync(null, "get", "gauge", "g1", "-o", "jsonpath={.spec.replicas}"), Is.EqualTo("2"));
        Assert.That(await RunAsync(null, "delete", "gauge", "g1"), Does.Contain("deleted"));
        Assert.That(await RunAsync(null, "delete", "crd", "gauges.lab.example.com"), Does.Contain("deleted"));
    }

    [Test]
    public async Task UnknownField_IsReportedBeforeItIsStored()
    {
        await DefineGaugesAsync();
        var failure = await FailAsync("apiVersion: lab.example.com/v1\nkind: Gauge\nmetadata: {name: g}\nspec: {from: a, bogus: 1}\n", "apply", "-f", "-");
        Assert.That(failure, Does.Contain("strict decoding error: unknown field \"spec.bogus\""));
    }

    [Test]
    public async Task TypedCommands_ThatSendProtocolBuffers_Work()
    {
        Assert.That(await RunAsync(null, "create", "namespace", "t"), Does.Contain("created"));
        Assert.That(await RunAsync(null, "create", "deployment", "web", "--image=nginx", "--replicas=0", "--port=80", "-n", "t"), Does.Contain("created"));
        Assert.That(await RunAsync(null, "get", "deployment", "web", "-n", "t", "-o", "jsonpath={.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}"), Is.EqualTo("0 80"));
        Assert.That(await RunAsync(null, "expose", "deployment", "web", "-n", "t"), Does.Contain("exposed"));
        Assert.That(await RunAsync(null, "set", "image", "deployment/web", "nginx=nginx:2", "-n", "t"), Does.Contain("updated"));
        Assert.That(await RunAsync(null, "create", "secret", "generic", "s", "--from-literal=k=v", "-n", "t"), Does.Contain("created"));
        Assert.That(await RunAsync(null, "get", "secret", "s", "-n", "t", "-o", "jsonpath={.data.k}"), Is.EqualTo("dg=="));
        Assert.That(await RunAsync(null, "auth", "whoami"), Does.Contain("system:masters"));
        Assert.That(await RunAsync(null, "auth", "can-i", "create", "pods"), Is.EqualTo("yes\n"));
        Assert.That((await RunAsync(null, "create", "token", "default", "-n", "t")).Split('.'), Has.Length.EqualTo(3));
        Assert.That(await RunAsync(null, "delete", "namespace", "t"), Does.Contain("deleted"));
    }

    [Test]
    public async Task Watch_OfATable_PrintsChanges()
    {
        await RunAsync(null, "create", "configmap", "c");
        using var watch = Start("get", "configmaps", "c", "-w", "--no-headers");
        try
        {
            using var deadline = new CancellationTokenSource(Deadline);
            Assert.That(await watch.StandardOutput.ReadLineAsync(deadline.Token), Does.Match(@"^c\s+0\s+\d+s"));
            await RunAsync(null, "patch", "configmap", "c", "-p", """{"data":{"a":"b"}}""");
            Assert.That(await watch.StandardOutput.ReadLineAsync(deadline.Token), Does.Match(@"^c\s+1\s+\d+s"));
        }
        finally
        {
            watch.Kill();
        }
    }

    private async Task<string> RunAsync(string? input, params string[] arguments)
    {
        var (status, output, error) = await ExecuteAsync(input, arguments);
        Assert.That(status, Is.Zero, $"kubectl {string.Join(' ', arguments)}: {error}");
        return output;
    }

    private async Task<string> FailAsync(string? input, params string[] arguments)
    {
        var (status, _, error) = await ExecuteAsync(input, arguments);
        Assert.That(status, Is.Not.Zero);
        return error;
    }

    private async Task<(int Status, string Output, string Error)> ExecuteAsync(string? input, string[] arguments)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["KUBECONFIG"] = Path.Combine(_directory, "config");
        start.Environment["HOME"] = _directory;
        return Process.Start(start)!;
    }
}

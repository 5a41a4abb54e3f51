using System.Diagnostics;
using Plumbline.Testing;

namespace Plumbline.Api.Tests;

/// <summary>
/// Schemas and rules on a real API server, where one is at hand: <c>PLUMBLINE_TEST_KUBECONFIG</c> names an administrator's kubeconfig of a
/// server for tests, and kubectl is in <c>KUBEBUILDER_ASSETS</c> or on the path. The server keeps our definitions and nothing else.
/// </summary>
[NonParallelizable]
public sealed class ApiServerTests
{
    private string _kubeconfig = "";
    private string _namespace = "";

    private static IEnumerable<TestCaseData> Rejected() =>
        Directory.EnumerateFiles(Repository.PathOf("tests", "Plumbline.Api.Tests", "cases", "rejected"), "*.yaml")
            .Order(StringComparer.Ordinal)
            .Select(file => new TestCaseData(file).SetArgDisplayNames(Path.GetFileNameWithoutExtension(file)));

    [OneTimeSetUp]
    public async Task ApplyDefinitions()
    {
        if (Environment.GetEnvironmentVariable("PLUMBLINE_TEST_KUBECONFIG") is not { Length: > 0 } kubeconfig)
        {
            Assert.Ignore("no API server: set PLUMBLINE_TEST_KUBECONFIG to the kubeconfig of one for tests");
            return;
        }

        _kubeconfig = kubeconfig;
        await Succeed("apply", "--server-side", "--force-conflicts", "-f", Repository.PathOf("deploy", "crds"));
        await Succeed("wait", "--for=condition=Established", "--timeout=30s", "-f", Repository.PathOf("deploy", "crds"));
        _namespace = $"contracts-{Environment.ProcessId}";
        await Succeed("create", "namespace", _namespace);
    }

    [OneTimeTearDown]
    public async Task RemoveNamespace()
    {
        if (_namespace.Length > 0)
            await Succeed("delete", "namespace", _namespace, "--wait=false");
    }

    [TestCaseSource(nameof(Rejected))]
    public async Task BadObject_IsRejectedWithAMessageThatNamesTheField(string file)
    {
        var expected = (await File.ReadAllLinesAsync(file))[0]["# expect: ".Length..];

        var (exitCode, output) = await Kubectl("apply", "-n", _namespace, "--dry-run=server", "-f", file);

        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain(expected));
    }

    [Test]
    public async Task Samples_AreAccepted()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("deploy", "samples"), "*.yaml"))
        {
            var text = (await File.ReadAllTextAsync(file)).Replace("namespace: docs", $"namespace: {_namespace}", StringComparison.Ordinal);
            await SucceedWith(text, "apply", "--dry-run=server", "-f", "-");
        }
    }

    [Test]
    public async Task Connection_MovedToAnotherMap_IsRejected()
    {
        const string Connection = "apiVersion: plumbline.dev/v1alpha1\nkind: Connection\nmetadata: {name: moved}\nspec: {map: a, id: '1'}\n";
        await SucceedWith(Connection, "apply", "-n", _namespace, "-f", "-");

        var (exitCode, output) = await Kubectl("patch", "-n", _namespace, "connection", "moved", "--type=merge", "-p", """{"spec":{"map":"b"}}""");

        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain("a Connection belongs to its map for good"));
    }

    private Task Succeed(params string[] arguments) => SucceedWith(null, arguments);

    private async Task SucceedWith(string? input, params string[] arguments)
    {
        var (exitCode, output) = await Run(input, arguments);
        Assert.That(exitCode, Is.Zero, $"kubectl {string.Join(' ', arguments)}\n{output}");
    }

    private Task<(int ExitCode, string Output)> Kubectl(params string[] arguments) => Run(null, arguments);

    private async Task<(int ExitCode, string Output)> Run(string? input, string[] arguments)
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        var start = new ProcessStartInfo(assets is null ? "kubectl" : Path.Combine(assets, "kubectl"), ["--kubeconfig", _kubeconfig, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var kubectl = Process.Start(start)!;
        try
        {
            await kubectl.StandardInput.WriteAsync((input ?? "").AsMemory(), deadline.Token);
            kubectl.StandardInput.Close();
            var output = kubectl.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = kubectl.StandardError.ReadToEndAsync(deadline.Token);
            await kubectl.WaitForExitAsync(deadline.Token);
            return (kubectl.ExitCode, await output + await errors);
        }
        finally
        {
            if (!kubectl.HasExited)
                kubectl.Kill();
        }
    }
}

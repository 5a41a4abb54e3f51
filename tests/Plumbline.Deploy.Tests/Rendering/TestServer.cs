using Plumbline.Lab.Launch;
using Plumbline.Testing;

namespace Plumbline.Deploy.Tests.Rendering;

/// <summary>The API server that <c>PLUMBLINE_TEST_KUBECONFIG</c> names, seen through kubectl as its administrator.</summary>
internal sealed class TestServer
{
    private TestServer(string kubeconfig) => Kubeconfig = kubeconfig;

    public string Kubeconfig { get; }

    /// <summary>Skips the test where there is none.</summary>
    public static TestServer Find()
    {
        if (Environment.GetEnvironmentVariable("PLUMBLINE_TEST_KUBECONFIG") is not { Length: > 0 } kubeconfig)
        {
            Assert.Ignore("no API server: set PLUMBLINE_TEST_KUBECONFIG to the kubeconfig of one for tests (.ci/run starts one where it can)");
            throw new InvalidOperationException("not reached");
        }

        return new TestServer(kubeconfig);
    }

    public Task<ToolRun> RunAsync(IEnumerable<string> arguments, string? input = null) => Kubectl.RunAsync(["--kubeconfig", Kubeconfig, .. arguments], input);

    /// <returns>What it printed.</returns>
    public async Task<string> SucceedAsync(IReadOnlyList<string> arguments, string? input = null)
    {
        var run = await RunAsync(arguments, input);
        Assert.That(run.ExitCode, Is.Zero, $"kubectl {string.Join(' ', arguments)}\n{run.Output}{run.Error}");
        return run.Output;
    }

    public Task InstallDefinitionsAsync() => ApplyDefinitionsAsync(Repository.PathOf("deploy", "crds"));

    public async Task ApplyDefinitionsAsync(string folder)
    {
        await SucceedAsync(["apply", "--server-side", "--force-conflicts", "-f", folder]);
        await SucceedAsync(["wait", "--for=condition=Established", "--timeout=30s", "-f", folder]);
    }

    /// <returns>False where it was there already.</returns>
    public async Task<bool> CreateNamespaceAsync(string name)
    {
        var run = await RunAsync(["create", "namespace", name]);
        Assert.That(run.ExitCode == 0 || run.Error.Contains("AlreadyExists", StringComparison.Ordinal), run.Error);
        return run.ExitCode == 0;
    }
}

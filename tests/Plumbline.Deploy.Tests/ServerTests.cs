using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;
using Plumbline.Testing;

namespace Plumbline.Deploy.Tests;

/// <summary>
/// What is rendered, on a real API server: every object passes a dry-run on the server's side, with unknown fields refused. Needs
/// <c>PLUMBLINE_TEST_KUBECONFIG</c>, an administrator's kubeconfig of a server for tests; the server keeps the definitions and nothing else.
/// </summary>
[NonParallelizable]
public sealed class ServerTests
{
    private readonly List<string> _namespaces = [];
    private TestServer _server = null!;

    private static IEnumerable<TestCaseData> Examples() => ValueFiles.All.Select(f => new TestCaseData(f).SetArgDisplayNames(Path.GetFileNameWithoutExtension(f)));

    [OneTimeSetUp]
    public async Task PrepareServer()
    {
        _server = TestServer.Find();
        await _server.InstallDefinitionsAsync();
        await _server.ApplyDefinitionsAsync(Repository.PathOf("tests", "Plumbline.Deploy.Tests", "stubs"));
        foreach (var @namespace in new[] { "plumbline-system", "docs" })
        {
            if (await _server.CreateNamespaceAsync(@namespace))
            {
                _namespaces.Add(@namespace);
            }
        }
    }

    [OneTimeTearDown]
    public async Task Clean()
    {
        foreach (var @namespace in _namespaces)
        {
            await _server.SucceedAsync(["delete", "namespace", @namespace, "--timeout=30s"]);
        }
    }

    [TestCaseSource(typeof(Kubectl), nameof(Kubectl.Kustomizations))]
    public async Task Kustomization_Rendered_PassesADryRun(string folder) => await DryRunAsync(await Kubectl.KustomizeAsync(folder));

    [Test]
    public async Task Chart_Defaults_PassesADryRun() => await DryRunAsync(await Renderer.ChartAsync());

    [TestCaseSource(nameof(Examples))]
    public async Task Chart_Example_PassesADryRun(string values) => await DryRunAsync(await Renderer.ChartAsync("-f", values));

    [Test]
    public async Task Samples_Every_PassesADryRun()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("deploy", "samples"), "*.yaml"))
        {
            await DryRunAsync(Manifests.Parse(await File.ReadAllTextAsync(file)));
        }
    }

    [Test]
    public async Task Notes_FirstConnection_PassesADryRun() =>
        await DryRunAsync(Manifests.Parse(await File.ReadAllTextAsync(Path.Combine(Renderer.Chart, "files", "first-connection.yaml"))));

    /// <summary>That the dry-runs above can fail.</summary>
    [TestCase("Deployment/plumbline-operator", "spec.template.spec.containers.0.imagePullPolice")]
    [TestCase("ServiceMonitor/plumbline-operator", "spec.endpoints.0.intervals")]
    [TestCase("Certificate/plumbline-link", "spec.dnsName")]
    public async Task DryRun_UnknownField_IsRefused(string id, string path)
    {
        var item = (await Renderer.ChartAsync("-f", ValueFiles.Everything))[id];
        var parts = path.Split('.');
        JsonNode place = item;
        foreach (var part in parts[..^1])
        {
            place = int.TryParse(part, out var index) ? place[index]! : place[part]!;
        }

        place[parts[^1]] = "x";
        var run = await _server.RunAsync(["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"], item.ToJsonString());

        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Error, Does.Contain(parts[^1]));
    }

    private async Task DryRunAsync(Manifests rendered)
    {
        var run = await _server.SucceedAsync(["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"], rendered.ToJsonLines());

        Assert.That(run.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(rendered.Objects.Count), run);
    }
}

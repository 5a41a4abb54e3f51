using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Plumbline.Commands;
using Plumbline.Import.Files;
using Plumbline.Testing;

namespace Plumbline.Tests.RealServer;

/// <summary>
/// What is imported can be applied, however large the document: on a real API server with a real etcd, where <c>PLUMBLINE_TEST_KUBECONFIG</c> names one that
/// is meant for tests. Its limits are what the importer reckons with.
/// </summary>
[NonParallelizable]
public sealed class LargeDocumentTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plumbline-large-").FullName;
    private string _kubeconfig = "";
    private string _namespace = "";

    [OneTimeSetUp]
    public async Task ApplyDefinitions()
    {
        if (Environment.GetEnvironmentVariable("PLUMBLINE_TEST_KUBECONFIG") is not { Length: > 0 } kubeconfig)
        {
            Assert.Ignore("no API server: set PLUMBLINE_TEST_KUBECONFIG to the kubeconfig of one for tests");
            return;
        }

        _kubeconfig = kubeconfig;
        await KubectlAsync("apply", "--server-side", "--force-conflicts", "-f", Repository.PathOf("deploy", "crds"));
        await KubectlAsync("wait", "--for=condition=Established", "--timeout=30s", "-f", Repository.PathOf("deploy", "crds"));
        _namespace = $"large-{Environment.ProcessId}";
        await KubectlAsync("create", "namespace", _namespace);
    }

    [OneTimeTearDown]
    public async Task Remove()
    {
        Directory.Delete(_folder, recursive: true);
        if (_namespace.Length > 0)
            await KubectlAsync("delete", "namespace", _namespace, "--wait=false");
    }

    [TestCase(3000, 1000, 4, TestName = "Document_OfManyRowsWithLongDescriptions_IsApplied")]
    [TestCase(2000, 0, 1, TestName = "Document_OfAsManyRowsAsAMapTakes_IsApplied")]
    [TestCase(400, 4096, 2, TestName = "Document_OfTheLongestDescriptions_IsApplied")]
    public async Task Apply(int rows, int description, int maps)
    {
        var name = $"plan-{rows}-{description}";
        var page = Path.Combine(_folder, $"{name}.md");
        await File.WriteAllTextAsync(
            page,
            $"# {name}\n\n| Source | Destination | Protocol | Port | Data |\n|-|-|-|-|-|\n"
                + string.Concat(Enumerable.Range(0, rows).Select(i => $"| Shop {i % 7} | Orders DB {i} | TCP | {1024 + i} | {new string('d', description)} |\n")));
        var yaml = new StringWriter();
        var status = ImportCommand.Create().Parse([page, "--namespace", _namespace]).Invoke(new InvocationConfiguration { Output = yaml, Error = TextWriter.Null });
        var manifests = Path.Combine(_folder, $"{name}.yaml");
        // Components do not get larger with the document; a thousand requests for them would only take time
        await File.WriteAllTextAsync(manifests, string.Concat(yaml.ToString().Split("---\n").Where(m => m.Contains("kind: ConnectionMap", StringComparison.Ordinal)).Select(m => $"---\n{m}")));
        await KubectlAsync("apply", "--server-side", "-f", manifests);
        // a second time, as people do: the server then compares all fields that it has an owner for
        await KubectlAsync("apply", "--server-side", "-f", manifests);

        var stored = JsonNode.Parse(await KubectlAsync("get", "connectionmaps", "-n", _namespace, "-l", $"plumbline.dev/document={name}", "-o", "json"))!["items"]!.AsArray();
        var printed = YamlReader.Manifests(manifests);
        Assert.That(status, Is.EqualTo(ImportCommand.Imported));
        Assert.That(stored, Has.Count.EqualTo(maps));
        Assert.That(stored.Sum(m => m!["spec"]!["connections"]!.AsArray().Count), Is.EqualTo(rows).And.EqualTo(printed.Sum(m => m["spec"]!["connections"]!.AsArray().Count)));
    }

    private async Task<string> KubectlAsync(params string[] arguments)
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        using var process = Process.Start(new ProcessStartInfo(assets is null ? "kubectl" : Path.Combine(assets, "kubectl"), ["--kubeconfig", _kubeconfig, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"kubectl {string.Join(' ', arguments)}\n{await error}");
        return output;
    }
}

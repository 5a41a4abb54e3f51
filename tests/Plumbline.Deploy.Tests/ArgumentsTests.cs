using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Deploy.Tests.Rendering;
using Plumbline.Lab.Launch;

namespace Plumbline.Deploy.Tests;

/// <summary>The arguments in the manifests are ones that the executable takes, with values that it accepts.</summary>
public sealed partial class ArgumentsTests
{
    private const string Unknown = "--no-such-option";

    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["metadata.name"] = "plumbline-0",
        ["metadata.namespace"] = "plumbline-system",
        ["spec.nodeName"] = "node-1",
        ["status.podIP"] = "10.1.2.3",
        ["status.hostIP"] = "192.0.2.1",
    };

    [TestCase("")]
    [TestCase("everything")]
    [TestCase("own-secret")]
    public async Task Arguments_OfEachContainer_AreUnderstood(string values)
    {
        var file = ValueFiles.All.Where(f => Path.GetFileNameWithoutExtension(f) == values).SelectMany(f => new[] { "-f", f });
        foreach (var (owner, pod) in (await Renderer.ChartAsync(file)).PodSpecs().Where(p => !p.Owner.StartsWith("Pod/", StringComparison.Ordinal)))
        {
            var container = pod["containers"]![0]!;
            var variables = container["env"]!.AsArray().ToDictionary(e => (string)e!["name"]!, Value);
            // Which the kubelet sets for every Service.
            variables["PLUMBLINE_OPERATOR_SERVICE_HOST"] = "10.96.0.9";
            var arguments = container["args"]!.AsArray().Select(a => Reference().Replace((string)a!, m => variables[m.Groups[1].Value])).ToList();

            // An argument that is certainly wrong keeps the executable from running; it must be the only one.
            var run = await Tool.RunAsync([Tool.PathOf("dotnet"), Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), .. arguments, Unknown], null, CancellationToken.None);
            var problems = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

            Assert.That(run.ExitCode, Is.EqualTo(2), owner);
            Assert.That(problems, Has.Length.EqualTo(1).And.All.Contains(Unknown), $"{owner}: {string.Join(' ', arguments)}");
        }
    }

    private static string Value(JsonNode? variable) => (string?)variable!["value"] ?? Fields[(string)variable["valueFrom"]!["fieldRef"]!["fieldPath"]!];

    [GeneratedRegex(@"\$\(([A-Z_]+)\)")]
    private static partial Regex Reference();
}

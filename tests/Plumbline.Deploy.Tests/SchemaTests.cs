using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;

namespace Plumbline.Deploy.Tests;

/// <summary><c>values.schema.json</c>: a wrong value is refused before anything is installed, with its name and what it may be.</summary>
public sealed class SchemaTests
{
    [TestCase("replicas=2", "Additional property replicas is not allowed")]
    [TestCase("operator.replica=2", "operator: Additional property replica is not allowed")]
    [TestCase("operator.replicas=two", "operator.replicas: Invalid type. Expected: integer, given: string")]
    [TestCase("operator.replicas=0", "operator.replicas: Must be greater than or equal to 1")]
    [TestCase("operator.podDisruptionBudget.minAvailable=half", "operator.podDisruptionBudget.minAvailable: Does not match pattern '^[0-9]{1,3}%$'")]
    [TestCase("operator.resources.memory=1Gi", "operator.resources: Additional property memory is not allowed")]
    [TestCase("operator.resources.limits.memory=1 GB", "operator.resources.limits.memory: Does not match pattern")]
    [TestCase("operator.nodeSelector.disk=1", "operator.nodeSelector.disk: Invalid type. Expected: string, given: integer")]
    [TestCase("operator.clusterDns={dns.example}", "operator.clusterDns.0: Does not match pattern")]
    [TestCase("operator.extraEnv[0].value=x", "operator.extraEnv.0: name is required")]
    [TestCase("operator.extraArgs=--log-level=debug", "operator.extraArgs: Invalid type. Expected: array, given: string")]
    [TestCase("agent.enabled=yes", "agent.enabled: Invalid type. Expected: boolean, given: string")]
    [TestCase("agent.allowTargets={127.0.0.1}", "agent.allowTargets.0: Does not match pattern")]
    [TestCase("agent.netnsPath=run/netns", "agent.netnsPath: Does not match pattern")]
    [TestCase("agent.priorityClass.value=2000000000", "agent.priorityClass.value: Must be less than or equal to 1e+09")]
    [TestCase("image.pullPolicy=always", "image.pullPolicy must be one of the following: \"Always\", \"IfNotPresent\", \"Never\"")]
    [TestCase("image.digest=abc", "image.digest: Does not match pattern '^(sha256:[0-9a-f]{64})?$'")]
    [TestCase("image.tag=a b", "image.tag: Does not match pattern")]
    [TestCase("image.repository=https://registry.example.com/plumbline", "image.repository: Does not match pattern")]
    [TestCase("log.level=verbose", "log.level must be one of the following: \"debug\", \"information\", \"warning\", \"error\"")]
    [TestCase("log.format=xml", "log.format must be one of the following: \"json\", \"text\"")]
    [TestCase("clusterDomain=.cluster", "clusterDomain: Does not match pattern")]
    [TestCase("imagePullSecrets={registry}", "imagePullSecrets.0: Invalid type. Expected: object, given: string")]
    [TestCase("networkPolicies.apiServerPorts={}", "networkPolicies.apiServerPorts: Array must have at least 1 items")]
    [TestCase("networkPolicies.apiServerPorts={https}", "networkPolicies.apiServerPorts.0: Invalid type. Expected: integer, given: string")]
    [TestCase("otlp.endpoint=collector:4317", "otlp.endpoint: Does not match pattern '^(https?://.+)?$'")]
    [TestCase("otlp.protocol=http", "otlp.protocol must be one of the following: \"grpc\", \"http/protobuf\"")]
    [TestCase("prometheus.monitors.interval=30", "prometheus.monitors.interval: Invalid type. Expected: string, given: integer")]
    [TestCase("grafana.dashboards.labels.grafana_dashboard=1", "grafana.dashboards.labels.grafana_dashboard: Invalid type. Expected: string, given: integer")]
    [TestCase("link.certManager.duration=90d", "link.certManager.duration: Does not match pattern")]
    [TestCase("crds.keep=null,crds.kept=true", "crds: Additional property kept is not allowed")]
    public async Task BadValue_IsRefusedWithItsName(string set, string expected)
    {
        var run = await Renderer.RunAsync("plumbline", Renderer.Chart, "--set", set);

        Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
        Assert.That(run.Error, Does.Contain(expected).And.StartsWith("Error: values don't meet the specifications of the schema(s) in the following chart(s):\nplumbline:\n"));
    }

    [TestCase("link.certManager.enabled=true", "link.certManager.issuerRef.name is needed with link.certManager.enabled")]
    [TestCase("agent.priorityClass.name=", "agent.priorityClass.name is needed with agent.priorityClass.create")]
    public async Task MissingValue_IsRefusedWithItsName(string set, string expected)
    {
        var run = await Renderer.RunAsync("plumbline", Renderer.Chart, "--set", set);

        Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
        Assert.That(run.Error, Does.Contain(expected));
    }

    [TestCase("global.registry=x")]
    [TestCase("operator.podDisruptionBudget.minAvailable=2")]
    [TestCase("operator.resources.limits=null")]
    [TestCase("networkPolicies.scrapers={}")]
    [TestCase("operator.affinity.podAntiAffinity=null")]
    public async Task GoodValue_IsAccepted(string set) => Assert.That((await Renderer.RunAsync("plumbline", Renderer.Chart, "--set", set)).Error, Is.Empty);

    /// <summary>A value that the schema lacks could not be set; one that only the schema has would be ignored.</summary>
    [Test]
    public async Task Schema_HasTheValuesAndNoOthers()
    {
        var values = Yaml.Documents(await File.ReadAllTextAsync(Path.Combine(Renderer.Chart, "values.yaml"))).Single();
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Renderer.Chart, "values.schema.json")))!.AsObject();

        Assert.That(Unmatched("", values, schema).Where(path => path != ".global"), Is.Empty);
    }

    private static IEnumerable<string> Unmatched(string path, JsonNode? value, JsonObject schema)
    {
        if (schema["properties"] is not JsonObject properties)
        {
            return [];
        }

        Assert.That((bool?)schema["additionalProperties"], Is.False, $"{path} lets misspelt values pass");
        var table = value!.AsObject();
        return table.Select(v => v.Key).Union(properties.Select(p => p.Key)).SelectMany(key => table.ContainsKey(key) && properties[key] is JsonObject inner
            ? Unmatched($"{path}.{key}", table[key], inner)
            : [$"{path}.{key}"]);
    }
}

using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;
using Plumbline.Testing;

namespace Plumbline.Deploy.Tests;

/// <summary>The chart, with its defaults and with each file of values in <c>charts/plumbline/ci</c>.</summary>
public sealed class ChartTests
{
    private static readonly string[] HelmLabels = ["app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart"];

    private static IEnumerable<TestCaseData> Examples() => ValueFiles.All.Select(f => new TestCaseData(f).SetArgDisplayNames(Path.GetFileNameWithoutExtension(f)));

    /// <summary>Whoever installs with Helm gets what whoever installs with kustomize gets.</summary>
    [Test]
    public async Task Defaults_Rendered_EqualTheKustomizeBase()
    {
        var chart = (await Renderer.ChartAsync()).Objects.Where(o => !IsHelmsOnly(o.Value)).ToDictionary();
        var @base = (await Kubectl.KustomizeAsync("base")).Objects;
        foreach (var labels in chart.Values.Select(o => o["metadata"]!["labels"]!.AsObject()))
        {
            Assert.That(HelmLabels.Select(l => labels.Remove(l)), Is.All.True, "labels that only Helm sets");
        }

        // Helm makes the namespace by --create-namespace.
        Assert.That(@base.Keys.Where(id => id != "Namespace/plumbline-system"), Is.EquivalentTo(chart.Keys));
        Assert.That(chart.SelectMany(o => Comparison.Differences(o.Key, o.Value, @base[o.Key])), Is.Empty, "chart | base");
    }

    [TestCase("components/unpinned-namespaces", "agent.unpinnedNamespaces=true", "DaemonSet/plumbline-agent")]
    [TestCase("components/prometheus-operator", "prometheus.monitors.enabled=true", "ServiceMonitor/plumbline-operator")]
    [TestCase("components/prometheus-operator", "prometheus.monitors.enabled=true", "PodMonitor/plumbline-agent")]
    public async Task Option_Set_EqualsItsKustomizeComponent(string component, string set, string id)
    {
        var chart = await Renderer.ChartAsync("--set", set);
        var kustomize = await Kubectl.KustomizeAsync(component);

        Assert.That(Comparison.Differences(id, chart[id]["spec"], kustomize[id]["spec"]), Is.Empty, $"chart | {component}");
    }

    [Test]
    public async Task Crds_Rendered_EqualTheDefinitions()
    {
        var chart = await Renderer.ChartAsync();
        foreach (var file in Directory.GetFiles(Repository.PathOf("deploy", "crds"), "*.yaml"))
        {
            var expected = Yaml.Documents(await File.ReadAllTextAsync(file)).Single();
            var rendered = chart[$"CustomResourceDefinition/{expected["metadata"]!["name"]}"];
            foreach (var label in HelmLabels.Append("app.kubernetes.io/part-of"))
            {
                rendered["metadata"]!["labels"]!.AsObject().Remove(label);
            }

            Assert.That((string?)rendered["metadata"]!["annotations"]!["helm.sh/resource-policy"], Is.EqualTo("keep"));
            rendered["metadata"]!["annotations"]!.AsObject().Remove("helm.sh/resource-policy");
            if (rendered["metadata"]!["annotations"]!.AsObject().Count == 0)
            {
                rendered["metadata"]!.AsObject().Remove("annotations");
            }

            Assert.That(Comparison.Differences(Path.GetFileName(file), rendered, expected), Is.Empty, "chart | deploy/crds");
        }
    }

    /// <summary>Helm cannot reach out of a chart, so the chart has copies.</summary>
    [TestCase("crds", "crds", "*.yaml")]
    [TestCase("rules", "rules", "*.rules.yaml")]
    [TestCase("dashboards", "grafana", "*.json")]
    public void Files_AreCopiesOfWhatIsDeployed(string copies, string originals, string pattern)
    {
        var expected = Contents(Repository.PathOf("deploy", originals), pattern);
        var actual = Contents(Path.Combine(Renderer.Chart, "files", copies), pattern);

        var stale = expected.Keys.Union(actual.Keys).Where(f => expected.GetValueOrDefault(f) != actual.GetValueOrDefault(f)).ToList();

        Assert.That(stale, Is.Empty, "run eng/render.sh sync, which copies them from deploy/");
    }

    [TestCaseSource(nameof(Examples))]
    public async Task Example_Rendered_HasWhatItAsksFor(string values)
    {
        var chart = await Renderer.ChartAsync("-f", values);

        Assert.That(chart.Ids, Is.EquivalentTo(Expected(Path.GetFileNameWithoutExtension(values), (await Renderer.ChartAsync()).Ids)));
    }

    [TestCaseSource(nameof(Examples))]
    public async Task Example_Rendered_EverythingIsInTheReleasesNamespace(string values)
    {
        string[] clusterWide = ["ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PriorityClass"];
        var rendering = await Renderer.RunAsync("another", Renderer.Chart, "-n", "elsewhere", "-f", values);
        Assert.That(rendering.ExitCode, Is.Zero, rendering.Error);
        foreach (var (id, item) in Manifests.Parse(rendering.Output).Objects)
        {
            var expected = clusterWide.Contains((string?)item["kind"]) ? null : "elsewhere";
            Assert.That((string?)item["metadata"]!["namespace"], Is.EqualTo(expected), id);
        }

        Assert.That(rendering.Output, Does.Not.Contain("plumbline-system"));
    }

    [Test]
    public async Task Options_Set_ReachTheirPlace()
    {
        var chart = await Renderer.ChartAsync("-f", ValueFiles.Everything);
        var operators = chart["Deployment/plumbline-operator"];
        var agents = chart["DaemonSet/plumbline-agent"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int?)operators["spec"]!["replicas"], Is.EqualTo(3));
            Assert.That(Arguments(operators), Is.SupersetOf(new[]
            {
                "--log-format=text", "--log-level=debug", "--cluster-domain=cluster.example", "--cluster-dns=10.96.0.10", "--cluster-dns=fd00:10:96::a",
                "--link-cert=/etc/plumbline/link/tls.crt", "--link-key=/etc/plumbline/link/tls.key", "--link-name=plumbline.example.com",
            }));
            Assert.That(Arguments(agents), Is.SupersetOf(new[] { "--log-level=debug", "--allow-target=127.0.0.0/8", "--allow-target=fe80::/10", "--proc-dir=/host/proc", "--refuse-target=10.0.0.1:6443" }));
            Assert.That((string?)Pod(agents)["priorityClassName"], Is.EqualTo("system-node-critical"));
            Assert.That(Pod(agents)["tolerations"], Is.Null);
            Assert.That((int?)agents["spec"]!["updateStrategy"]!["rollingUpdate"]!["maxUnavailable"], Is.EqualTo(1));
            Assert.That((int?)Pod(agents)["containers"]![0]!["ports"]![0]!["containerPort"], Is.EqualTo(29790));
            Assert.That(Arguments(agents), Does.Contain("--metrics-listen=[::]:29790"));
            Assert.That((string?)Volume(agents, "netns")["hostPath"]!["path"], Is.EqualTo("/var/run/netns"));
            Assert.That(Volume(agents, "link-trust").ToJsonString(), Is.EqualTo("""{"name":"link-trust","secret":{"secretName":"plumbline-link","defaultMode":292,"optional":true,"items":[{"key":"ca.crt","path":"ca.crt"}]}}"""));
            Assert.That((string?)chart["PodDisruptionBudget/plumbline-operator"]["spec"]!["minAvailable"], Is.EqualTo("50%"));
            Assert.That(chart.Objects.Values.Select(o => (string?)o["metadata"]!["labels"]!["team"]), Is.All.EqualTo("platform"));
            Assert.That(chart.PodSpecs().Select(p => p.Spec["imagePullSecrets"]?.ToJsonString()), Is.All.EqualTo("""[{"name":"registry"}]"""));
            Assert.That((string?)chart["Certificate/plumbline-link"]["spec"]!["issuerRef"]!["name"], Is.EqualTo("internal"));
            foreach (var workload in new[] { operators, agents })
            {
                var template = workload["spec"]!["template"]!;
                Assert.That((string?)template["metadata"]!["annotations"]!["example.com/owner"], Is.EqualTo("platform"));
                Assert.That((string?)template["metadata"]!["labels"]!["example.com/tier"], Is.Not.Null);
                Assert.That(Pod(workload)["containers"]![0]!["env"]!.AsArray().Select(e => (string?)e!["name"]), Does.Contain("OTEL_EXPORTER_OTLP_ENDPOINT"));
            }
        }
    }

    /// <summary>Selectors cannot be changed later, and must find the pods whatever the options are.</summary>
    [TestCaseSource(nameof(Examples))]
    public async Task Selectors_OfEverything_FindTheirPods(string values)
    {
        var chart = await Renderer.ChartAsync("-f", values);
        var templates = chart.OfKind("Deployment").Concat(chart.OfKind("DaemonSet")).Select(w => w["spec"]!["template"]!["metadata"]!["labels"]!.AsObject()).ToList();
        var selectors = chart.Objects
            .Select(o => (Id: o.Key, Selector: o.Value["spec"]?["selector"]?["matchLabels"] ?? o.Value["spec"]?["podSelector"]?["matchLabels"] ?? o.Value["spec"]?["selector"]))
            .Where(s => s.Selector is JsonObject && !s.Id.StartsWith("ServiceMonitor", StringComparison.Ordinal));
        foreach (var (id, selector) in selectors)
        {
            Assert.That(selector!.AsObject().Select(l => l.Key), Is.EquivalentTo(new[] { "app.kubernetes.io/name", "app.kubernetes.io/component" }), id);
            Assert.That(templates.Count(t => selector.AsObject().All(l => (string?)t[l.Key] == (string?)l.Value)), Is.EqualTo(1), id);
        }
    }

    /// <summary>Rules in the chart are text with braces for Prometheus: that no template touched them.</summary>
    [Test]
    public async Task PrometheusRule_Rendered_EqualsTheOneOfDeploy()
    {
        var chart = await Renderer.ChartAsync("-f", ValueFiles.Everything);
        var deployed = Yaml.Documents(await File.ReadAllTextAsync(Repository.PathOf("deploy", "rules", "plumbline.prometheusrule.yaml"))).Single();

        Assert.That(Comparison.Differences("spec", chart["PrometheusRule/plumbline"]["spec"], deployed["spec"]), Is.Empty, "chart | deploy/rules");
    }

    [Test]
    public async Task Dashboards_Rendered_AreTheFilesOfDeploy()
    {
        var chart = await Renderer.ChartAsync("-f", ValueFiles.Everything);
        foreach (var (file, text) in Contents(Repository.PathOf("deploy", "grafana"), "*.json"))
        {
            var data = chart[$"ConfigMap/plumbline-dashboard-{Path.GetFileNameWithoutExtension(file)}"]["data"]!.AsObject().Single();
            Assert.That(data.Key, Is.EqualTo($"plumbline-{file}"));
            Assert.That(JsonNode.DeepEquals(JsonNode.Parse((string)data.Value!), JsonNode.Parse(text)), Is.True, file);
        }
    }

    [Test]
    public async Task ServiceMonitor_SelectsTheServiceWithItsPort()
    {
        var chart = await Renderer.ChartAsync("-f", ValueFiles.Everything);
        var monitor = chart["ServiceMonitor/plumbline-operator"]["spec"]!;
        var selected = chart.OfKind("Service").Where(s => monitor["selector"]!["matchLabels"]!.AsObject().All(l => (string?)s["metadata"]!["labels"]![l.Key] == (string?)l.Value));
        var port = (string?)monitor["endpoints"]![0]!["port"];

        Assert.That(selected.Count(s => s["spec"]!["ports"]!.AsArray().Any(p => (string?)p!["name"] == port)), Is.EqualTo(1));
        Assert.That(Pod(chart["DaemonSet/plumbline-agent"])["containers"]![0]!["ports"]!.AsArray().Select(p => (string?)p!["name"]), Does.Contain((string?)chart["PodMonitor/plumbline-agent"]["spec"]!["podMetricsEndpoints"]![0]!["port"]));
    }

    [TestCase("registry.example.com/plumbline:0.1.0", "image.repository=registry.example.com/plumbline")]
    [TestCase("localhost/plumbline:2.0", "image.tag=2.0")]
    [TestCase("localhost/plumbline@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "image.tag=2.0,image.digest=sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public async Task Image_FromValues_IsThatOfAllOurContainers(string expected, string set)
    {
        var chart = await Renderer.ChartAsync("--set-string", set);
        var images = chart.PodSpecs().Where(p => p.Owner != "Pod/plumbline-test-ready").SelectMany(p => p.Spec["containers"]!.AsArray()).Select(c => (string?)c!["image"]).ToList();

        Assert.That(images, Has.Count.EqualTo(2).And.All.EqualTo(expected));
    }

    [TestCaseSource(nameof(Examples))]
    public async Task Notes_OfEachExample_TellTheNextCommand(string values)
    {
        var install = await Renderer.TextAsync("-f", values, "--notes");
        var upgrade = await Renderer.TextAsync("-f", values, "--notes", "--is-upgrade");

        Assert.That(install, Does.Contain("kubectl get connections -A -w").And.Contains("\nkind: Connection\n").And.Not.Contains("{{"));
        Assert.That(upgrade, Does.Contain("kubectl get connections -A -w").And.Not.Contains("kind: Connection"));
    }

    private static bool IsHelmsOnly(JsonObject item) =>
        item["metadata"]!["annotations"]?["helm.sh/hook"] is not null || (string?)item["kind"] == "CustomResourceDefinition";

    private static IEnumerable<string> Expected(string example, IEnumerable<string> defaults) => example switch
    {
        "everything" => defaults
            .Except(["ConfigMap/plumbline-link-trust", "PriorityClass/plumbline-agent"])
            .Concat(["Certificate/plumbline-link", "ServiceMonitor/plumbline-operator", "PodMonitor/plumbline-agent"])
            .Append("PrometheusRule/plumbline")
            .Concat(Names("dashboards", "*.json").Select(n => $"ConfigMap/plumbline-dashboard-{n}")),
        "own-secret" => defaults.Except(["ConfigMap/plumbline-link-trust", "PodDisruptionBudget/plumbline-operator"]),
        "restricted" => defaults.Where(id => !id.Contains("Role", StringComparison.Ordinal) && !id.StartsWith("CustomResource", StringComparison.Ordinal) && id != "PriorityClass/plumbline-agent"),
        "no-agents" => defaults.Where(id => !id.EndsWith("/plumbline-agent", StringComparison.Ordinal) && !id.StartsWith("NetworkPolicy", StringComparison.Ordinal)).Append("ServiceMonitor/plumbline-operator"),
        _ => throw new AssertionException($"say here what {example}.yaml renders"),
    };

    private static IEnumerable<string> Names(string folder, string pattern) => Contents(Path.Combine(Renderer.Chart, "files", folder), pattern).Keys.Select(f => Path.GetFileNameWithoutExtension(f)!);

    private static Dictionary<string, string> Contents(string directory, string pattern) => Directory.Exists(directory)
        ? Directory.GetFiles(directory, pattern).ToDictionary(f => Path.GetFileName(f), File.ReadAllText)
        : [];

    private static JsonNode Pod(JsonObject workload) => workload["spec"]!["template"]!["spec"]!;

    private static JsonNode Volume(JsonObject workload, string name) => Pod(workload)["volumes"]!.AsArray().Single(v => (string?)v!["name"] == name)!;

    private static IEnumerable<string?> Arguments(JsonObject workload) => Pod(workload)["containers"]![0]!["args"]!.AsArray().Select(a => (string?)a);
}

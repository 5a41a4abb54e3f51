using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;

namespace Plumbline.Deploy.Tests;

/// <summary>What every rendering may ask of a cluster, whatever its options: least privilege cannot be configured away.</summary>
public sealed class SecurityTests
{
    private static readonly string[] ApiWideRights = ["bind", "escalate", "impersonate"];

    private static IEnumerable<string> Renderings() => [.. Kubectl.Kustomizations, "chart", .. ValueFiles.All.Select(f => $"chart with {Path.GetFileName(f)}")];

    [TestCaseSource(nameof(Renderings))]
    public async Task Container_Every_HasTheShippedSecurityContext(string what)
    {
        foreach (var (owner, pod) in (await RenderAsync(what)).PodSpecs())
        {
            var isAgent = owner == "DaemonSet/plumbline-agent";
            using (Assert.EnterMultipleScope())
            {
                // The agent probes for nodes, and for pods that share their node's network, from that network.
                Assert.That(new[] { "hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace" }.Where(pod.ContainsKey), Is.EqualTo(isAgent ? new[] { "hostNetwork" } : []), owner);
                Assert.That((string?)pod["securityContext"]!["seccompProfile"]!["type"], Is.EqualTo("RuntimeDefault"), owner);
                Assert.That((bool?)pod["automountServiceAccountToken"], Is.False, owner);
                Assert.That((bool?)pod["enableServiceLinks"], Is.EqualTo(isAgent), owner);
                foreach (var container in pod["containers"]!.AsArray().Concat(pod["initContainers"]?.AsArray() ?? []))
                {
                    var context = container!["securityContext"]!.AsObject();
                    Assert.That(context.ContainsKey("privileged") || context.ContainsKey("procMount"), Is.False, owner);
                    Assert.That((bool?)context["allowPrivilegeEscalation"], Is.False, owner);
                    Assert.That((bool?)context["readOnlyRootFilesystem"], Is.True, owner);
                    Assert.That(context["capabilities"]!["drop"]!.ToJsonString(), Is.EqualTo("""["ALL"]"""), owner);
                    Assert.That(context["capabilities"]!["add"]?.ToJsonString(), Is.EqualTo((isAgent, SeesProcesses(pod)) switch
                    {
                        (true, true) => """["SYS_ADMIN","SYS_PTRACE"]""",
                        (true, false) => """["SYS_ADMIN"]""",
                        _ => null,
                    }), owner);
                    Assert.That((bool?)context["runAsNonRoot"] ?? (bool?)pod["securityContext"]!["runAsNonRoot"], Is.EqualTo(!isAgent), owner);
                    Assert.That((int?)pod["securityContext"]!["runAsUser"], Is.EqualTo(isAgent ? 0 : 65532), owner);
                }
            }
        }
    }

    [TestCaseSource(nameof(Renderings))]
    public async Task Container_Every_HasRequestsAndAMemoryLimit(string what)
    {
        foreach (var (owner, pod) in (await RenderAsync(what)).PodSpecs())
        {
            foreach (var resources in pod["containers"]!.AsArray().Select(c => c!["resources"]!))
            {
                Assert.That(resources["requests"]?["cpu"] is not null && resources["requests"]?["memory"] is not null && resources["limits"]?["memory"] is not null, owner);
            }
        }
    }

    [TestCaseSource(nameof(Renderings))]
    public async Task Containers_OfWorkloads_AreProbed(string what)
    {
        foreach (var (owner, pod) in (await RenderAsync(what)).PodSpecs().Where(p => !p.Owner.StartsWith("Pod/", StringComparison.Ordinal)))
        {
            var container = pod["containers"]![0]!;
            Assert.That((string?)container["readinessProbe"]!["httpGet"]!["path"], Is.EqualTo("/readyz"), owner);
            Assert.That((string?)container["livenessProbe"]!["httpGet"]!["path"], Is.EqualTo("/healthz"), owner);
            var ports = container["ports"]!.AsArray().Select(p => (string?)p!["name"]);
            Assert.That(ports, Does.Contain((string?)container["readinessProbe"]!["httpGet"]!["port"]), owner);
        }
    }

    [TestCase("base", false)]
    [TestCase("chart", false)]
    [TestCase("chart with own-secret.yaml", false)]
    [TestCase("components/unpinned-namespaces", true)]
    [TestCase("chart with everything.yaml", true)]
    public async Task Agent_SeesProcesses_OnlyWhenAskedTo(string what, bool expected) =>
        Assert.That((await RenderAsync(what)).PodSpecs().Any(p => SeesProcesses(p.Spec)), Is.EqualTo(expected));

    /// <summary>The agent sees one path of its node, two where it must, and changes nothing there; its token is worth nothing to the API server.</summary>
    [TestCaseSource(nameof(Renderings))]
    public async Task Volumes_OfTheAgent_AreReadOnlyAndFew(string what)
    {
        var rendering = await RenderAsync(what);
        foreach (var (owner, pod) in rendering.PodSpecs())
        {
            var volumes = pod["volumes"]?.AsArray() ?? [];
            var hostPaths = volumes.Where(v => v!["hostPath"] is not null).Select(v => (string?)v!["name"]);
            Assert.That(hostPaths, Is.EquivalentTo(owner != "DaemonSet/plumbline-agent" ? [] : SeesProcesses(pod) ? new[] { "netns", "proc" } : ["netns"]), owner);
            var writable = pod["containers"]!.AsArray().SelectMany(c => c!["volumeMounts"]?.AsArray() ?? []).Where(m => (bool?)m!["readOnly"] != true).Select(m => (string?)m!["name"]);
            var inMemory = volumes.Where(v => (string?)v!["emptyDir"]?["medium"] == "Memory").Select(v => (string?)v!["name"]);
            Assert.That(writable, Is.SubsetOf(inMemory), owner);
            if (owner == "DaemonSet/plumbline-agent")
            {
                var tokens = volumes.SelectMany(v => v!["projected"]?["sources"]?.AsArray() ?? []).Select(s => s!["serviceAccountToken"]).OfType<JsonObject>();
                Assert.That(tokens.Select(t => (string?)t["audience"]), Is.EqualTo(new[] { "plumbline" }));
                Assert.That(volumes.Select(v => v!["secret"]).OfType<JsonObject>().SelectMany(s => s["items"]!.AsArray()).Select(i => (string?)i!["key"]), Is.SubsetOf(new[] { "ca.crt" }), "never the operator's key");
            }
        }
    }

    [TestCaseSource(nameof(Renderings))]
    public async Task Roles_Every_GrantNoSecretsNoExecNoWildcards(string what)
    {
        var rendering = await RenderAsync(what);
        foreach (var role in rendering.OfKind("ClusterRole").Concat(rendering.OfKind("Role")))
        {
            foreach (var rule in role["rules"]!.AsArray())
            {
                var text = rule!.ToJsonString();
                var resources = Texts(rule["resources"]);
                Assert.That(text, Does.Not.Contain("*"));
                Assert.That(resources.Where(r => r.StartsWith("secrets", StringComparison.Ordinal)), Is.Empty, text);
                Assert.That(resources.Where(r => r.Contains('/', StringComparison.Ordinal) && !r.EndsWith("/status", StringComparison.Ordinal)), Is.Empty, text);
                Assert.That(Texts(rule["verbs"]).Intersect(ApiWideRights), Is.Empty, text);
                Assert.That(rule["nonResourceURLs"], Is.Null, text);
            }
        }
    }

    [TestCaseSource(nameof(Renderings))]
    public async Task Bindings_Every_AreTheOperators(string what)
    {
        var rendering = await RenderAsync(what);
        foreach (var binding in rendering.OfKind("ClusterRoleBinding").Concat(rendering.OfKind("RoleBinding")))
        {
            Assert.That(binding["subjects"]!.ToJsonString(), Is.EqualTo("""[{"kind":"ServiceAccount","name":"plumbline-operator","namespace":"plumbline-system"}]"""));
            Assert.That(rendering.Ids, Does.Contain($"{binding["roleRef"]!["kind"]}/{binding["roleRef"]!["name"]}"));
        }
    }

    private static Task<Manifests> RenderAsync(string what) => what switch
    {
        "chart" => Renderer.ChartAsync(),
        _ when Kubectl.Kustomizations.Contains(what) => Kubectl.KustomizeAsync(what),
        _ => Renderer.ChartAsync("-f", ValueFiles.All.Single(f => what.EndsWith($" {Path.GetFileName(f)}", StringComparison.Ordinal))),
    };

    /// <summary>Only where it was asked for, as runtimes that pin namespaces make it needless.</summary>
    private static bool SeesProcesses(JsonObject pod) => pod["volumes"]?.AsArray().Any(v => (string?)v!["name"] == "proc") == true;

    private static List<string> Texts(JsonNode? list) => [.. (list?.AsArray() ?? []).Select(t => (string)t!)];
}

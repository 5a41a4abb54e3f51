using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;
using Plumbline.Lab.Launch;

namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>The operator's rules are what its code requests: nothing is used that they do not grant, nothing is granted that is not used.</summary>
[NonParallelizable]
public sealed class RbacTests
{
    /// <summary>What the operator must never be able to do, whatever the rules become.</summary>
    private static readonly (string Verb, string Group, string Resource)[] Never =
    [
        ("get", "", "secrets"), ("list", "", "secrets"), ("create", "", "pods/exec"), ("create", "", "pods"), ("get", "", "nodes/proxy"), ("patch", "apps", "deployments"),
        ("create", "", "serviceaccounts/token"), ("create", "rbac.authorization.k8s.io", "clusterrolebindings"), ("impersonate", "", "users"), ("create", "", "configmaps"), ("update", "plumbline.dev", "components"),
    ];

    [Test]
    [CancelAfter(120_000)]
    public async Task Rules_OfTheOperator_AreExactlyWhatItRequests(CancellationToken cancellation)
    {
        var rendered = await Renderer.ChartAsync();
        await using var api = await ApiUnderTest.EmbeddedAsync();
        await InstallAsync(api, rendered, rbac: false);
        await new OperatorLife(api).LiveAsync();

        var used = api.OperatorsRequests.SelectMany(UsedRight.Of).Distinct().ToList();
        var granted = GrantedRight.ToOperator(rendered);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NotGranted(used, granted), Is.Empty, "the code requests what no rule grants: it would be refused");
            Assert.That(granted.Where(g => !used.Exists(g.Covers)).Select(g => g.ToString()), Is.Empty, "rules grant what the code does not request: take it away");
        }
    }

    /// <summary>The same on the estate of the documents, with faults, restarts and real agents.</summary>
    [Test]
    [Category("Lab")]
    [CancelAfter(300_000)]
    public async Task Operator_InTheLab_RequestsNothingElse(CancellationToken cancellation)
    {
        if (await Preflight.CheckAsync(TestContext.Out, cancellation) is Readiness.NotReady no)
        {
            Assert.Ignore(string.Join(" ", no.Problems));
        }

        var granted = GrantedRight.ToOperator(await Renderer.ChartAsync());
        await using var lab = new LabRun();
        await lab.UntilJudgedAsync(drifted: false, "the documents agree with the estate");
        await lab.DoAsync("fault", "F1", "on");
        await lab.UntilJudgedAsync(drifted: true, "the fault shows");
        await lab.DoAsync("kill", "operator");
        await lab.DoAsync("fault", "F1", "off");
        await lab.UntilJudgedAsync(drifted: false, "the operator that was started again sees that it is mended");

        var requests = await lab.RequestsAsync();
        var used = requests.Where(r => r.User == ApiUnderTest.Operator).SelectMany(UsedRight.Of).Distinct().ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(used, Is.Not.Empty);
            Assert.That(NotGranted(used, granted), Is.Empty, "the code requests what no rule grants: it would be refused");
            Assert.That(requests.Where(r => r.User.EndsWith(":plumbline-agent", StringComparison.Ordinal)), Is.Empty, "agents have no business with the API");
        }
    }

    /// <summary>With the rendered rules bound to its account and enforced by a real API server, the operator does all its work and is refused nothing.</summary>
    [Test]
    [CancelAfter(120_000)]
    public async Task Operator_WithItsRulesOnARealServer_IsNeverRefused(CancellationToken cancellation)
    {
        var server = TestServer.Find();
        var rendered = await Renderer.ChartAsync();
        await using var api = await ApiUnderTest.RealAsync(server);
        var life = new OperatorLife(api);
        var made = await server.CreateNamespaceAsync(ApiUnderTest.Namespace);
        try
        {
            await InstallAsync(api, rendered, rbac: true);

            Assert.That(await life.LiveAsync(), Is.Empty);
            foreach (var (verb, group, resource) in Never)
            {
                Assert.That(await MayAsync(api, verb, group, resource), Is.False, $"{verb} {group}/{resource}");
            }

            foreach (var right in GrantedRight.ToOperator(rendered))
            {
                Assert.That(await MayAsync(api, right.Verb, right.Group, right.Resource, right.Namespace, right.Name), Is.True, right.ToString());
            }
        }
        finally
        {
            await life.CleanAsync();
            string[] namespaces = [.. OperatorLife.Namespaces, .. made ? new[] { ApiUnderTest.Namespace } : []];
            await server.SucceedAsync(["delete", "namespace", .. namespaces, "--ignore-not-found", "--timeout=60s"]);
            await server.SucceedAsync(["delete", "clusterrole,clusterrolebinding", "plumbline-operator", "--ignore-not-found"]);
        }
    }

    private static async Task InstallAsync(ApiUnderTest api, Manifests rendered, bool rbac)
    {
        await api.ApplyDefinitionsAsync();
        await api.ApplyAsync("/api/v1/namespaces", $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {ApiUnderTest.Namespace}}}}}");
        string[] kinds = ["ServiceAccount", "ConfigMap", .. rbac ? new[] { "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding" } : []];
        foreach (var item in kinds.SelectMany(rendered.OfKind).Where(o => !((string)o["metadata"]!["name"]!).EndsWith("-edit", StringComparison.Ordinal) && !((string)o["metadata"]!["name"]!).EndsWith("-view", StringComparison.Ordinal)))
        {
            await api.ApplyAsync(item);
        }
    }

    private static IEnumerable<string> NotGranted(IEnumerable<UsedRight> used, IReadOnlyList<GrantedRight> granted) =>
        used.Where(u => !granted.Any(g => g.Covers(u))).Select(u => u.ToString());

    private static async Task<bool> MayAsync(ApiUnderTest api, string verb, string group, string resource, string? @namespace = null, string? name = null)
    {
        var parts = resource.Split('/');
        var review = new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["user"] = ApiUnderTest.Operator,
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = verb, ["group"] = group, ["resource"] = parts[0], ["subresource"] = parts.ElementAtOrDefault(1), ["namespace"] = @namespace, ["name"] = name,
                },
            },
        };
        var answer = await api.SendAsync(HttpMethod.Post, "/apis/authorization.k8s.io/v1/subjectaccessreviews", review.ToJsonString());
        return (bool?)answer["status"]!["allowed"] == true;
    }
}

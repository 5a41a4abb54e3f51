using Plumbline.Testing;
using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;
using Plumbline.Kubernetes.Connection;

namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>
/// Everything that an operator does to the API in its life, done once: it starts with a map, makes Connections, writes every status, tells events and
/// counts them, lets an agent in, removes a row, hands the lead over, tidies up after a replica that is gone.
/// </summary>
internal sealed class OperatorLife(ApiUnderTest api)
{
    private const string Docs = "rbac-docs";
    private const string App = "rbac-app";
    private const string Node = "rbac-node";
    private const string Plumbline = $"/apis/plumbline.dev/v1alpha1/namespaces/{Docs}";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Core = "/api/v1/namespaces";
    private const string Trust = $"{Core}/{ApiUnderTest.Namespace}/configmaps/plumbline-link-trust";

    public static IReadOnlyList<string> Namespaces { get; } = [Docs, App];

    /// <returns>What the replicas were refused.</returns>
    public async Task<IReadOnlyList<string>> LiveAsync()
    {
        await FillAsync();
        var configuration = await api.AsOperatorAsync();
        await using var first = await LeadingAsync("rbac-one", configuration);
        await JudgeAsync(first);
        await using var second = new OperatorRun("rbac-two", configuration);
        await UntilAsync(async () => (await api.GetAsync(Trust))!["data"]?["rbac-two.crt"] is not null, "the second replica publishes its certificate", second);
        var token = await api.TokenAsync(
            "plumbline-agent", """{"spec":{"audiences":["plumbline"],"expirationSeconds":600,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"rbac-agent"}}}""");

        // A server for tests may know no bound tokens: then the review worked, and its answer names no node.
        Assert.That(await first.LetInAsync(token) || first.Log.Contains("not bound to a node", StringComparison.Ordinal), Is.True, () => first.Log);
        await CountEventAsync(first);
        await api.ApplyAsync($"{Plumbline}/connectionmaps", Map(1));
        await UntilAsync(async () => await api.GetAsync($"{Plumbline}/connections/rbac-2") is null, "the Connection of a row that is gone is removed", first);

        await first.DisposeAsync();
        await UntilAsync(second.LeadsAsync, "the second replica leads", second);
        return [.. first.Refusals, .. second.Refusals];
    }

    public async Task CleanAsync()
    {
        foreach (var item in Namespaces.Select(n => $"{Core}/{n}").Append($"/api/v1/nodes/{Node}").Concat(PolicyKinds().Select(d => $"{Definitions}/{Yaml.Documents(d).Single()["metadata"]!["name"]}")))
        {
            if (await api.GetAsync(item) is not null)
            {
                await api.SendAsync(HttpMethod.Delete, item);
            }
        }
    }

    private async Task FillAsync()
    {
        foreach (var name in Namespaces)
        {
            await api.ApplyAsync(Core, $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}");
        }

        foreach (var definition in PolicyKinds())
        {
            await api.ApplyAsync(Definitions, definition);
        }

        await api.ApplyAsync("/api/v1/nodes", $"{{apiVersion: v1, kind: Node, metadata: {{name: {Node}}}}}");
        await api.ApplyAsync($"{Core}/{ApiUnderTest.Namespace}/serviceaccounts", $"{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: plumbline-agent, namespace: {ApiUnderTest.Namespace}}}}}");
        await PodAsync(ApiUnderTest.Namespace, "rbac-agent", "plumbline-agent", "10.9.0.1");
        await PodAsync(App, "a-0", "default", "10.9.0.2");
        await PodAsync(App, "b-0", "default", "10.9.0.3");
        await api.ApplyAsync($"{Plumbline}/components", Component("a", $"pods: {{namespace: {App}, selector: {{matchLabels: {{app: a-0}}}}}}"));
        await api.ApplyAsync($"{Plumbline}/components", Component("b", $"service: {{namespace: {App}, name: b}}"));
        await api.ApplyAsync($"{Plumbline}/connectionmaps", Map(1, 2));
    }

    /// <summary>Kinds that not every cluster has, and that are looked at where they are.</summary>
    private static IEnumerable<string> PolicyKinds() =>
        from file in new[] { "policy-kinds.yaml", "plugin-kinds.yaml" }
        from document in File.ReadAllText(Repository.PathOf("src", "Plumbline.Lab", "Cluster", file)).Split("---\n")
        select document;

    private async Task<OperatorRun> LeadingAsync(string name, ApiConnection configuration)
    {
        var replica = new OperatorRun(name, configuration);
        await UntilAsync(replica.LeadsAsync, "the first replica leads", replica);
        return replica;
    }

    private async Task JudgeAsync(OperatorRun replica)
    {
        await UntilAsync(async () => await ReasonAsync("rbac-1") == "DestinationMissing" && await ReasonAsync("rbac-2") == "DestinationMissing", "both rows are judged", replica);
        await UntilAsync(async () => (await api.GetAsync($"{Plumbline}/connectionmaps/rbac"))!["status"]?["drifted"] is not null, "the map counts", replica);
        await UntilAsync(async () => (await api.GetAsync($"{Plumbline}/components/a"))!["status"]?["conditions"] is not null, "the Component says where it leads", replica);
        await UntilAsync(async () => (await EventsAsync()).Count > 0, "an event tells of the drift", replica);
    }

    /// <summary>The same drift twice within minutes: the first event counts the second.</summary>
    private async Task CountEventAsync(OperatorRun replica)
    {
        await api.ApplyAsync($"{Core}/{App}/services", $"{{apiVersion: v1, kind: Service, metadata: {{name: b, namespace: {App}}}, spec: {{selector: {{app: b-0}}, ports: [{{name: p, port: 9000}}, {{name: q, port: 9001}}]}}}}");
        await api.ApplyAsync($"/apis/discovery.k8s.io/v1/namespaces/{App}/endpointslices", $$"""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: b-1, namespace: {{App}}, labels: {kubernetes.io/service-name: b} }
            addressType: IPv4
            ports: [{name: p, port: 9000, protocol: TCP}, {name: q, port: 9001, protocol: TCP}]
            endpoints: [{addresses: [10.9.0.3], nodeName: {{Node}}, conditions: {ready: true}, targetRef: {kind: Pod, namespace: {{App}}, name: b-0} }]
            """);
        await UntilAsync(async () => await ReasonAsync("rbac-1") is not "DestinationMissing", "the destination is there", replica);
        await api.SendAsync(HttpMethod.Delete, $"{Core}/{App}/services/b");
        await UntilAsync(async () => await ReasonAsync("rbac-1") == "DestinationMissing", "it is missing again", replica);
        await UntilAsync(async () => (await EventsAsync()).Any(e => e!["series"]?["count"] is not null), "the event is counted", replica);
    }

    private async Task PodAsync(string @namespace, string name, string account, string address)
    {
        await api.ApplyAsync($"{Core}/{@namespace}/pods", $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{name}}, namespace: {{@namespace}}, labels: {app: {{name}} } }
            spec: {nodeName: {{Node}}, serviceAccountName: {{account}}, containers: [{name: c, image: "i.invalid/i:1"}]}
            """);
        await api.MergeAsync($"{Core}/{@namespace}/pods/{name}/status", $$$"""
            {"status":{"phase":"Running","podIP":"{{{address}}}","podIPs":[{"ip":"{{{address}}}"}],"conditions":[{"type":"Ready","status":"True"}]}}
            """);
    }

    private async Task<string?> ReasonAsync(string connection) =>
        (string?)(await api.GetAsync($"{Plumbline}/connections/{connection}"))?["status"]?["conditions"]?.AsArray().Single(c => (string?)c!["type"] == "Verified")!["reason"];

    private async Task<JsonArray> EventsAsync() => (await api.GetAsync($"/apis/events.k8s.io/v1/namespaces/{Docs}/events"))!["items"]!.AsArray();

    private static Task UntilAsync(Func<Task<bool>> condition, string what, OperatorRun replica) => Eventually.TrueAsync(condition, () => $"{what}\n{replica.Log}");

    private static string Component(string name, string binding) =>
        $"{{apiVersion: plumbline.dev/v1alpha1, kind: Component, metadata: {{name: {name}, namespace: {Docs}}}, spec: {{names: [{name}], {binding}}}}}";

    private static string Map(params IEnumerable<int> rows) => $$"""
        apiVersion: plumbline.dev/v1alpha1
        kind: ConnectionMap
        metadata: {name: rbac, namespace: {{Docs}} }
        spec:
          document: {title: RBAC}
          connections: [{{string.Join(", ", rows.Select(row => $"{{id: '{row}', from: a, to: b, protocol: TCP, ports: [{8999 + row}]}}"))}}]
        """;
}

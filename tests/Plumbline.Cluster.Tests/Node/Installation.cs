using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Testing;

namespace Plumbline.Cluster.Tests.Node;

/// <summary>
/// The shipped manifests on the node, unchanged, and around them what this node lacks of a cluster: translated Service addresses, the ConfigMap with the API
/// server's authority, and tokens that name their node.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    public const string Namespace = "plumbline-system";

    // Where the machine and the node meet; the pods' requests leave through it.
    private static readonly IPAddress HostAddress = IPAddress.Parse(Environment.GetEnvironmentVariable("PLUMBLINE_TEST_NODE_HOST") ?? "10.220.0.1");

    private readonly ApiFront _front;
    private readonly ServiceAddresses _services;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _syncing;

    private Installation(ClusterNode node, ApiFront front, ServiceAddresses services, IReadOnlyList<JsonNode> manifests)
    {
        (Node, _front, _services, Manifests) = (node, front, services, manifests);
        _syncing = SyncAsync();
    }

    public ClusterNode Node { get; }

    /// <summary>deploy/base, as kustomize renders it.</summary>
    public IReadOnlyList<JsonNode> Manifests { get; }

    public IReadOnlyCollection<string> ForbiddenRequests => _front.Forbidden;

    public static async Task<Installation> CreateAsync(ClusterNode node)
    {
        var rendered = await node.SucceedAsync("kustomize", Repository.PathOf("deploy", "base"));
        var manifests = Objects(await node.SucceedWithAsync(rendered, "create", "--dry-run=client", "-o", "json", "-f", "-"));
        var nodeName = ClusterNode.NameOf((await node.ListAsync("nodes")).Single());
        var front = await ApiFront.StartAsync(node, HostAddress, nodeName);
        var services = new ServiceAddresses(node, $"{HostAddress}:{front.Port}");
        await services.AddRouteAsync();
        await services.SyncAsync();

        await node.SucceedAsync("apply", "--server-side", "--force-conflicts", "-f", Repository.PathOf("deploy", "crds"));
        await node.SucceedAsync("wait", "--for=condition=Established", "--timeout=30s", "-f", Repository.PathOf("deploy", "crds"));
        var authority = Path.Combine(node.RunDirectory, "certs", "apiserver.crt");
        await ApplyAsync(node, $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {Namespace}}}\n");
        await ApplyAsync(node, await node.SucceedAsync("-n", Namespace, "create", "configmap", "kube-root-ca.crt", $"--from-file=ca.crt={authority}", "--dry-run=client", "-o", "yaml"));
        await ApplyAsync(node, rendered);
        return new Installation(node, front, services, manifests);
    }

    public static Task ApplyAsync(ClusterNode node, string manifests) => node.SucceedWithAsync(manifests, "apply", "--server-side", "--force-conflicts", "-f", "-");

    public JsonNode Manifest(string kind) => Manifests.Single(m => m["kind"]!.GetValue<string>() == kind);

    public Task<IReadOnlyList<JsonNode>> PodsAsync(string component) => Node.ListAsync("-n", Namespace, "pods", "-l", $"app.kubernetes.io/component={component}");

    /// <summary>The pods of a part, once as many as wanted are ready.</summary>
    public Task<IReadOnlyList<JsonNode>> ReadyAsync(string component, int count) => ClusterNode.UntilAsync<IReadOnlyList<JsonNode>>(
        $"{count} ready pods of the {component}",
        // A kubelet may take 90 s to bring the operator's certificates to the agent.
        TimeSpan.FromMinutes(4),
        async () => (await PodsAsync(component)).Where(ClusterNode.IsReady).ToList() is var ready && ready.Count >= count ? ready : null,
        () => Node.DescribeAsync(Namespace));

    public async ValueTask DisposeAsync()
    {
        await Node.DeleteNamespaceAsync(Namespace);
        await _stop.CancelAsync();
        await _syncing;
        await _services.RemoveAsync();
        await _front.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>kubectl writes one object after the other.</summary>
    private static List<JsonNode> Objects(string json)
    {
        var objects = new List<JsonNode>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
            objects.Add(JsonNode.Parse(ref reader)!);
        return objects;
    }

    private async Task SyncAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, _stop.Token);
                await _services.SyncAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }
    }
}

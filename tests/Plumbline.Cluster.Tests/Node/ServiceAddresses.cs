using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Plumbline.Cluster.Tests.Node;

/// <summary>
/// What kube-proxy would do and this node lacks: translates the addresses of Services to their endpoints, by nftables in the node's network. Brought up
/// to date by <see cref="SyncAsync"/>; gone with <see cref="RemoveAsync"/>.
/// </summary>
/// <param name="apiServer">Where <c>default/kubernetes</c> leads: it has no endpoints here.</param>
internal sealed class ServiceAddresses(ClusterNode node, string apiServer)
{
    private const string Table = "plumbline_test_services";
    private const string Range = "10.96.0.0/12";
    private string _applied = "";

    public async Task AddRouteAsync()
    {
        // A packet needs a route before it comes to where its address is translated; whereto does not matter.
        var gateway = apiServer[..apiServer.LastIndexOf(':')];
        var added = await node.InNodeAsync(null, "ip", "route", "replace", Range, "via", gateway);
        Assert.That(added.ExitCode, Is.Zero, added.Errors);
    }

    public async Task SyncAsync()
    {
        var slices = await node.ListAsync("endpointslices", "--all-namespaces");
        var rules = new StringBuilder();
        foreach (var service in await node.ListAsync("services", "--all-namespaces"))
        {
            var address = service["spec"]!["clusterIP"]?.GetValue<string>();
            if (address is null or "None")
                continue;
            foreach (var port in service["spec"]!["ports"]!.AsArray())
            {
                var targets = ClusterNode.NameOf(service) == "kubernetes" ? [apiServer] : Endpoints(service, port!, slices);
                if (targets.Count > 0)
                    rules.AppendLine(CultureInfo.InvariantCulture, $"ip daddr {address} tcp dport {port!["port"]} {Translation(targets)}");
            }
        }

        if (rules.ToString() == _applied)
            return;
        var script = $$"""
            table ip {{Table}};
            delete table ip {{Table}}
            table ip {{Table}} {
              chain services { {{rules}} }
              chain from_pods { type nat hook prerouting priority -100; jump services; }
              chain from_node { type nat hook output priority -100; jump services; }
              chain back { type nat hook postrouting priority 100; ct status dnat masquerade; }
            }
            """;
        var applied = await node.InNodeAsync(script, "nft", "-f", "-");
        Assert.That(applied.ExitCode, Is.Zero, applied.Errors + script);
        _applied = rules.ToString();
    }

    public async Task RemoveAsync()
    {
        await node.InNodeAsync(null, "nft", "delete", "table", "ip", Table);
        await node.InNodeAsync(null, "ip", "route", "del", Range);
    }

    private static List<string> Endpoints(JsonNode service, JsonNode port, IReadOnlyList<JsonNode> slices) =>
        [.. slices
            .Where(slice => Text(slice, "namespace") == Text(service, "namespace") && slice["metadata"]!["labels"]?["kubernetes.io/service-name"]?.GetValue<string>() == ClusterNode.NameOf(service))
            .SelectMany(slice => slice["endpoints"]?.AsArray().Where(e => e!["conditions"]?["ready"]?.GetValue<bool>() != false)
                .SelectMany(e => e!["addresses"]!.AsArray().Select(a => $"{a}:{slice["ports"]!.AsArray().Single(p => p!["name"]?.ToString() == port["name"]?.ToString())!["port"]}")) ?? [])
            .Order(StringComparer.Ordinal)];

    private static string Translation(List<string> targets)
    {
        if (targets.Count == 1)
            return $"dnat to {targets[0]}";
        var map = string.Join(", ", targets.Select((target, i) => $"{i} : {target.Replace(":", " . ", StringComparison.Ordinal)}"));
        return $"dnat ip to numgen random mod {targets.Count} map {{ {map} }}";
    }

    private static string Text(JsonNode item, string field) => item["metadata"]![field]!.GetValue<string>();
}

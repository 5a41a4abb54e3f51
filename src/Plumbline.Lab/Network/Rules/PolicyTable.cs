using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Plumbline.Lab.Network.Rules;

/// <summary>Policies of a node's own pods as an nftables table: one chain a pod and direction, found by a map, so cost does not grow with the pods.</summary>
internal static class PolicyTable
{
    public const string Name = "plumbline-policy";

    /// <param name="policies">Those of this node's pods: a peer's node enforces the peer's own.</param>
    /// <param name="denial">What the denied see.</param>
    public static string Render(IReadOnlyList<PodPolicy> policies, DenialAction denial)
    {
        var chains = new StringBuilder();
        var maps = new StringBuilder();
        foreach (var (direction, family) in Sides())
        {
            var entries = new List<string>();
            foreach (var pod in policies.Where(p => p.Direction == direction && p.Pod.AddressFamily == family).GroupBy(p => p.Pod))
            {
                var chain = $"{Word(direction)}-{pod.Key.ToString().Replace(':', '_')}";
                entries.Add($"{pod.Key} : jump {chain}");
                AppendChain(chains, chain, direction, family, pod.SelectMany(p => p.Allow), denial);
            }

            var elements = entries.Count == 0 ? "" : $" elements = {{ {string.Join(", ", entries)} }}";
            var type = family == AddressFamily.InterNetwork ? "ipv4_addr" : "ipv6_addr";
            maps.Append(CultureInfo.InvariantCulture, $"  map {Word(direction)}{Digit(family)} {{ type {type} : verdict;{elements} }}\n");
        }

        var self = string.Join(", ", policies.Where(p => p.Pod.AddressFamily == AddressFamily.InterNetwork).Select(p => $"{p.Pod} . {p.Pod}").Distinct());

        // A node reaches its own pods by its output hook, which has no policy. What pods say to their own node comes by its input hook.
        return $$"""
            table inet {{Name}} {
            {{chains}}{{maps}}  set self { type ipv4_addr . ipv4_addr; {{(self.Length == 0 ? "" : $"elements = {{ {self} }}")}} }
              chain forward {
                type filter hook forward priority filter; policy accept;
                ct state established,related accept
                ip saddr . ip daddr @self accept
                ip saddr vmap @egress4
                ip6 saddr vmap @egress6
                ip daddr vmap @ingress4
                ip6 daddr vmap @ingress6
              }
              chain input {
                type filter hook input priority filter; policy accept;
                ct state established,related accept
                ip saddr vmap @egress4
                ip6 saddr vmap @egress6
              }
            }

            """;
    }

    private static IEnumerable<(PolicyDirection Direction, AddressFamily Family)> Sides() =>
        from direction in Enum.GetValues<PolicyDirection>()
        from family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]
        select (direction, family);

    private static void AppendChain(
        StringBuilder text, string chain, PolicyDirection direction, AddressFamily family, IEnumerable<PolicyAllow> allows, DenialAction denial)
    {
        text.Append(CultureInfo.InvariantCulture, $"  chain {chain} {{\n");

        // "return", not "accept": the other direction's chain has a say as well.
        foreach (var allow in allows)
        {
            foreach (var peer in PeerMatches(allow, direction, family))
            {
                foreach (var port in PortMatches(allow))
                {
                    text.Append(CultureInfo.InvariantCulture, $"    {string.Join(' ', (string[])[peer, port, "return"]).Trim()}\n");
                }
            }
        }

        foreach (var deny in denial.Deny("", family == AddressFamily.InterNetworkV6))
        {
            text.Append(CultureInfo.InvariantCulture, $"    {deny}\n");
        }

        text.Append("  }\n");
    }

    private static IEnumerable<string> PeerMatches(PolicyAllow allow, PolicyDirection direction, AddressFamily family)
    {
        if (allow.Peers is null)
        {
            return [""];
        }

        var ranges = AddressRanges.Of(family, allow.Peers);
        var side = direction == PolicyDirection.Ingress ? "saddr" : "daddr";
        return ranges.IsEmpty ? [] : [$"{(family == AddressFamily.InterNetwork ? "ip" : "ip6")} {side} {{ {ranges} }}"];
    }

    private static IEnumerable<string> PortMatches(PolicyAllow allow)
    {
        if (allow.Ports is null)
        {
            yield return "";
            yield break;
        }

        // One rule a port: overlapping ranges in one set would be refused.
        foreach (var port in allow.Ports)
        {
            RulePorts.Check(port.Port, "policy");
            RulePorts.Check(port.EndPort, "policy");
            yield return port switch
            {
                { Port: null } => $"meta l4proto {port.Protocol.Word()}",
                { EndPort: { } end } when end > port.Port => $"{port.Protocol.Word()} dport {port.Port}-{end}",
                _ => $"{port.Protocol.Word()} dport {port.Port}",
            };
        }
    }

    private static string Word(PolicyDirection direction) => direction == PolicyDirection.Ingress ? "ingress" : "egress";

    private static char Digit(AddressFamily family) => family == AddressFamily.InterNetwork ? '4' : '6';
}

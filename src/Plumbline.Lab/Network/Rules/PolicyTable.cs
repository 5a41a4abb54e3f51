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
                AppendChains(chains, chain, direction, family, [.. pod], denial);
            }

            var elements = entries.Count == 0 ? "" : $" elements = {{ {string.Join(", ", entries)} }}";
            var type = family == AddressFamily.InterNetwork ? "ipv4_addr" : "ipv6_addr";
            maps.Append(CultureInfo.InvariantCulture, $"  map {Word(direction)}{Digit(family)} {{ type {type} : verdict;{elements} }}\n");
        }

        // A node reaches its own pods by its output hook, and they reach it by its input hook: neither has policies, as the API says.
        return $$"""
            table inet {{Name}} {
            {{chains}}{{maps}}  set self4 { type ipv4_addr . ipv4_addr; {{Selves(policies, AddressFamily.InterNetwork)}} }
              set self6 { type ipv6_addr . ipv6_addr; {{Selves(policies, AddressFamily.InterNetworkV6)}} }
              chain forward {
                type filter hook forward priority filter; policy accept;
                ct state established,related accept
                ip saddr . ip daddr @self4 accept
                ip6 saddr . ip6 daddr @self6 accept
                ip saddr vmap @egress4
                ip6 saddr vmap @egress6
                ip daddr vmap @ingress4
                ip6 daddr vmap @ingress6
              }
            }

            """;
    }

    private static string Selves(IReadOnlyList<PodPolicy> policies, AddressFamily family)
    {
        var self = string.Join(", ", policies.Where(p => p.Pod.AddressFamily == family).Select(p => $"{p.Pod} . {p.Pod}").Distinct());
        return self.Length == 0 ? "" : $"elements = {{ {self} }}";
    }

    private static IEnumerable<(PolicyDirection Direction, AddressFamily Family)> Sides() =>
        from direction in Enum.GetValues<PolicyDirection>()
        from family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]
        select (direction, family);

    /// <summary>Two chains: the verdicts before, which go on to those that come after unless they decide.</summary>
    private static void AppendChains(StringBuilder text, string chain, PolicyDirection direction, AddressFamily family, IReadOnlyList<PodPolicy> policies, DenialAction denial)
    {
        text.Append(CultureInfo.InvariantCulture, $"  chain {chain}-rest {{\n");
        if (policies.Any(p => p.Allow is not null))
        {
            // "return", not "accept": the other direction's chain has a say as well.
            Append(policies.SelectMany(p => p.Allow ?? []).SelectMany(a => Matches(a, direction, family)).Select(m => $"{m} return"));
            Append(denial.Deny("", family == AddressFamily.InterNetworkV6));
        }
        else
        {
            Append(policies.SelectMany(p => p.After).SelectMany(v => Rules(v, "return")));
        }

        text.Append(CultureInfo.InvariantCulture, $"  }}\n  chain {chain} {{\n");
        Append(policies.SelectMany(p => p.Before).SelectMany(v => Rules(v, $"goto {chain}-rest")));
        Append([$"goto {chain}-rest"]);
        text.Append("  }\n");

        void Append(IEnumerable<string> rules)
        {
            foreach (var rule in rules)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {rule.Trim()}\n");
            }
        }

        IEnumerable<string> Rules(PolicyVerdict verdict, string pass) => Matches(verdict.Match, direction, family).SelectMany(m => verdict.Step switch
        {
            PolicyStep.Allow => [$"{m} return"],
            PolicyStep.Pass => [$"{m} {pass}"],
            PolicyStep.Deny => denial.Deny(m, family == AddressFamily.InterNetworkV6),
        });
    }

    private static IEnumerable<string> Matches(PolicyAllow allow, PolicyDirection direction, AddressFamily family) =>
        from peer in PeerMatches(allow, direction, family)
        from port in PortMatches(allow)
        select string.Join(' ', (string[])[peer, port]).Trim();

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

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Plumbline.Lab.Network.Rules;

/// <summary>Injected faults as an nftables table in the namespace nearest to the target, so that whoever answers is the target's own node or host.</summary>
internal static class FaultTable
{
    public const string Name = "plumbline-faults";

    public static string Render(IReadOnlyList<TrafficFault> faults)
    {
        var rules = new StringBuilder();
        foreach (var fault in faults)
        {
            RulePorts.Check(fault.Port, $"fault on {fault.Target}");
            var ipv6 = fault.Target.AddressFamily == AddressFamily.InterNetworkV6;
            var family = ipv6 ? "ip6" : "ip";
            var from = fault.From is { } network ? $"{family} saddr {network} " : "";
            var port = fault.Port is { } number ? $" {fault.Protocol.Word()} dport {number}" : "";
            foreach (var rule in fault.Action.Deny($"{from}{family} daddr {fault.Target}{port}", ipv6))
            {
                rules.Append(CultureInfo.InvariantCulture, $"    {rule}\n");
            }
        }

        // -80: after Service translation of the node's own traffic, before policies.
        return $$"""
            table inet {{Name}} {
              chain faults {
            {{rules}}  }
              chain input { type filter hook input priority -80; policy accept; jump faults
              }
              chain forward { type filter hook forward priority -80; policy accept; jump faults
              }
              chain output { type filter hook output priority -80; policy accept; jump faults
              }
            }

            """;
    }
}

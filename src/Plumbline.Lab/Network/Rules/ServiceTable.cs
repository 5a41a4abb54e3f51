using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plumbline.Lab.Network.Rules;

/// <summary>Service addresses of one IP family as an nftables table, with the rules and the order of kube-proxy's nftables mode.</summary>
internal static class ServiceTable
{
    public const string Name = "plumbline-services";

    private enum Way
    {
        /// <summary>To an endpoint.</summary>
        Translated,

        /// <summary>Endpoints there are, but none on this node, and the Service wants local ones only.</summary>
        Dropped,

        /// <summary>No endpoint at all.</summary>
        Rejected,
    }

    private sealed record NodeService(ServiceRule Rule, IReadOnlyList<IPEndPoint> Endpoints)
    {
        public Way Way => Endpoints.Count > 0 ? Way.Translated : Rule.Endpoints.Count > 0 ? Way.Dropped : Way.Rejected;

        public string Key => $"{Rule.ClusterIp} . {Rule.Protocol.Word()} . {Rule.Port}";
    }

    /// <param name="services">All Services of the cluster: every node translates every one.</param>
    /// <param name="serviceCidr">Addresses in it that no Service has are dropped.</param>
    /// <param name="node">Whose table it is.</param>
    /// <param name="nodeAddress">Source of a pod's traffic to itself, see below.</param>
    public static string Render(IReadOnlyList<ServiceRule> services, IPNetwork serviceCidr, string node, IPAddress nodeAddress)
    {
        var ipv6 = serviceCidr.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
        var (ip, type) = ipv6 ? ("ip6", "ipv6_addr") : ("ip", "ipv4_addr");
        var own = services.Select(s => new NodeService(s, s.Local is null ? s.Endpoints : s.Local.GetValueOrDefault(node) ?? [])).ToList();
        var translated = own.Where(s => s.Way == Way.Translated).Select((service, i) => (Service: service, Chain: $"endpoints-{i}")).ToList();
        var hairpin = own.SelectMany(s => s.Endpoints).Select(e => $"{e.Address} . {e.Address}").Distinct();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            table {{ip}} {{Name}} {
              set cluster-ips { type {{type}}; {{Elements(services.Where(s => !s.FromOutside).Select(s => s.ClusterIp.ToString()).Distinct())}} }
              set hairpin { type {{type}} . {{type}}; {{Elements(hairpin)}} }
              map service-ports {
                type {{type}} . inet_proto . inet_service : verdict
                {{Elements(translated.Select(r => $"{r.Service.Key} : goto {r.Chain}"))}}
              }
              chain rejected { reject comment "no ready endpoints"
              }
              map not-on-this-node {
                type {{type}} . inet_proto . inet_service : verdict
                {{Elements(own.Where(s => s.Way == Way.Dropped).Select(s => $"{s.Key} : drop").Concat(own.Where(s => s.Way == Way.Rejected && s.Rule.FromOutside).Select(s => $"{s.Key} : goto rejected")))}}
              }

            """);
        foreach (var (service, chain) in translated)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                  chain {{chain}} {
                    meta l4proto {{service.Rule.Protocol.Word()}} dnat {{ip}} addr . port to {{Choice(service, ip)}} map { {{Targets(service)}} }
                  }

                """);
        }

        // A pod that gets itself behind its Service must see another source than its own address, or it would answer itself inside its own
        // namespace, untranslated. Output is checked after nat (-100), forwarded traffic long after prerouting; both before policies (0), so that
        // a port without endpoints is refused even to those who may not go there – as in a real cluster.
        text.Append(CultureInfo.InvariantCulture, $$"""
              chain services { {{ip}} daddr . meta l4proto . th dport vmap @service-ports
              }
              chain prerouting { type nat hook prerouting priority dstnat; policy accept; jump services
              }
              chain output { type nat hook output priority -100; policy accept; jump services
              }
              chain postrouting { type nat hook postrouting priority srcnat; policy accept; {{ip}} saddr . {{ip}} daddr @hairpin snat to {{nodeAddress}}
              }
              chain not-translated {
                {{ip}} daddr . meta l4proto . th dport vmap @not-on-this-node
                {{ip}} daddr @cluster-ips reject comment "no ready endpoints, or no such port"
                {{ip}} daddr {{serviceCidr}} drop comment "no such Service"
              }
              chain forward { type filter hook forward priority -110; policy accept; ct state new jump not-translated
              }
              chain output-filter { type filter hook output priority -90; policy accept; ct state new jump not-translated
              }
            }

            """);
        return text.ToString();
    }

    /// <exception cref="ArgumentException">A port out of range, an endpoint of another family than its Service, or one Service port given twice.</exception>
    public static void Validate(IReadOnlyList<ServiceRule> services)
    {
        foreach (var service in services)
        {
            RulePorts.Check(service.Port, $"Service {service.ClusterIp}");
            foreach (var endpoint in service.Endpoints)
            {
                RulePorts.Check(endpoint.Port, $"endpoint {endpoint} of Service {service.ClusterIp}:{service.Port}");
                RulePorts.CheckFamily(endpoint.Address, service.ClusterIp, $"endpoint {endpoint} of Service {service.ClusterIp}:{service.Port}");
            }
        }

        var twice = services.GroupBy(s => (s.ClusterIp, s.Port, s.Protocol)).FirstOrDefault(g => g.Skip(1).Any());
        if (twice is not null)
        {
            throw new ArgumentException($"Service {twice.Key.ClusterIp}:{twice.Key.Port}/{twice.Key.Protocol.Word()} is given twice", nameof(services));
        }
    }

    private static string Choice(NodeService service, string ip) =>
        service.Rule.Sticky ? $"jhash {ip} saddr mod {service.Endpoints.Count}" : $"numgen random mod {service.Endpoints.Count}";

    private static string Targets(NodeService service) => string.Join(", ", service.Endpoints.Select((e, i) => $"{i} : {e.Address} . {e.Port}"));

    private static string Elements(IEnumerable<string> elements)
    {
        var joined = string.Join(", ", elements);
        return joined.Length == 0 ? "" : $"elements = {{ {joined} }}";
    }
}

using System.Globalization;
using System.Net;
using System.Text;

namespace Plumbline.Lab.Network.Rules;

/// <summary>Service addresses as an nftables table, with the rules and the order of kube-proxy's nftables mode.</summary>
internal static class ServiceTable
{
    public const string Name = "plumbline-services";

    /// <param name="services">All Services of the cluster: every node translates every one.</param>
    /// <param name="serviceCidr">Addresses in it that no Service has are dropped.</param>
    /// <param name="node">Source of a pod's traffic to itself, see below.</param>
    public static string Render(IReadOnlyList<ServiceRule> services, IPNetwork serviceCidr, IPAddress node)
    {
        Validate(services);
        var clusterIps = services.Select(s => s.ClusterIp.ToString()).Distinct().ToList();
        var hairpin = services.SelectMany(s => s.Endpoints).Select(e => $"{e.Address} . {e.Address}").Distinct().ToList();
        var ready = services.Where(s => s.Endpoints.Count > 0).Select((service, i) => (Service: service, Chain: $"endpoints-{i}")).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            table ip {{Name}} {
              set cluster-ips { type ipv4_addr; {{Elements(clusterIps)}} }
              set hairpin { type ipv4_addr . ipv4_addr; {{Elements(hairpin)}} }
              map service-ports {
                type ipv4_addr . inet_proto . inet_service : verdict
                {{Elements(ready.Select(r => $"{r.Service.ClusterIp} . {r.Service.Protocol.Word()} . {r.Service.Port} : goto {r.Chain}"))}}
              }

            """);
        foreach (var (service, chain) in ready)
        {
            var targets = service.Endpoints.Select((e, i) => $"{i} : {e.Address} . {e.Port}");
            text.Append(CultureInfo.InvariantCulture, $$"""
                  chain {{chain}} {
                    meta l4proto {{service.Protocol.Word()}} dnat ip addr . port to numgen random mod {{service.Endpoints.Count}} map { {{string.Join(", ", targets)}} }
                  }

                """);
        }

        // A pod that gets itself behind its Service must see another source than its own address, or it would answer itself inside its own
        // namespace, untranslated. Output is checked after nat (-100), forwarded traffic long after prerouting; both before policies (0), so that
        // a port without endpoints is refused even to those who may not go there – as in a real cluster.
        text.Append(CultureInfo.InvariantCulture, $$"""
              chain services { ip daddr . meta l4proto . th dport vmap @service-ports
              }
              chain prerouting { type nat hook prerouting priority dstnat; policy accept; jump services
              }
              chain output { type nat hook output priority -100; policy accept; jump services
              }
              chain postrouting { type nat hook postrouting priority srcnat; policy accept; ip saddr . ip daddr @hairpin snat to {{node}}
              }
              chain not-translated {
                ip daddr @cluster-ips reject comment "no ready endpoints, or no such port"
                ip daddr {{serviceCidr}} drop comment "no such Service"
              }
              chain forward { type filter hook forward priority -110; policy accept; ct state new jump not-translated
              }
              chain output-filter { type filter hook output priority -90; policy accept; ct state new jump not-translated
              }
            }

            """);
        return text.ToString();
    }

    private static string Elements(IEnumerable<string> elements)
    {
        var joined = string.Join(", ", elements);
        return joined.Length == 0 ? "" : $"elements = {{ {joined} }}";
    }

    private static void Validate(IReadOnlyList<ServiceRule> services)
    {
        foreach (var service in services)
        {
            RulePorts.Check(service.Port, $"Service {service.ClusterIp}");
            foreach (var endpoint in service.Endpoints)
            {
                RulePorts.Check(endpoint.Port, $"endpoint {endpoint} of Service {service.ClusterIp}:{service.Port}");
                RulePorts.CheckIpv4(endpoint.Address, $"endpoint {endpoint} of Service {service.ClusterIp}:{service.Port}");
            }

            RulePorts.CheckIpv4(service.ClusterIp, $"Service {service.ClusterIp}:{service.Port}");
        }

        var twice = services.GroupBy(s => (s.ClusterIp, s.Port, s.Protocol)).FirstOrDefault(g => g.Skip(1).Any());
        if (twice is not null)
        {
            throw new ArgumentException($"Service {twice.Key.ClusterIp}:{twice.Key.Port}/{twice.Key.Protocol.Word()} is given twice", nameof(services));
        }
    }
}

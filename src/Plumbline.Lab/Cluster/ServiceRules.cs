using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Cluster;

/// <summary>What kube-proxy and cluster DNS make of Services and EndpointSlices.</summary>
internal static class ServiceRules
{
    /// <summary>Who has it is the business of another proxy.</summary>
    private const string ProxyNameLabel = "service.kubernetes.io/service-proxy-name";

    private sealed record Target(IPEndPoint Address, string? Node, V1EndpointConditions? Conditions)
    {
        public bool IsReady => Conditions?.Ready != false;

        public bool IsServingToItsEnd => Conditions is { Serving: not false, Terminating: true };
    }

    /// <summary>By the rules of kube-proxy's <c>CategorizeEndpoints</c>.</summary>
    /// <param name="nodes">All nodes by name, with their addresses.</param>
    public static IReadOnlyList<ServiceRule> Of(IEnumerable<V1Service> services, IReadOnlyCollection<V1EndpointSlice> slices, IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> nodes)
    {
        var byService = slices.ToLookup(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Label(EndpointSlices.ServiceLabel)}");
        var rules = from service in services.OrderBy(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Name}", StringComparer.Ordinal)
                    where service.Metadata.Label(ProxyNameLabel) is null && service.Metadata.Label("kubernetes.io/service-proxy-name") is null
                    from address in ClusterIps(service)
                    from port in service.Spec?.Ports ?? []
                    from rule in Ways(service, address, port, byService[$"{service.Metadata.NamespaceProperty}/{service.Metadata.Name}"].ToList(), nodes)
                    select rule;

        // The API gives an address once; where somebody got around it, one of the two Services works, as in a cluster.
        return [.. rules.DistinctBy(r => (r.ClusterIp, r.Port, r.Protocol))];
    }

    public static DnsZone Zone(IEnumerable<V1Service> services, IReadOnlyCollection<V1EndpointSlice> slices, IEnumerable<DnsHost> hosts, DnsFaults faults)
    {
        var byService = slices.ToLookup(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Label(EndpointSlices.ServiceLabel)}");
        return DnsZone.Create(
            services.Select(s => new DnsService(s.Metadata.NamespaceProperty ?? "", s.Metadata.Name ?? "", null)
            {
                ExternalName = s.Spec?.Type == "ExternalName" ? s.Spec.ExternalName : null,
                ClusterIps = ClusterIps(s),
                Endpoints = s.Spec?.Type == "ExternalName" ? [] : DnsEndpoints(byService[$"{s.Metadata.NamespaceProperty}/{s.Metadata.Name}"], s.Spec?.ClusterIP == "None"),
            }),
            hosts, faults.Failures, faults.Overrides);
    }

    public static TransportProtocol Protocol(string? name) => name switch
    {
        "UDP" => TransportProtocol.Udp,
        "SCTP" => TransportProtocol.Sctp,
        _ => TransportProtocol.Tcp,
    };

    private static IReadOnlyList<IPAddress> ClusterIps(V1Service service) =>
        [.. (service.Spec?.ClusterIPs ?? []).Prepend(service.Spec?.ClusterIP).Select(ip => IPAddress.TryParse(ip, out var address) ? address : null).OfType<IPAddress>().Distinct()];

    /// <summary>
    /// By the cluster IP, and by the addresses from outside. A pod that calls one of those is led to all endpoints whatever externalTrafficPolicy says, as kube-proxy's nftables
    /// mode has it ("short-circuit"), but for a load balancer that wants its traffic (<c>ipMode: Proxy</c>).
    /// </summary>
    private static IEnumerable<ServiceRule> Ways(
        V1Service service, IPAddress clusterIp, V1ServicePort port, IReadOnlyCollection<V1EndpointSlice> slices, IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> nodes)
    {
        var rule = Rule(service, clusterIp, port, slices, [.. nodes.Keys]);
        var everywhere = rule with { Local = null, FromOutside = true };
        var balancers = (service.Status?.LoadBalancer?.Ingress ?? []).Where(i => i.IpMode != "Proxy").Select(i => i.Ip);
        return
        [
            rule,
            .. Addresses(balancers.Concat(service.Spec?.ExternalIPs ?? [])).Select(a => everywhere with { ClusterIp = a }),
            .. port.NodePort is > 0 and var nodePort ? Addresses(nodes.Values.SelectMany(a => a).Select(a => a.ToString())).Select(a => everywhere with { ClusterIp = a, Port = nodePort }) : [],
        ];

        IEnumerable<IPAddress> Addresses(IEnumerable<string?> texts) =>
            texts.Select(t => IPAddress.TryParse(t, out var a) ? a : null).OfType<IPAddress>().Where(a => a.AddressFamily == clusterIp.AddressFamily).Distinct();
    }

    private static ServiceRule Rule(V1Service service, IPAddress clusterIp, V1ServicePort port, IEnumerable<V1EndpointSlice> slices, IReadOnlyCollection<string> nodes)
    {
        var all = Targets(slices, port.Name ?? "", Protocol(port.Protocol), clusterIp.AddressFamily).ToList();
        var rule = new ServiceRule(clusterIp, port.Port, Protocol(port.Protocol), Usable(all)) { Sticky = service.Spec?.SessionAffinity == "ClientIP" };
        return service.Spec?.InternalTrafficPolicy == "Local"
            ? rule with { Local = nodes.ToDictionary(n => n, n => Usable([.. all.Where(t => t.Node == n)])) }
            : rule;
    }

    /// <summary>Those that are ready; where none is, those that still serve while they end.</summary>
    private static IReadOnlyList<IPEndPoint> Usable(IReadOnlyList<Target> targets) =>
        [.. (targets.Any(t => t.IsReady) ? targets.Where(t => t.IsReady) : targets.Where(t => t.IsServingToItsEnd)).Select(t => t.Address).Distinct().OrderBy(a => a.ToString(), StringComparer.Ordinal)];

    private static IEnumerable<Target> Targets(IEnumerable<V1EndpointSlice> slices, string portName, TransportProtocol protocol, AddressFamily family) =>
        from slice in slices
        from port in slice.Ports ?? []
        where (port.Name ?? "") == portName && Protocol(port.Protocol) == protocol && port.Port is not null
        from endpoint in slice.Endpoints ?? []
        from address in Addresses(endpoint, family)
        select new Target(new IPEndPoint(address, port.Port!.Value), endpoint.NodeName, endpoint.Conditions);

    private static IReadOnlyList<DnsEndpoint> DnsEndpoints(IEnumerable<V1EndpointSlice> slices, bool headless) =>
    [
        .. from slice in slices
           from endpoint in slice.Endpoints ?? []
           where endpoint.Conditions?.Ready != false
           from address in Addresses(endpoint, null)
           where headless || endpoint.Hostname is not null
           select new DnsEndpoint(address, endpoint.Hostname),
    ];

    private static IEnumerable<IPAddress> Addresses(V1Endpoint endpoint, AddressFamily? family) =>
        (endpoint.Addresses ?? []).Select(a => IPAddress.TryParse(a, out var address) ? address : null).OfType<IPAddress>().Where(a => family is null || a.AddressFamily == family);
}

/// <summary>What is wrong with names at the moment.</summary>
internal sealed record DnsFaults(IReadOnlyList<DnsFault> Failures, IReadOnlyList<DnsOverride> Overrides)
{
    public static DnsFaults None { get; } = new([], []);
}

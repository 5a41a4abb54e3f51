using System.Net;
using k8s.Models;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Cluster;

/// <summary>What kube-proxy and cluster DNS make of Services and EndpointSlices.</summary>
internal static class ServiceRules
{
    public static IReadOnlyList<ServiceRule> Of(IEnumerable<V1Service> services, IReadOnlyCollection<V1EndpointSlice> slices)
    {
        var byService = slices.ToLookup(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Label(EndpointSlices.ServiceLabel)}");
        return
        [
            .. from service in services.OrderBy(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Name}", StringComparer.Ordinal)
               let address = ClusterIp(service)
               where address is not null
               from port in service.Spec?.Ports ?? []
               select new ServiceRule(
                   address, port.Port, Protocol(port.Protocol), Endpoints(byService[$"{service.Metadata.NamespaceProperty}/{service.Metadata.Name}"], port.Name ?? "")),
        ];
    }

    public static DnsZone Zone(IEnumerable<V1Service> services, IReadOnlyCollection<V1EndpointSlice> slices, IEnumerable<DnsHost> hosts)
    {
        var byService = slices.ToLookup(s => $"{s.Metadata.NamespaceProperty}/{s.Metadata.Label(EndpointSlices.ServiceLabel)}");
        return DnsZone.Create(
            services.Where(s => s.Spec?.Type != "ExternalName").Select(s => new DnsService(
                s.Metadata.NamespaceProperty ?? "", s.Metadata.Name ?? "", ClusterIp(s),
                [.. ReadyAddresses(byService[$"{s.Metadata.NamespaceProperty}/{s.Metadata.Name}"]).Select(a => new DnsEndpoint(a))])),
            hosts);
    }

    public static TransportProtocol Protocol(string? name) => name switch
    {
        "UDP" => TransportProtocol.Udp,
        "SCTP" => TransportProtocol.Sctp,
        _ => TransportProtocol.Tcp,
    };

    private static IPAddress? ClusterIp(V1Service service) => IPAddress.TryParse(service.Spec?.ClusterIP, out var address) ? address : null;

    private static IReadOnlyList<IPEndPoint> Endpoints(IEnumerable<V1EndpointSlice> slices, string portName) =>
    [
        .. from slice in slices
           from port in slice.Ports ?? []
           where (port.Name ?? "") == portName && port.Port is not null
           from address in ReadyAddresses([slice])
           orderby address.ToString()
           select new IPEndPoint(address, port.Port!.Value),
    ];

    private static IEnumerable<IPAddress> ReadyAddresses(IEnumerable<V1EndpointSlice> slices) =>
        from slice in slices
        from endpoint in slice.Endpoints ?? []
        where endpoint.Conditions?.Ready != false
        from address in endpoint.Addresses ?? []
        select IPAddress.Parse(address);
}

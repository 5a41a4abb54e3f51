using System.Collections.Immutable;
using System.Globalization;
using k8s;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Operator.Cluster;

/// <summary>API objects → facts: only what resolution looks at is kept, so that a cache of a large cluster stays small.</summary>
public static class FactMapper
{
    public static PodFacts Pod(V1Pod pod)
    {
        var addresses = (pod.Status?.PodIPs ?? []).Select(ip => ip.Ip).Append(pod.Status?.PodIP).OfType<string>().Where(ip => ip.Length > 0).Distinct();
        return new PodFacts
        {
            Key = pod.Metadata.Key(),
            Uid = pod.Metadata.Uid ?? "",
            Labels = Labels(pod.Metadata.Labels),
            Node = string.IsNullOrEmpty(pod.Spec?.NodeName) ? null : pod.Spec.NodeName,
            Phase = Enum.TryParse<PodPhase>(pod.Status?.Phase, out var phase) ? phase : PodPhase.Unknown,
            Ready = pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) ?? false,
            Terminating = pod.Metadata.DeletionTimestamp is not null,
            HostNetwork = pod.Spec?.HostNetwork ?? false,
            Addresses = [.. addresses],
            Owner = OwnerOf(pod.Metadata),
            ContainerPorts = [.. LastingContainers(pod.Spec).SelectMany(c => c.Ports ?? []).Select(p => new ContainerPort(p.Name, p.ContainerPort, p.Protocol ?? "TCP"))],
            Mesh = Meshes.Of(LastingContainers(pod.Spec).Select(c => c.Name ?? ""), Labels(pod.Metadata.Labels)),
            Dns = DnsOf(pod.Spec),
            HostAliases = [.. (pod.Spec?.HostAliases ?? []).Where(a => a.Ip is not null).SelectMany(a => (a.Hostnames ?? []).Select(name => new HostAlias(a.Ip!, name)))],
        };
    }

    public static ServiceFacts Service(V1Service service)
    {
        var spec = service.Spec ?? new V1ServiceSpec();
        var key = service.Metadata.Key();
        ImmutableArray<ServicePortFacts> ports =
            [.. (spec.Ports ?? []).Select(p => new ServicePortFacts(p.Name, p.Port, p.Protocol ?? "TCP", p.TargetPort?.Value ?? p.Port.ToString(CultureInfo.InvariantCulture)))];
        var ips = (spec.ClusterIPs ?? []).Append(spec.ClusterIP).OfType<string>().Where(ip => ip is not ("" or "None")).Distinct();
        return new ServiceFacts
        {
            Key = key,
            Type = spec.Type ?? "ClusterIP",
            ClusterIps = [.. ips],
            ExternalName = spec.ExternalName,
            Headless = spec.ClusterIP == "None",
            LocalOnly = spec.InternalTrafficPolicy == "Local",
            ProxyName = service.Metadata.Label("service.kubernetes.io/service-proxy-name"),
            DnsRank = ClusterDnsRules.RankOf(key, Labels(service.Metadata.Labels), ports),
            Ports = ports,
            Selector = Labels(spec.Selector),
        };
    }

    /// <returns>Null for a slice that belongs to no Service. One that holds names is empty: Services lead to addresses only.</returns>
    public static EndpointSliceFacts? Slice(V1EndpointSlice slice) =>
        slice.Metadata.Label("kubernetes.io/service-name") is { } service
            ? slice.AddressType == "FQDN" ? new EndpointSliceFacts(slice.Metadata.Key(), service, [], []) { OfNames = true } : new EndpointSliceFacts(
                slice.Metadata.Key(),
                service,
                [.. (slice.Ports ?? []).Select(p => new EndpointPortFacts(p.Name, p.Port, p.Protocol ?? "TCP"))],
                // An endpoint has one address; the API gives no meaning to more, and kube-proxy does not look at them.
                [.. (slice.Endpoints ?? []).SelectMany(e => (e.Addresses ?? []).Take(1).Select(address => Endpoint(slice, e, address)))])
            : null;

    public static WorkloadFacts Workload<T>(T workload, WorkloadKind kind, int? replicas)
        where T : IKubernetesObject<V1ObjectMeta> =>
        new(new WorkloadKey(kind, workload.Metadata.NamespaceProperty ?? "", workload.Metadata.Name ?? ""), OwnerOf(workload.Metadata), replicas);

    public static NodeFacts Node(V1Node node) => new(
        node.Metadata.Name ?? "",
        [.. (node.Status?.Addresses ?? []).Where(a => a.Type == "InternalIP").Select(a => a.Address).OfType<string>()],
        Labels(node.Metadata.Labels),
        node.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) ?? false)
    {
        Obstacle = AgentNodes.Obstacle(Labels(node.Metadata.Labels), (node.Spec?.Taints ?? []).Select(t => t.Key), node.Status?.NodeInfo?.OperatingSystem),
    };

    public static NamespaceFacts Namespace(V1Namespace @namespace) => new(@namespace.Metadata.Name ?? "", Labels(@namespace.Metadata.Labels));

    private static EndpointFacts Endpoint(V1EndpointSlice slice, V1Endpoint endpoint, string address) => new(
        address,
        endpoint.Conditions?.Ready ?? true,
        endpoint.Conditions?.Terminating ?? false,
        endpoint.TargetRef is { Kind: "Pod", Name: { } pod } ? new NamespacedName(endpoint.TargetRef.NamespaceProperty ?? slice.Metadata.NamespaceProperty ?? "", pod) : null,
        endpoint.NodeName)
    {
        // Older than the field: ready says it then.
        Serving = endpoint.Conditions?.Serving ?? endpoint.Conditions?.Ready ?? true,
    };

    // Init containers end before the pod serves, but for sidecars (restartPolicy Always).
    private static IEnumerable<V1Container> LastingContainers(V1PodSpec? spec) =>
        (spec?.Containers ?? []).Concat((spec?.InitContainers ?? []).Where(c => c.RestartPolicy == "Always"));

    private static PodDns DnsOf(V1PodSpec? spec) => new(
        spec?.DnsPolicy ?? "ClusterFirst",
        [.. spec?.DnsConfig?.Nameservers ?? []],
        [.. spec?.DnsConfig?.Searches ?? []],
        (spec?.DnsConfig?.Options ?? []).Where(o => o.Name == "ndots").Select(o => int.TryParse(o.Value, CultureInfo.InvariantCulture, out var n) ? n : (int?)null).FirstOrDefault());

    private static WorkloadKey? OwnerOf(V1ObjectMeta meta) =>
        (meta.OwnerReferences ?? []).FirstOrDefault(o => o.Controller == true) is { Name: { } name, Kind: { } kind }
            ? WorkloadKey.Of(kind, meta.NamespaceProperty ?? "", name)
            : null;

    private static ImmutableSortedDictionary<string, string> Labels(IDictionary<string, string>? labels) =>
        labels?.ToImmutableSortedDictionary(StringComparer.Ordinal) ?? ImmutableSortedDictionary<string, string>.Empty;
}

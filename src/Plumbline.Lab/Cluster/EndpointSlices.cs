using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Lab.Cluster;

/// <summary>
/// What the EndpointSlice controller does: the pods that a Service selects, with the ports that they give its port's target. By the rules of Kubernetes'
/// <c>staging/src/k8s.io/endpointslice</c> (<c>reconciler.go</c>, <c>utils.go</c>).
/// </summary>
internal static class EndpointSlices
{
    public const string ServiceLabel = "kubernetes.io/service-name";
    public const string HeadlessLabel = "service.kubernetes.io/headless";

    private const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    private const string ManagedBy = "endpointslice-controller.k8s.io";

    /// <summary>Slices that somebody else wrote, say for a Service without a selector, are not for us to remove.</summary>
    public static bool IsOurs(V1EndpointSlice slice) => slice.Metadata.Label(ManagedByLabel) == ManagedBy;

    /// <summary>One slice for each IP family and set of port numbers: a named target port may be another number in each pod.</summary>
    public static IEnumerable<V1EndpointSlice> Of(V1Service service, IEnumerable<V1Pod> pods)
    {
        if (service.Spec is not { Selector: { Count: > 0 } selector } spec || spec.Type == "ExternalName")
        {
            return [];
        }

        var selected = pods
            .Where(p => p.Metadata.NamespaceProperty == service.Metadata.NamespaceProperty && p.Status?.Phase is not ("Succeeded" or "Failed")
                && selector.All(s => p.Metadata.Label(s.Key) == s.Value))
            .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        return Families(spec).SelectMany(f => Of(service, f, [.. selected.Where(p => Address(p, f) is not null)]));
    }

    public static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static IEnumerable<V1EndpointSlice> Of(V1Service service, AddressFamily family, IReadOnlyList<V1Pod> pods) =>
        // A Service without pods has one slice all the same, without endpoints and ports: that it has none is a fact worth telling.
        pods
            .GroupBy(p => string.Join(',', (service.Spec.Ports ?? []).Select(port => TargetPort(port, p))))
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select((group, i) => Slice(service, family, i, group.First(), group))
            .DefaultIfEmpty(Slice(service, family, 0, null, []));

    private static IEnumerable<AddressFamily> Families(V1ServiceSpec spec) =>
        (spec.IpFamilies is { Count: > 0 } families ? families : ["IPv4"]).Select(f => f == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);

    private static string? Address(V1Pod pod, AddressFamily family) =>
        (pod.Status?.PodIPs?.Select(ip => ip.Ip) ?? []).Append(pod.Status?.PodIP).FirstOrDefault(a => IPAddress.TryParse(a, out var address) && address.AddressFamily == family);

    private static V1EndpointSlice Slice(V1Service service, AddressFamily family, int index, V1Pod? sample, IEnumerable<V1Pod> pods)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal) { [ServiceLabel] = service.Metadata.Name ?? "", [ManagedByLabel] = ManagedBy };
        if (service.Spec.ClusterIP == "None")
        {
            labels[HeadlessLabel] = "";
        }

        var ipv6 = family == AddressFamily.InterNetworkV6;
        return new V1EndpointSlice
        {
            Metadata = new V1ObjectMeta
            {
                NamespaceProperty = service.Metadata.NamespaceProperty,
                Name = $"{service.Metadata.Name}-lab{(ipv6 ? "-v6" : "")}{(index == 0 ? "" : $"-{index}")}",
                Labels = labels,
                OwnerReferences =
                [
                    new V1OwnerReference { ApiVersion = "v1", Kind = "Service", Name = service.Metadata.Name, Uid = service.Metadata.Uid, Controller = true, BlockOwnerDeletion = true },
                ],
            },
            AddressType = ipv6 ? "IPv6" : "IPv4",
            Ports =
            [
                .. (sample is null ? [] : service.Spec.Ports ?? [])
                    .Select(p => (Port: p, Target: TargetPort(p, sample!)))
                    .Where(p => p.Target is not null)
                    .Select(p => new Discoveryv1EndpointPort { Name = p.Port.Name ?? "", Port = p.Target, Protocol = p.Port.Protocol ?? "TCP", AppProtocol = p.Port.AppProtocol }),
            ],
            Endpoints = [.. pods.Select(p => Endpoint(p, service, Address(p, family)!))],
        };
    }

    private static V1Endpoint Endpoint(V1Pod pod, V1Service service, string address)
    {
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        var serving = IsReady(pod);
        return new V1Endpoint
        {
            Addresses = [address],
            Conditions = new V1EndpointConditions
            {
                Ready = service.Spec.PublishNotReadyAddresses == true || (serving && !terminating), Serving = serving, Terminating = terminating,
            },
            Hostname = pod.Spec?.Hostname is { Length: > 0 } name && pod.Spec.Subdomain == service.Metadata.Name ? name : null,
            NodeName = pod.Spec?.NodeName,
            TargetRef = new V1ObjectReference { Kind = "Pod", NamespaceProperty = pod.Metadata.NamespaceProperty, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
        };
    }

    /// <summary>Null: this pod has no port of that name, so the Service's port leads nowhere in it.</summary>
    private static int? TargetPort(V1ServicePort port, V1Pod pod) => port.TargetPort switch
    {
        null => port.Port,
        var target when target.Number() is { } number => number,
        { Value: var name } => pod.Spec?.Containers?.SelectMany(c => c.Ports ?? [])
            .FirstOrDefault(p => p.Name == name && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))?.ContainerPort,
    };
}

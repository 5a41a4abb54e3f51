using k8s.Models;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Lab.Cluster;

/// <summary>What the EndpointSlice controller does: the pods that a Service selects, with the ports that they give its port's target.</summary>
internal static class EndpointSlices
{
    public const string ServiceLabel = "kubernetes.io/service-name";

    private const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    private const string ManagedBy = "endpointslice-controller.k8s.io";

    /// <summary>Slices that somebody else wrote, say for a Service without a selector, are not for us to remove.</summary>
    public static bool IsOurs(V1EndpointSlice slice) => slice.Metadata.Label(ManagedByLabel) == ManagedBy;

    /// <summary>One slice a different set of port numbers: a named target port may be another number in each pod.</summary>
    public static IEnumerable<V1EndpointSlice> Of(V1Service service, IEnumerable<V1Pod> pods)
    {
        if (service.Spec is not { Selector: { Count: > 0 } selector } spec)
        {
            return [];
        }

        var selected = pods
            .Where(p => p.Metadata.NamespaceProperty == service.Metadata.NamespaceProperty && HasAddress(p) && selector.All(s => p.Metadata.Label(s.Key) == s.Value))
            .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)
            .ToList();

        // A Service without pods has one slice all the same, without endpoints: that it has none is a fact worth telling.
        return selected
            .GroupBy(p => string.Join(',', (spec.Ports ?? []).Select(port => TargetPort(port, p))))
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select((group, i) => Slice(service, i, group.First(), group))
            .DefaultIfEmpty(Slice(service, 0, null, []));
    }

    public static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static bool HasAddress(V1Pod pod) => pod.Status is { PodIP.Length: > 0, Phase: not ("Succeeded" or "Failed") };

    private static V1EndpointSlice Slice(V1Service service, int index, V1Pod? sample, IEnumerable<V1Pod> pods) => new()
    {
        Metadata = new V1ObjectMeta
        {
            NamespaceProperty = service.Metadata.NamespaceProperty,
            Name = index == 0 ? $"{service.Metadata.Name}-lab" : $"{service.Metadata.Name}-lab-{index}",
            Labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                [ServiceLabel] = service.Metadata.Name ?? "",
                [ManagedByLabel] = ManagedBy,
            },
            OwnerReferences =
            [
                new V1OwnerReference { ApiVersion = "v1", Kind = "Service", Name = service.Metadata.Name, Uid = service.Metadata.Uid, Controller = true, BlockOwnerDeletion = true },
            ],
        },
        AddressType = "IPv4",
        Ports =
        [
            .. (service.Spec?.Ports ?? [])
                .Select(p => (Port: p, Target: sample is null ? p.TargetPort?.Number() ?? p.Port : TargetPort(p, sample)))
                .Where(p => p.Target is not null)
                .Select(p => new Discoveryv1EndpointPort { Name = p.Port.Name ?? "", Port = p.Target, Protocol = p.Port.Protocol ?? "TCP" }),
        ],
        Endpoints = [.. pods.Select(Endpoint)],
    };

    private static V1Endpoint Endpoint(V1Pod pod)
    {
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        var ready = IsReady(pod);
        return new V1Endpoint
        {
            Addresses = [pod.Status!.PodIP!],
            Conditions = new V1EndpointConditions { Ready = ready && !terminating, Serving = ready, Terminating = terminating },
            NodeName = pod.Spec?.NodeName,
            TargetRef = new V1ObjectReference { Kind = "Pod", NamespaceProperty = pod.Metadata.NamespaceProperty, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
        };
    }

    private static int? TargetPort(V1ServicePort port, V1Pod pod) => port.TargetPort switch
    {
        null => port.Port,
        var target when target.Number() is { } number => number,
        { Value: var name } => pod.Spec?.Containers?.SelectMany(c => c.Ports ?? []).FirstOrDefault(p => p.Name == name)?.ContainerPort,
    };
}

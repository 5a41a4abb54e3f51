using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Models;

[KubernetesEntity(Group = "discovery.k8s.io", ApiVersion = "v1", Kind = "EndpointSlice", PluralName = "endpointslices")]
public sealed record V1EndpointSlice : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; init => field = value ?? "discovery.k8s.io/v1"; } = "discovery.k8s.io/v1";

    public string Kind { get; init => field = value ?? "EndpointSlice"; } = "EndpointSlice";

    public V1ObjectMeta Metadata { get; init => field = value ?? new V1ObjectMeta(); } = new();

    /// <summary><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</summary>
    public string? AddressType { get; init; }

    public IReadOnlyList<V1Endpoint>? Endpoints { get; init; }

    public IReadOnlyList<Discoveryv1EndpointPort>? Ports { get; init; }
}

public sealed record V1Endpoint
{
    public IReadOnlyList<string>? Addresses { get; init; }

    public V1EndpointConditions? Conditions { get; init; }

    public string? Hostname { get; init; }

    public string? NodeName { get; init; }

    public V1ObjectReference? TargetRef { get; init; }
}

public sealed record V1EndpointConditions
{
    /// <summary>Absent means unknown, which consumers read as ready.</summary>
    public bool? Ready { get; init; }

    public bool? Serving { get; init; }

    public bool? Terminating { get; init; }
}

public sealed record Discoveryv1EndpointPort
{
    public string? Name { get; init; }

    /// <summary>Absent means all ports.</summary>
    public int? Port { get; init; }

    public string? Protocol { get; init; }

    public string? AppProtocol { get; init; }
}

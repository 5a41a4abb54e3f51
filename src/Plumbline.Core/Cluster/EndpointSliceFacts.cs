using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <param name="Ready">The Service leads there. True also of a pod that is not ready where the Service publishes such.</param>
/// <param name="Terminating">On its way out. Served all the same where the Service has no other endpoint.</param>
public sealed record EndpointFacts(string Address, bool Ready, bool Terminating, NamespacedName? Pod, string? Node)
{
    /// <summary>The pod itself is ready, whatever the Service publishes and also on its way out.</summary>
    public bool Serving { get; init; } = Ready;
}

public sealed record EndpointPortFacts(string? Name, int? Port, string Protocol);

/// <summary>One EndpointSlice of a Service.</summary>
public sealed record EndpointSliceFacts(
    NamespacedName Key,
    string Service,
    ImmutableArray<EndpointPortFacts> Ports,
    ImmutableArray<EndpointFacts> Endpoints)
{
    /// <summary>addressType FQDN: its endpoints are names, which neither kube-proxy nor cluster DNS leads to.</summary>
    public bool OfNames { get; init; }

    public bool Equals(EndpointSliceFacts? other) => other is not null && OfNames == other.OfNames
        && Key == other.Key && Service == other.Service && Values.Same(Ports, other.Ports) && Values.Same(Endpoints, other.Endpoints);

    public override int GetHashCode() => Key.GetHashCode();
}

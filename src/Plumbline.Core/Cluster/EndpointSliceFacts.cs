using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

public sealed record EndpointFacts(string Address, bool Ready, bool Terminating, NamespacedName? Pod, string? Node);

public sealed record EndpointPortFacts(string? Name, int? Port, string Protocol);

/// <summary>One EndpointSlice of a Service.</summary>
public sealed record EndpointSliceFacts(
    NamespacedName Key,
    string Service,
    ImmutableArray<EndpointPortFacts> Ports,
    ImmutableArray<EndpointFacts> Endpoints)
{
    public bool Equals(EndpointSliceFacts? other) => other is not null
        && Key == other.Key && Service == other.Service && Values.Same(Ports, other.Ports) && Values.Same(Endpoints, other.Endpoints);

    public override int GetHashCode() => Key.GetHashCode();
}

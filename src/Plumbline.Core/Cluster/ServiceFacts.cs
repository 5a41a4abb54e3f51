using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

public sealed record ServicePortFacts(string? Name, int Port, string Protocol, string TargetPort);

public sealed record ServiceFacts
{
    public required NamespacedName Key { get; init; }

    public string Type { get; init; } = "ClusterIP";

    /// <summary>Empty for headless Services.</summary>
    public ImmutableArray<string> ClusterIps { get; init; } = [];

    public string? ExternalName { get; init; }

    public ImmutableArray<ServicePortFacts> Ports { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Selector { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public bool Equals(ServiceFacts? other) => other is not null
        && Key == other.Key && Type == other.Type && ExternalName == other.ExternalName
        && Values.Same(ClusterIps, other.ClusterIps) && Values.Same(Ports, other.Ports) && Values.Same(Selector, other.Selector);

    public override int GetHashCode() => Key.GetHashCode();
}

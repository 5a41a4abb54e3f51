using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

public enum PodPhase
{
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

public sealed record ContainerPort(string? Name, int Port, string Protocol);

/// <summary>What the pod's spec says of name resolution, before the cluster's own settings are filled in.</summary>
public sealed record PodDns(string Policy, ImmutableArray<string> Nameservers, ImmutableArray<string> Searches, int? Ndots)
{
    public static PodDns ClusterFirst { get; } = new("ClusterFirst", [], [], null);

    public bool Equals(PodDns? other) => other is not null
        && Policy == other.Policy && Ndots == other.Ndots && Values.Same(Nameservers, other.Nameservers) && Values.Same(Searches, other.Searches);

    public override int GetHashCode() => HashCode.Combine(Policy, Ndots);
}

public sealed record PodFacts
{
    public required NamespacedName Key { get; init; }

    public required string Uid { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public string? Node { get; init; }

    public PodPhase Phase { get; init; }

    public bool Ready { get; init; }

    public bool Terminating { get; init; }

    public bool HostNetwork { get; init; }

    public ImmutableArray<string> Addresses { get; init; } = [];

    public WorkloadKey? Owner { get; init; }

    public ImmutableArray<ContainerPort> ContainerPorts { get; init; } = [];

    /// <summary>The service mesh whose proxy accepts the pod's connections; null for none.</summary>
    public string? Mesh { get; init; }

    public PodDns Dns { get; init; } = PodDns.ClusterFirst;

    public ImmutableArray<HostAlias> HostAliases { get; init; } = [];

    /// <summary>Has a network namespace that a probe can start from.</summary>
    public bool CanBeSource => Phase == PodPhase.Running && !Terminating && Node is not null && Addresses.Length > 0;

    public bool Equals(PodFacts? other) => other is not null
        && Key == other.Key && Uid == other.Uid && Node == other.Node && Phase == other.Phase && Ready == other.Ready && Terminating == other.Terminating
        && HostNetwork == other.HostNetwork && Mesh == other.Mesh && Owner == other.Owner && Dns.Equals(other.Dns) && Values.Same(Labels, other.Labels)
        && Values.Same(Addresses, other.Addresses) && Values.Same(ContainerPorts, other.ContainerPorts) && Values.Same(HostAliases, other.HostAliases);

    public override int GetHashCode() => HashCode.Combine(Key, Uid);
}

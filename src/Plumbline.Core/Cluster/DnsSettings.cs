using System.Collections.Immutable;
using System.Globalization;

namespace Plumbline.Core.Cluster;

/// <summary>How names are resolved at the source, as its pod would; the operator fills in what the cluster knows.</summary>
/// <param name="UseNodeResolver">dnsPolicy Default: the node's own resolv.conf. The lists below then hold only the pod's additions.</param>
/// <param name="NodeSearches">dnsPolicy ClusterFirst: the kubelet appends the node's own search list, which the agent reads, to <paramref name="Searches"/>.</param>
public sealed record DnsSettings(
    bool UseNodeResolver,
    ImmutableArray<string> Nameservers,
    ImmutableArray<string> Searches,
    int Ndots,
    bool NodeSearches = false)
{
    public static DnsSettings Node { get; } = new(true, [], [], 1);

    public bool Equals(DnsSettings? other) =>
        other is not null && UseNodeResolver == other.UseNodeResolver && Ndots == other.Ndots && NodeSearches == other.NodeSearches
        && Nameservers.SequenceEqual(other.Nameservers) && Searches.SequenceEqual(other.Searches);

    public override int GetHashCode() => HashCode.Combine(UseNodeResolver, Ndots, Nameservers.Length, Searches.Length);
}

public sealed record HostAlias(string Address, string Name);

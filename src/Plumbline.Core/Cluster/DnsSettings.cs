using System.Collections.Immutable;
using System.Globalization;

namespace Plumbline.Core.Cluster;

/// <summary>How names are resolved at the source, as its pod would; the operator fills in what the cluster knows.</summary>
/// <param name="UseNodeResolver">dnsPolicy Default: the node's own resolv.conf. The lists below then hold only the pod's additions.</param>
public sealed record DnsSettings(
    bool UseNodeResolver,
    ImmutableArray<string> Nameservers,
    ImmutableArray<string> Searches,
    int Ndots)
{
    public static DnsSettings Node { get; } = new(true, [], [], 1);

    public bool Equals(DnsSettings? other) =>
        other is not null && UseNodeResolver == other.UseNodeResolver && Ndots == other.Ndots
        && Nameservers.SequenceEqual(other.Nameservers) && Searches.SequenceEqual(other.Searches);

    public override int GetHashCode() => HashCode.Combine(UseNodeResolver, Ndots, Nameservers.Length, Searches.Length);
}

public sealed record HostAlias(string Address, string Name);

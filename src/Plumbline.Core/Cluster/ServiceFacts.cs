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

    /// <summary>
    /// Its name leads to its pods' own addresses (clusterIP None): nothing translates ports, and those that it lists only name them in SRV records.
    /// </summary>
    public bool Headless { get; init; }

    /// <summary>internalTrafficPolicy Local: kube-proxy leads to endpoints of the caller's own node only, and drops where there is none.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>Label service.kubernetes.io/service-proxy-name: kube-proxy leaves the Service to the proxy of that name.</summary>
    public string? ProxyName { get; init; }

    /// <summary>How surely it is the cluster's DNS: see <see cref="ClusterDnsRules"/>.</summary>
    public int DnsRank { get; init; }

    public string? ExternalName { get; init; }

    public ImmutableArray<ServicePortFacts> Ports { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Selector { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public bool Equals(ServiceFacts? other) => other is not null
        && Key == other.Key && Type == other.Type && ExternalName == other.ExternalName && Headless == other.Headless
        && LocalOnly == other.LocalOnly && ProxyName == other.ProxyName && DnsRank == other.DnsRank
        && Values.Same(ClusterIps, other.ClusterIps) && Values.Same(Ports, other.Ports) && Values.Same(Selector, other.Selector);

    public override int GetHashCode() => Key.GetHashCode();
}

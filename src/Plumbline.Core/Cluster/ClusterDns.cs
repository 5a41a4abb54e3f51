using System.Collections.Immutable;

namespace Plumbline.Core.Cluster;

/// <param name="Servers">Addresses of the cluster DNS Service; empty: not found (yet).</param>
/// <param name="Domain">Cluster domain. Default <c>cluster.local</c>.</param>
public sealed record ClusterDns(ImmutableArray<string> Servers, string Domain)
{
    // The kubelet writes no more: glibc reads no more.
    private const int MaxNameservers = 3;

    public static ClusterDns Default { get; } = new([], "cluster.local");

    /// <summary>The pod asks cluster DNS, and where that is is not known: what its names lead to is not known either.</summary>
    public bool IsMissingFor(PodFacts pod) => Servers.IsEmpty && AsksClusterDns(pod);

    /// <summary>The resolver settings of a pod, as the kubelet writes its resolv.conf (GetPodDNS in its dns package).</summary>
    public DnsSettings For(PodFacts pod)
    {
        var own = pod.Dns;
        if (own.Policy == "None")
        {
            return new DnsSettings(false, own.Nameservers, own.Searches, own.Ndots ?? 1);
        }

        // The node's search list comes after these; the agent, which can read it, puts it there.
        return AsksClusterDns(pod) && Servers.Length > 0
            ? new DnsSettings(false, Joined(Servers, own.Nameservers, MaxNameservers), Joined(ClusterSearches(pod), own.Searches, int.MaxValue), own.Ndots ?? 5, NodeSearches: true)
            : new DnsSettings(true, own.Nameservers, own.Searches, own.Ndots ?? 1);
    }

    // ClusterFirst on the host network means Default; ClusterFirstWithHostNet is how such a pod asks for cluster DNS.
    private static bool AsksClusterDns(PodFacts pod) => pod.Dns.Policy == "ClusterFirstWithHostNet" || (pod.Dns.Policy is "ClusterFirst" or "" && !pod.HostNetwork);

    private ImmutableArray<string> ClusterSearches(PodFacts pod) => [$"{pod.Key.Namespace}.svc.{Domain}", $"svc.{Domain}", Domain];

    private static ImmutableArray<string> Joined(ImmutableArray<string> first, ImmutableArray<string> then, int most) => [.. first.Concat(then).Distinct().Take(most)];
}

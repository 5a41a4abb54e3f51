using System.Collections.Immutable;

namespace Plumbline.Core.Cluster;

/// <param name="Servers">Addresses of the cluster DNS Service.</param>
/// <param name="Domain">Cluster domain. Default <c>cluster.local</c>.</param>
public sealed record ClusterDns(ImmutableArray<string> Servers, string Domain)
{
    public static ClusterDns Default { get; } = new([], "cluster.local");

    /// <summary>The resolver settings of a pod, as the kubelet writes its resolv.conf.</summary>
    public DnsSettings For(PodFacts pod)
    {
        var own = pod.Dns;
        var ndots = own.Ndots;
        ImmutableArray<string> cluster = [$"{pod.Key.Namespace}.svc.{Domain}", $"svc.{Domain}", Domain];

        // ClusterFirst on the host network means Default; ClusterFirstWithHostNet is how such a pod asks for cluster DNS.
        var usesCluster = own.Policy == "ClusterFirstWithHostNet" || (own.Policy is "ClusterFirst" or "" && !pod.HostNetwork);
        if (own.Policy == "None")
        {
            return new DnsSettings(false, own.Nameservers, own.Searches, ndots ?? 1);
        }

        return usesCluster && Servers.Length > 0
            ? new DnsSettings(false, [.. Servers, .. own.Nameservers], [.. cluster, .. own.Searches], ndots ?? 5)
            : new DnsSettings(true, own.Nameservers, own.Searches, ndots ?? 1);
    }
}

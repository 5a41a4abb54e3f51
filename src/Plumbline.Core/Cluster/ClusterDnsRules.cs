using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>
/// Which Service is the cluster's DNS. There is no field that says so: distributions name it each in their own way, and the kubelet is only told
/// the address. So the well-known names come first, then the labels that add-on managers set, and of several the likeliest is taken.
/// </summary>
/// <remarks>
/// Sources: kubeadm, k3s, Talos, GKE, EKS and AKS keep kube-system/kube-dns for compatibility; Kubespray deploys kube-system/coredns; RKE2's chart makes
/// kube-system/rke2-coredns-rke2-coredns; the OpenShift DNS operator makes openshift-dns/dns-default. The CoreDNS chart and add-on set
/// the label for its app (kube-dns or coredns), kubernetes.io/name (CoreDNS) and app.kubernetes.io/name (coredns). NodeLocal DNSCache adds a second Service with
/// those labels, kube-dns-upstream, which only the caches use.
/// </remarks>
public static class ClusterDnsRules
{
    private static readonly string[] SystemNamespaces = ["kube-system", "openshift-dns"];

    /// <returns>0 for a Service that is not the cluster's DNS; else the higher the likelier.</returns>
    public static int RankOf(NamespacedName key, IReadOnlyDictionary<string, string> labels, ImmutableArray<ServicePortFacts> ports)
    {
        if (!ports.Any(p => p is { Port: 53, Protocol: "UDP" }) || key.Name.EndsWith("-upstream", StringComparison.Ordinal))
        {
            return 0;
        }

        var isSystem = SystemNamespaces.Contains(key.Namespace);
        return key switch
        {
            { Namespace: "kube-system", Name: "kube-dns" } => 6,
            { Namespace: "kube-system", Name: "coredns" or "rke2-coredns-rke2-coredns" } or { Namespace: "openshift-dns", Name: "dns-default" } => 5,
            _ when isSystem && Has("kubernetes.io/name", "CoreDNS", "KubeDNS") => 4,
            _ when isSystem && IsLabelled() => 3,
            _ when isSystem && (key.Name.Contains("coredns", StringComparison.Ordinal) || key.Name.Contains("kube-dns", StringComparison.Ordinal)) => 2,
            // Elsewhere CoreDNS may serve something else, but none but the cluster's has this label.
            _ when Has("k8s-app", "kube-dns") => 1,
            _ => 0,
        };

        bool IsLabelled() => Has("k8s-app", "kube-dns", "coredns") || Has("app.kubernetes.io/name", "coredns", "rke2-coredns") || labels.ContainsKey("dns.operator.openshift.io/owning-dns");

        bool Has(string label, params ReadOnlySpan<string> values) => labels.TryGetValue(label, out var value) && values.Contains(value);
    }
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Cluster;

/// <summary>Where the cluster resolves names, and what each pod makes of it.</summary>
public class ClusterDnsTests
{
    private static readonly ImmutableArray<ServicePortFacts> DnsPorts = [new("dns", 53, "UDP", "53"), new("dns-tcp", 53, "TCP", "53")];

    [TestCase("kube-system", "kube-dns", "", ExpectedResult = true, Description = "kubeadm, k3s, GKE, EKS, AKS")]
    [TestCase("kube-system", "coredns", "", ExpectedResult = true, Description = "Kubespray")]
    [TestCase("kube-system", "rke2-coredns-rke2-coredns", "k8s-app=kube-dns", ExpectedResult = true, Description = "RKE2")]
    [TestCase("openshift-dns", "dns-default", "dns.operator.openshift.io/owning-dns=default", ExpectedResult = true, Description = "OpenShift")]
    [TestCase("kube-system", "cluster-names", "kubernetes.io/name=CoreDNS", ExpectedResult = true, Description = "an add-on manager's label")]
    [TestCase("kube-system", "names", "app.kubernetes.io/name=coredns", ExpectedResult = true, Description = "the CoreDNS chart under another name")]
    [TestCase("kube-system", "kube-dns-upstream", "k8s-app=kube-dns", ExpectedResult = false, Description = "NodeLocal DNSCache's own way to it")]
    [TestCase("external-dns", "coredns", "app.kubernetes.io/name=coredns", ExpectedResult = false, Description = "somebody's own CoreDNS")]
    [TestCase("shop", "dns", "", ExpectedResult = false)]
    public bool RankOf_Service_KnowsTheClustersDns(string @namespace, string name, string label) =>
        ClusterDnsRules.RankOf(new(@namespace, name), label.Split('=') is [var key, var value] ? new Dictionary<string, string> { [key] = value } : [], DnsPorts) > 0;

    [Test]
    public void RankOf_ServiceWithoutDatagrams_IsNotDns() =>
        Assert.That(ClusterDnsRules.RankOf(new("kube-system", "kube-dns"), new Dictionary<string, string>(), [new("metrics", 9153, "TCP", "9153")]), Is.Zero);

    [Test]
    public void Facts_SeveralServicesLookLikeIt_TakeTheLikeliest()
    {
        var facts = new ClusterFacts(ClusterDns.Default);
        Set(facts, "rke2-coredns-rke2-coredns", "10.43.0.10", 5);
        Assert.That(facts.Dns.Servers, Is.EqualTo(new[] { "10.43.0.10" }));

        Set(facts, "kube-dns", "10.43.0.11", 6);
        Assert.That(facts.Dns.Servers, Is.EqualTo(new[] { "10.43.0.11" }));

        List<FactKey> changed = [];
        facts.Set(new NamespacedName("kube-system", "kube-dns"), (ServiceFacts?)null, changed);
        Assert.That(facts.Dns.Servers, Is.EqualTo(new[] { "10.43.0.10" }), "what is left");
        Assert.That(changed, Does.Contain(FactKey.Dns));
    }

    [Test]
    public void Facts_OptionNamesTheServers_TakeNoService()
    {
        var facts = new ClusterFacts(new ClusterDns(["10.0.0.2"], "cluster.local"));

        Set(facts, "kube-dns", "10.43.0.11", 6);

        Assert.That(facts.Dns.Servers, Is.EqualTo(new[] { "10.0.0.2" }));
    }

    [TestCase("ClusterFirst", false, ExpectedResult = "10.96.0.10 | a.svc.cluster.local svc.cluster.local cluster.local | 5 | then the node's")]
    [TestCase("", false, ExpectedResult = "10.96.0.10 | a.svc.cluster.local svc.cluster.local cluster.local | 5 | then the node's")]
    [TestCase("ClusterFirst", true, ExpectedResult = "the node's")]
    [TestCase("ClusterFirstWithHostNet", true, ExpectedResult = "10.96.0.10 | a.svc.cluster.local svc.cluster.local cluster.local | 5 | then the node's")]
    [TestCase("Default", false, ExpectedResult = "the node's")]
    [TestCase("None", false, ExpectedResult = " |  | 1")]
    public string For_Policy_IsWhatTheKubeletWrites(string policy, bool hostNetwork) => Words(Dns.For(Pod(policy, hostNetwork)));

    [Test]
    public void For_PodWithAdditions_AppendsThemOnceAndWithinTheLimits()
    {
        var pod = Pod("ClusterFirst", false) with { Dns = new PodDns("ClusterFirst", ["10.96.0.10", "192.0.2.1", "192.0.2.2", "192.0.2.3"], ["svc.cluster.local", "corp.example.com"], 2) };

        Assert.That(Words(Dns.For(pod)), Is.EqualTo("10.96.0.10 192.0.2.1 192.0.2.2 | a.svc.cluster.local svc.cluster.local cluster.local corp.example.com | 2 | then the node's"));
    }

    [TestCase("ClusterFirst", false, ExpectedResult = true)]
    [TestCase("ClusterFirst", true, ExpectedResult = false)]
    [TestCase("ClusterFirstWithHostNet", true, ExpectedResult = true)]
    [TestCase("Default", false, ExpectedResult = false)]
    [TestCase("None", false, ExpectedResult = false)]
    public bool IsMissingFor_NothingFound_ConcernsThoseWhoAskIt(string policy, bool hostNetwork) => ClusterDns.Default.IsMissingFor(Pod(policy, hostNetwork));

    private static ClusterDns Dns { get; } = new(["10.96.0.10"], "cluster.local");

    private static PodFacts Pod(string policy, bool hostNetwork) => new() { Key = new("a", "pod"), Uid = "u", HostNetwork = hostNetwork, Dns = new PodDns(policy, [], [], null) };

    private static string Words(DnsSettings dns) => dns.UseNodeResolver
        ? "the node's"
        : $"{string.Join(' ', dns.Nameservers)} | {string.Join(' ', dns.Searches)} | {dns.Ndots}{(dns.NodeSearches ? " | then the node's" : "")}";

    private static void Set(ClusterFacts facts, string name, string address, int rank)
    {
        var key = new NamespacedName("kube-system", name);
        facts.Set(key, new ServiceFacts { Key = key, ClusterIps = [address], Ports = DnsPorts, DnsRank = rank }, []);
    }
}

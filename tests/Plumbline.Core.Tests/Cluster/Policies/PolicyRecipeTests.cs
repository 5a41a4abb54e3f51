using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using static Plumbline.Core.Tests.Cluster.Policies.Estate;

namespace Plumbline.Core.Tests.Cluster.Policies;

/// <summary>The policies that people know by heart, each with who gets through and who does not.</summary>
public sealed class PolicyRecipeTests
{
    private static readonly LabelSelector AppDb = LabelSelector.Of(("app", "db"));
    private static readonly LabelSelector AppWeb = LabelSelector.Of(("app", "web"));

    [Test]
    public void NoPolicy_Anyone_IsAllowed()
    {
        foreach (var source in Pods.Add(Internet))
            Assert.That(Ask(World(), source, Db), Is.EqualTo("allowed"), source.ToString());
    }

    [Test]
    public void DenyAllToAnApplication_NoRules_DeniesOnlyThatApplication()
    {
        var world = World(Ingress("web-deny-all", AppDb));

        Assert.That(Ask(world, Web, Db), Is.EqualTo("denied"));
        Assert.That(Ask(world, Internet, Db), Is.EqualTo("denied"));
        Assert.That(Ask(world, Db, Web), Is.EqualTo("allowed"), "the isolated pod may still connect out");
        Assert.That(Ask(world, Prometheus, Web), Is.EqualTo("allowed"), "its neighbours are not selected");
    }

    [Test]
    public void LimitToAnApplication_PodSelector_MeansTheOwnNamespaceOnly()
    {
        var world = World(Ingress("api-allow", AppDb, From(PodsLabelled(("app", "web")))));

        Assert.That(Ask(world, Web, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(world, OtherWeb, Db), Is.EqualTo("denied"), "the same labels in another namespace");
        Assert.That(Ask(world, Prometheus, Db), Is.EqualTo("denied"));
    }

    [Test]
    public void AllowAll_EmptyRule_OverridesDenyAll()
    {
        var world = World(Ingress("deny", LabelSelector.Everything), Ingress("allow", AppDb, PolicyRule.Everything));

        Assert.That(Ask(world, Internet, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Internet, Web), Is.EqualTo("denied"));
    }

    [Test]
    public void DenyFromOtherNamespaces_EmptyPodSelectorAsPeer_AllowsTheOwnNamespace()
    {
        var world = World(Ingress("own", LabelSelector.Everything, From(PodsLabelled())));

        Assert.That(Ask(world, Web, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Prometheus, Db), Is.EqualTo("denied"));
        Assert.That(Ask(world, Internet, Db), Is.EqualTo("denied"));
    }

    [Test]
    public void AllowFromAllNamespaces_EmptyNamespaceSelector_AllowsPodsButNotTheWorldOutside()
    {
        var world = World(Ingress("all", AppDb, From(NamespacesLabelled())));

        Assert.That(Ask(world, Prometheus, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Internet, Db), Is.EqualTo("denied"));
    }

    [Test]
    public void AllowFromANamespace_Selector_AllowsAllItsPods()
    {
        var world = World(Ingress("prod", AppDb, From(NamespacesLabelled(("purpose", "monitoring")))));

        Assert.That(Ask(world, Prometheus, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Web, Db), Is.EqualTo("denied"), "the own namespace is not selected");
    }

    [Test]
    public void PodsInANamespace_OnePeer_NeedsBoth()
    {
        var both = new PolicyPeer { NamespaceSelector = LabelSelector.Of(("purpose", "monitoring")), PodSelector = AppWeb };

        Assert.That(Ask(World(Ingress("and", AppDb, From(both))), Prometheus, Db), Is.EqualTo("denied"), "wrong pod of the right namespace");
        Assert.That(Ask(World(Ingress("and", AppDb, From(both))), Web, Db), Is.EqualTo("denied"), "right pod of the wrong namespace");
        Assert.That(
            Ask(World(Ingress("and", AppDb, From(both with { PodSelector = LabelSelector.Of(("app", "prometheus")) }))), Prometheus, Db), Is.EqualTo("allowed"));
    }

    [Test]
    public void PodsOrANamespace_TwoPeers_NeedEither()
    {
        var world = World(Ingress("or", AppDb, From(NamespacesLabelled(("purpose", "monitoring")), PodsLabelled(("app", "web")))));

        Assert.That(Ask(world, Prometheus, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Web, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(world, OtherWeb, Db), Is.EqualTo("denied"));
    }

    [Test]
    public void AllowOnlyAPort_OtherPortsAndProtocols_AreDenied()
    {
        var world = World(Ingress("port", AppDb, From(PodsLabelled(("app", "web"))).On(Tcp(5432))));

        Assert.That(Ask(world, Web, Db, 5432), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Web, Db, 5433), Is.EqualTo("denied"));
        Assert.That(Ask(world, Web, Db, 5432, PolicyProtocol.Udp), Is.EqualTo("denied"));
    }

    [Test]
    public void DenyEgress_NoRules_DeniesGoingOutButNotComingIn()
    {
        var world = World(Egress("deny-egress", AppWeb));

        Assert.That(Ask(world, Web, Db), Is.EqualTo("denied"));
        Assert.That(Ask(world, Web, Internet), Is.EqualTo("denied"));
        Assert.That(Ask(world, Db, Web), Is.EqualTo("allowed"));
    }

    [Test]
    public void DenyExternalEgress_DnsAndClusterOnly_DeniesTheWorldOutside()
    {
        var world = World(Egress(
            "cluster-only", AppWeb,
            new([], [new(PolicyProtocol.Udp, 53), new(PolicyProtocol.Tcp, 53)]),
            From(NamespacesLabelled())));

        Assert.That(Ask(world, Web, Internet, 53, PolicyProtocol.Udp), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Web, Internet, 443), Is.EqualTo("denied"));
        Assert.That(Ask(world, Web, Prometheus, 9090), Is.EqualTo("allowed"));
    }

    [Test]
    public void AllowFromTheWorldOutside_EmptyPeers_AllowsAnAddress()
    {
        var world = World(Ingress("deny", LabelSelector.Everything), Ingress("web", AppDb, PolicyRule.Everything.On(Tcp(80))));

        Assert.That(Ask(world, Internet, Db, 80), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Internet, Db, 81), Is.EqualTo("denied"));
    }

    [Test]
    public void BothEnds_Isolated_NeedEgressAndIngress()
    {
        var egress = Egress("out", AppWeb, From(PodsLabelled(("app", "db"))));
        var ingress = Ingress("in", AppDb, From(PodsLabelled(("app", "web"))));

        Assert.That(Ask(World(egress, ingress), Web, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(World(Egress("out", AppWeb), ingress), Web, Db), Is.EqualTo("denied"));
        Assert.That(Ask(World(egress, Ingress("in", AppDb)), Web, Db), Is.EqualTo("denied"));
    }
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using static Plumbline.Core.Tests.Cluster.Policies.Estate;

namespace Plumbline.Core.Tests.Cluster.Policies;

public sealed class PolicyEvaluatorTests
{
    private static readonly LabelSelector AppDb = LabelSelector.Of(("app", "db"));
    private static readonly LabelSelector AppWeb = LabelSelector.Of(("app", "web"));

    [Test]
    public void PolicyTypes_Missing_AreIngressAndEgressOnlyWithEgressRules()
    {
        var plain = new NetworkPolicy { Namespace = "shop", Name = "p" };
        var withEgress = plain with { Egress = [PolicyRule.Everything] };

        Assert.That(plain.Isolates(PolicyDirection.Ingress), Is.True);
        Assert.That(plain.Isolates(PolicyDirection.Egress), Is.False);
        Assert.That(withEgress.Isolates(PolicyDirection.Ingress), Is.True, "which denies all ingress, to the surprise of many");
        Assert.That(withEgress.Isolates(PolicyDirection.Egress), Is.True);
    }

    [Test]
    public void PolicyTypes_Written_AreTakenLiterally()
    {
        var rulesOfTheOtherDirection = new NetworkPolicy
        {
            Namespace = "shop",
            Name = "p",
            PolicyTypes = [PolicyDirection.Egress],
            Ingress = [From(PodsLabelled(("app", "nobody")))],
        };

        Assert.That(Ask(World(rulesOfTheOtherDirection), Internet, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(World(rulesOfTheOtherDirection), Db, Internet), Is.EqualTo("denied"));
    }

    [Test]
    public void Policy_OfAnotherNamespace_DoesNotSelect()
    {
        var elsewhere = Ingress("deny", LabelSelector.Everything) with { Namespace = "other" };

        Assert.That(Ask(World(elsewhere), Web, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(World(elsewhere), Web, OtherWeb), Is.EqualTo("denied"));
    }

    [Test]
    public void Peer_WithNothingSet_MatchesNobody() =>
        Assert.That(Ask(World(Ingress("p", AppDb, From(new PolicyPeer()))), Web, Db), Is.EqualTo("denied"));

    [TestCase(29999, "denied")]
    [TestCase(30000, "allowed")]
    [TestCase(32767, "allowed")]
    [TestCase(32768, "denied")]
    public void PortRange_Bounds_AreInclusive(int port, string expected) =>
        Assert.That(Ask(World(Ingress("p", AppDb, From().On(Tcp(30000, 32767)))), Web, Db, port), Is.EqualTo(expected));

    [Test]
    public void Port_Missing_AllowsEveryPortOfTheProtocol()
    {
        var world = World(Ingress("p", AppDb, From().On(new PolicyPort(PolicyProtocol.Tcp))));

        Assert.That(Ask(world, Web, Db, 1), Is.EqualTo("allowed"));
        Assert.That(Ask(world, Web, Db, 1, PolicyProtocol.Udp), Is.EqualTo("denied"));
    }

    [TestCase("sql", 5432, PolicyProtocol.Tcp, "allowed")]
    [TestCase("sql", 5433, PolicyProtocol.Tcp, "denied")]
    [TestCase("dns", 53, PolicyProtocol.Tcp, "denied")]
    [TestCase("http", 5432, PolicyProtocol.Tcp, "denied")]
    public void NamedPort_IsResolvedOnTheDestinationsContainers(string name, int port, PolicyProtocol protocol, string expected)
    {
        var named = From().On(new PolicyPort(protocol, Name: name));

        Assert.That(Ask(World(Ingress("p", AppDb, named)), Web, Db, port), Is.EqualTo(expected));
        Assert.That(Ask(World(Egress("p", AppWeb, named)), Web, Db, port), Is.EqualTo(expected), "for egress too, it is the destination's name");
        Assert.That(Ask(World(Egress("p", AppWeb, named)), Web, Internet, port), Is.EqualTo("denied"), "an address has no names");
    }

    [TestCase("203.0.113.0/24", "", "allowed")]
    [TestCase("203.0.113.9/24", "", "allowed", Description = "bits right of the length do not count")]
    [TestCase("0.0.0.0/0", "", "allowed")]
    [TestCase("0.0.0.0/0", "203.0.113.0/28", "denied")]
    [TestCase("0.0.0.0/0", "203.0.113.16/28", "allowed")]
    [TestCase("203.0.113.5/32", "", "allowed")]
    [TestCase("203.0.113.4/32", "", "denied")]
    [TestCase("::/0", "", "denied")]
    [TestCase("203.0.113.0", "", "unclear")]
    [TestCase("203.0.113.0/33", "", "unclear")]
    [TestCase("0.0.0.0/0", "nonsense", "unclear")]
    [TestCase("198.51.100.0/24", "nonsense", "denied", Description = "an exception cannot add addresses")]
    public void IpBlock_ExternalAddress_MatchesByMembership(string cidr, string except, string expected)
    {
        var block = Block(cidr, except.Split(',', StringSplitOptions.RemoveEmptyEntries));

        Assert.That(Ask(World(Egress("p", AppWeb, From(block))), Web, Internet), Is.EqualTo(expected));
    }

    [Test]
    public void IpBlock_Ipv6AndMappedAddresses_MatchTheirOwnFamily()
    {
        var v6 = World(Egress("p", AppWeb, From(Block("2001:db8::/32"))));
        var v4 = World(Egress("p", AppWeb, From(Block("203.0.113.0/24"))));

        Assert.That(Ask(v6, Web, PolicyEndpoint.External("2001:db8::1")), Is.EqualTo("allowed"));
        Assert.That(Ask(v6, Web, PolicyEndpoint.External("2001:db9::1")), Is.EqualTo("denied"));
        Assert.That(Ask(v4, Web, PolicyEndpoint.External("::ffff:203.0.113.5")), Is.EqualTo("allowed"));
    }

    [Test]
    public void IpBlock_AllowsAPod_WithACaveat()
    {
        var decision = PolicyEvaluator.Evaluate(World(Ingress("p", AppDb, From(Block("10.0.0.0/8")))), Web, Db, 5432);

        Assert.That(decision, Is.EqualTo(new PolicyDecision.Allowed(
            "only ipBlock 10.0.0.0/8 allows shop/web-0, and some network plugins do not apply address blocks to pods")));
    }

    [Test]
    public void IpBlock_BesideASelectorThatAllows_NeedsNoCaveat()
    {
        var world = World(Ingress("p", AppDb, From(Block("10.0.0.0/8"))), Ingress("q", AppDb, From(PodsLabelled(("app", "web")))));

        Assert.That(PolicyEvaluator.Evaluate(world, Web, Db, 5432), Is.EqualTo(new PolicyDecision.Allowed()));
    }

    [Test]
    public void Node_ToItsOwnPod_IsAlwaysAllowed()
    {
        var world = World(Ingress("deny", LabelSelector.Everything), Egress("deny-out", LabelSelector.Everything));

        Assert.That(Ask(world, PolicyEndpoint.Node("n2", ["192.0.2.2"]), Db), Is.EqualTo("allowed"), "kubelet probes must get through");
        Assert.That(Ask(world, Db, PolicyEndpoint.Node("n2", ["192.0.2.2"])), Is.EqualTo("allowed"));
        Assert.That(Ask(world, PolicyEndpoint.Node("n1", ["192.0.2.1"]), Db), Is.EqualTo("denied"));
    }

    [Test]
    public void Node_OfAnotherPod_IsAllowedByAnAddressBlockOnly()
    {
        var node = PolicyEndpoint.Node("n1", ["192.0.2.1"]);

        Assert.That(Ask(World(Ingress("p", AppDb, From(Block("192.0.2.0/24")))), node, Db), Is.EqualTo("allowed"));
        Assert.That(Ask(World(Ingress("p", AppDb, From(NamespacesLabelled()))), node, Db), Is.EqualTo("denied"));
    }

    [Test]
    public void HostNetworkPod_IsNotIsolated()
    {
        var host = PolicyEndpoint.Pod("shop", "agent-0", Labels(("app", "web")), ["192.0.2.1"], "n1", hostNetwork: true);
        var world = World(Ingress("deny", LabelSelector.Everything), Egress("deny-out", AppWeb));

        Assert.That(Ask(world, Prometheus, host), Is.EqualTo("allowed"));
        Assert.That(Ask(world, host, Internet), Is.EqualTo("allowed"));
        Assert.That(Ask(world, host, Db), Is.EqualTo("denied"), "the other end is still isolated");
    }

    [Test]
    public void HostNetworkPod_ThatASelectorNames_IsUnclear()
    {
        var host = PolicyEndpoint.Pod("shop", "agent-0", Labels(("app", "web")), ["192.0.2.1"], "n1", hostNetwork: true);
        var bySelector = Ingress("p", AppDb, From(PodsLabelled(("app", "web"))));
        var byAddress = Ingress("q", AppDb, From(Block("192.0.2.1/32")));

        Assert.That(Ask(World(bySelector), host, Db), Is.EqualTo("unclear"));
        Assert.That(Ask(World(bySelector, byAddress), host, Db), Is.EqualTo("allowed"));
    }

    [Test]
    public void Pod_ToItself_IsAlwaysAllowed() =>
        Assert.That(Ask(World(Ingress("deny", AppDb), Egress("out", AppDb)), Db, Db), Is.EqualTo("allowed"));

    [Test]
    public void Service_AsAnEnd_IsNotJudged() =>
        Assert.That(
            PolicyEvaluator.Evaluate(World(), Web, PolicyEndpoint.Service("shop", "db"), 5432),
            Is.EqualTo(new PolicyDecision.NotEvaluated("policies apply to the pods behind a Service, not to its address")));

    [Test]
    public void Namespace_NotKnownYet_IsUnclearUnlessAnotherRuleAllows()
    {
        var stranger = Pod("new", "x-0", "10.1.0.9", "n1", ("app", "web"));
        var bySelector = Ingress("p", AppDb, From(NamespacesLabelled(("team", "x"))));

        Assert.That(Ask(World(bySelector), stranger, Db), Is.EqualTo("unclear"));
        Assert.That(Ask(World(bySelector, Ingress("q", AppDb, From(Block("10.1.0.9/32")))), stranger, Db), Is.EqualTo("allowed"));
    }

    [Test]
    public void Unclear_BesideACertainDenialOfTheOtherEnd_IsDenied()
    {
        var stranger = Pod("new", "x-0", "10.1.0.9", "n1", ("app", "web"));
        var denyOut = Egress("out", LabelSelector.Everything) with { Namespace = "new" };

        Assert.That(Ask(World(Ingress("p", AppDb, From(NamespacesLabelled(("team", "x")))), denyOut), stranger, Db), Is.EqualTo("denied"));
    }

    [Test]
    public void External_ThatIsNoAddress_IsUnclear() =>
        Assert.That(Ask(World(Egress("p", AppWeb, From(Block("0.0.0.0/0")))), Web, PolicyEndpoint.External("imap.example.com")), Is.EqualTo("unclear"));

    [Test]
    public void Denied_NamesPolicyDirectionEndsAndPort()
    {
        var decision = (PolicyDecision.Denied)PolicyEvaluator.Evaluate(
            World(Ingress("deny-monitoring", AppDb, From(PodsLabelled(("app", "web"))))), Prometheus, Db, 5432);

        Assert.That(decision.Explanation, Is.EqualTo(
            "NetworkPolicy shop/deny-monitoring (Ingress) selects shop/db-0 and has no rule that allows monitoring/prometheus-0 on TCP 5432"));
        Assert.That(decision.Denials.Single().Policies, Is.EqualTo(ImmutableArray.Create("shop/deny-monitoring")));
    }

    [Test]
    public void Denied_RightPeerWrongPort_SaysWhichPortsAreAllowed()
    {
        var decision = (PolicyDecision.Denied)PolicyEvaluator.Evaluate(
            World(Egress("a-deny", AppWeb), Egress("web", AppWeb, From(PodsLabelled(("app", "db"))).On(Tcp(5433), Tcp(6000, 6010)))), Web, Db, 5432);

        Assert.That(decision.Explanation, Is.EqualTo(
            "NetworkPolicies shop/a-deny, shop/web (Egress) select shop/web-0 and none has a rule that allows connections to shop/db-0 on TCP 5432; "
            + "shop/web allows it on TCP 5433, TCP 6000-6010 only"));
    }

    [Test]
    public void Denied_NoRulesAtAll_SaysThatNothingIsAllowed()
    {
        var decision = (PolicyDecision.Denied)PolicyEvaluator.Evaluate(World(Ingress("deny", LabelSelector.Everything), Egress("out", AppWeb)), Web, Db, 5432);

        Assert.That(decision.Explanation, Is.EqualTo(
            "NetworkPolicy shop/out (Egress) selects shop/web-0 and has no rule, so nothing is allowed out; and "
            + "NetworkPolicy shop/deny (Ingress) selects shop/db-0 and has no rule, so nothing is allowed in"));
    }

    [Test]
    public void Denied_ManyPolicies_NamesThreeAndCountsTheRest()
    {
        var decision = (PolicyDecision.Denied)PolicyEvaluator.Evaluate(
            World(Enumerable.Range(1, 5).Select(i => Ingress($"p{i}", AppDb))), Web, Db, 5432);

        Assert.That(decision.Explanation, Does.StartWith("NetworkPolicies shop/p1, shop/p2, shop/p3 and 2 more (Ingress) select shop/db-0"));
        Assert.That(decision.Denials.Single().Policies, Has.Length.EqualTo(5));
    }
}

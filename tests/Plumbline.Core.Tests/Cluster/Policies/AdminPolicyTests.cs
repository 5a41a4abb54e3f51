using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using static Plumbline.Core.Tests.Cluster.Policies.Estate;

namespace Plumbline.Core.Tests.Cluster.Policies;

/// <summary>What is said of policies of the whole cluster; what they decide is in <see cref="NaiveEvaluatorTests"/> and in the lab.</summary>
public sealed class AdminPolicyTests
{
    private static readonly NamespacedPods Everybody = new(LabelSelector.Everything);

    [Test]
    public void Denied_ByAnAdminPolicy_NamesDirectionRuleAndPriority()
    {
        var decision = (PolicyDecision.Denied)Evaluate(Prometheus, Admin(7, In(PolicyAction.Allow, "web"), In(PolicyAction.Deny) with { Name = "no-strangers" }));

        Assert.That(decision.Explanation, Is.EqualTo(
            "AdminNetworkPolicy guard (Ingress rule 2 \"no-strangers\", priority 7) selects shop/db-0 and denies monitoring/prometheus-0 on TCP 5432"));
        Assert.That(decision.Denials.Single().Policies, Is.EqualTo(ImmutableArray.Create("AdminNetworkPolicy guard")));
    }

    [Test]
    public void Denied_ByTheBaseline_NamesItWithoutAPriority()
    {
        var baseline = Admin(0, In(PolicyAction.Deny)) with { Kind = AdminPolicyKind.BaselineAdminNetworkPolicy, Name = "default", Tier = PolicyTier.Baseline };

        Assert.That(((PolicyDecision.Denied)Evaluate(Prometheus, baseline)).Explanation, Is.EqualTo(
            "BaselineAdminNetworkPolicy default (Ingress rule 1) selects shop/db-0 and denies monitoring/prometheus-0 on TCP 5432"));
    }

    [Test]
    public void Policies_OfOnePriorityThatDiffer_AreNotJudged()
    {
        var decision = Evaluate(Web, Admin(7, In(PolicyAction.Deny)), Admin(7, In(PolicyAction.Allow)) with { Name = "other" });

        Assert.That(decision, Is.EqualTo(new PolicyDecision.NotEvaluated(
            "AdminNetworkPolicy guard, AdminNetworkPolicy other have the same priority 7 and decide differently, and which of them comes first is not defined")));
    }

    [Test]
    public void Rule_WithAPeerThatIsNotKnown_SaysSo()
    {
        var decision = Evaluate(Web, Admin(7, new AdminRule(PolicyAction.Deny, [new AdminPeer.Unknown()], [])));

        Assert.That(decision, Is.EqualTo(new PolicyDecision.NotEvaluated("AdminNetworkPolicy guard has a peer of a kind that is not known here")));
    }

    [Test]
    public void Denied_ByTheExceptionOfABlock_NamesIt()
    {
        var world = World(Egress("out", LabelSelector.Everything, From(Block("203.0.113.0/24", "203.0.113.0/28"))));

        Assert.That(((PolicyDecision.Denied)PolicyEvaluator.Evaluate(world, Web, Internet, 443)).Explanation, Is.EqualTo(
            "NetworkPolicy shop/out (Egress) selects shop/web-0 and has no rule that allows connections to 203.0.113.5 on TCP 443; "
            + "shop/out leaves 203.0.113.5 out of ipBlock 203.0.113.0/24 (except 203.0.113.0/28)"));
    }

    private static AdminPolicy Admin(int priority, params ImmutableArray<AdminRule> rules) => new()
    {
        Kind = AdminPolicyKind.AdminNetworkPolicy,
        Name = "guard",
        Tier = PolicyTier.Admin,
        Priority = priority,
        Subject = Everybody,
        Ingress = rules,
    };

    private static AdminRule In(PolicyAction action, string? app = null) =>
        new(action, [new AdminPeer.Pods(new NamespacedPods(LabelSelector.Everything, app is null ? null : LabelSelector.Of(("app", app))))], []);

    private static PolicyDecision Evaluate(PolicyEndpoint source, params IEnumerable<AdminPolicy> policies) =>
        PolicyEvaluator.Evaluate(new PolicyWorld([], [], policies), source, Db, 5432);
}

using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;

namespace Plumbline.Core.Tests.Cluster.Policies;

/// <summary>Laws that hold for any set of policies, whatever they say.</summary>
public sealed class PolicyPropertyTests
{
    private static readonly ImmutableArray<PolicyEndpoint> Ends = Estate.Pods.Add(Estate.Internet).Add(PolicyEndpoint.Node("n2", ["192.0.2.2"]));

    private static readonly Gen<LabelSelector> Selectors = Gen.Elements(
        LabelSelector.Everything,
        LabelSelector.Of(("app", "web")),
        LabelSelector.Of(("app", "db")),
        LabelSelector.Everything with { MatchExpressions = [new("tier", LabelOperator.DoesNotExist, [])] });

    private static readonly Gen<PolicyPeer> Peers = Gen.OneOf(
        Selectors.Select(s => new PolicyPeer { PodSelector = s }),
        Gen.Elements(LabelSelector.Everything, LabelSelector.Of(("purpose", "monitoring"))).Select(s => new PolicyPeer { NamespaceSelector = s }),
        from pods in Selectors
        from namespaces in Gen.Elements(LabelSelector.Everything, LabelSelector.Of(("team", "shop")))
        select new PolicyPeer { PodSelector = pods, NamespaceSelector = namespaces },
        Gen.Elements("10.1.0.0/30", "0.0.0.0/0", "192.0.2.0/24", "203.0.113.0/24").Select(c => Estate.Block(c, "10.1.0.2/32")));

    private static readonly Gen<PolicyPort> Ports = Gen.Elements(
        Estate.Tcp(5432), Estate.Tcp(1, 100), new PolicyPort(PolicyProtocol.Tcp), new PolicyPort(PolicyProtocol.Tcp, Name: "sql"), new PolicyPort(PolicyProtocol.Udp));

    private static readonly Gen<PolicyRule> Rules =
        from peers in UpTo(2, Peers)
        from ports in UpTo(2, Ports)
        select new PolicyRule(peers, ports);

    private static readonly Gen<NetworkPolicy> Policies =
        from ns in Gen.Elements("shop", "monitoring", "other")
        from name in Gen.Choose(1, 99)
        from pods in Selectors
        from types in Gen.Elements<ImmutableArray<PolicyDirection>>(
            [], [PolicyDirection.Ingress], [PolicyDirection.Egress], [PolicyDirection.Ingress, PolicyDirection.Egress])
        from ingress in UpTo(2, Rules)
        from egress in UpTo(2, Rules)
        select new NetworkPolicy { Namespace = ns, Name = $"p{name}", PodSelector = pods, PolicyTypes = types, Ingress = ingress, Egress = egress };

    private static readonly Gen<(PolicyEndpoint Source, PolicyEndpoint Destination, int Port)> Attempts =
        from source in Gen.Elements<PolicyEndpoint>(Ends)
        from destination in Gen.Elements<PolicyEndpoint>(Ends)
        from port in Gen.Elements(5432, 80, 443)
        select (source, destination, port);

    [Test]
    public void AddingAPolicyWithoutRules_NeverAllowsMore() => Check((policies, added, attempt) =>
    {
        var ruleless = added with { Ingress = [], Egress = [] };

        return !Allows(policies.Add(ruleless), attempt) || Allows(policies, attempt);
    });

    [Test]
    public void AddingAPolicy_WhereItsEndsAreIsolatedAlready_NeverAllowsLess() => Check((policies, added, attempt) =>
    {
        ImmutableArray<NetworkPolicy> isolated = [.. policies, .. DenyAll()];

        return !Allows(isolated, attempt) || Allows(isolated.Add(added), attempt);
    });

    [Test]
    public void AddingARuleToAPolicy_ThatAlreadyIsolates_NeverAllowsLess() => Check((policies, added, attempt) =>
    {
        var written = added with { PolicyTypes = [PolicyDirection.Ingress, PolicyDirection.Egress] };
        var wider = written with { Ingress = written.Ingress.Add(PolicyRule.Everything), Egress = written.Egress.Add(PolicyRule.Everything) };

        return !Allows(policies.Add(written), attempt) || Allows(policies.Add(wider), attempt);
    });

    [Test]
    public void Order_OfPolicies_DoesNotMatter() => Check((policies, added, attempt) =>
        Decide(policies.Add(added), attempt) is var one && Decide([added, .. policies.Reverse()], attempt) is var two && one.GetType() == two.GetType());

    [Test]
    public void APolicyTwice_DecidesAsOnce() => Check((policies, added, attempt) =>
        Allows(policies.Add(added), attempt) == Allows([.. policies, added, added with { Name = "copy" }], attempt));

    [Test]
    public void PoliciesThatSelectNeitherEnd_ChangeNothing() => Check((policies, added, attempt) =>
    {
        var elsewhere = added with { Namespace = "nowhere" };

        return Decide(policies, attempt).Equals(Decide(policies.Add(elsewhere), attempt));
    });

    [Test]
    public void Denied_NamesPoliciesThatIsolateTheirEnd() => Check((policies, added, attempt) =>
        Decide(policies.Add(added), attempt) is not PolicyDecision.Denied denied
        || denied.Denials.All(d =>
        {
            var end = d.Direction == PolicyDirection.Egress ? attempt.Source : attempt.Destination;
            return d.Policies.Length > 0 && policies.Add(added).Count(p =>
                p.Namespace == end.Namespace && p.Isolates(d.Direction) && p.PodSelector.Matches(end.Labels)) == d.Policies.Length;
        }));

    private static void Check(Func<ImmutableArray<NetworkPolicy>, NetworkPolicy, (PolicyEndpoint Source, PolicyEndpoint Destination, int Port), bool> law)
    {
        var cases =
            from policies in UpTo(4, Policies)
            from added in Policies
            from attempt in Attempts
            select (policies, added, attempt);

        Prop.ForAll(cases.ToArbitrary(), c => law(c.policies, c.added, c.attempt)).QuickCheckThrowOnFailure();
    }

    private static bool Allows(ImmutableArray<NetworkPolicy> policies, (PolicyEndpoint Source, PolicyEndpoint Destination, int Port) attempt) =>
        Decide(policies, attempt) is PolicyDecision.Allowed;

    private static PolicyDecision Decide(ImmutableArray<NetworkPolicy> policies, (PolicyEndpoint Source, PolicyEndpoint Destination, int Port) attempt) =>
        PolicyEvaluator.Evaluate(Estate.World(policies), attempt.Source, attempt.Destination, attempt.Port);

    private static IEnumerable<NetworkPolicy> DenyAll() => new[] { "shop", "monitoring", "other" }.Select(ns =>
        new NetworkPolicy { Namespace = ns, Name = "deny-all", PolicyTypes = [PolicyDirection.Ingress, PolicyDirection.Egress] });

    private static Gen<ImmutableArray<T>> UpTo<T>(int most, Gen<T> items) =>
        from count in Gen.Choose(0, most)
        from list in items.ListOf(count)
        select list.ToImmutableArray();
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;

namespace Plumbline.Core.Tests.Cluster.Policies;

/// <summary>A small cluster and policies by chance; few words, so that things meet.</summary>
internal sealed class RandomPolicies(Random random)
{
    private static readonly string[] Apps = ["web", "db"];
    private static readonly string[] Tiers = ["front", "back"];
    private static readonly string[] Spaces = ["shop", "monitoring", "new"];
    private static readonly string[] Cidrs = ["10.1.0.0/30", "10.1.0.0/24", "0.0.0.0/0", "192.0.2.0/24", "192.0.2.1/32", "203.0.113.77/24", "::/0", "fd00::/64", "10.1.0.2/32"];
    private const int PodsOfTheirOwn = 5;
    private static readonly int[] PortNumbers = [53, 80, 443, 5432];

    public static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Namespaces = new Dictionary<string, IReadOnlyDictionary<string, string>>
    {
        ["shop"] = Estate.Labels(("team", "shop")),
        ["monitoring"] = Estate.Labels(("team", "sre"), ("purpose", "monitoring")),
        // "new" is not known yet.
    };

    public static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Nodes = new Dictionary<string, IReadOnlyDictionary<string, string>>
    {
        ["n1"] = Estate.Labels(("zone", "a")),
        ["n2"] = Estate.Labels(("zone", "b")),
    };

    public static readonly ImmutableArray<PolicyEndpoint> Ends =
    [
        Pod("shop", "web-0", "10.1.0.1", "n1", ("app", "web"), ("tier", "front")),
        Pod("shop", "db-0", "10.1.0.2", "n2", ("app", "db"), ("tier", "back")),
        Pod("monitoring", "web-0", "10.1.0.3", "n2", ("app", "web")),
        Pod("new", "db-0", "10.1.0.9", "n1", ("app", "db")),
        Pod("shop", "six-0", "fd00::5", "n1", ("app", "web"), ("tier", "back")),
        PolicyEndpoint.Pod("shop", "agent-0", Estate.Labels(("app", "web")), ["192.0.2.1"], "n1", hostNetwork: true),
        PolicyEndpoint.Node("n1", ["192.0.2.1"]),
        PolicyEndpoint.Node("n2", ["192.0.2.2"]),
        PolicyEndpoint.Node("n3", ["192.0.2.3"]),
        PolicyEndpoint.External("203.0.113.5"),
        PolicyEndpoint.External("2001:db8::1"),
    ];

    public ImmutableArray<NetworkPolicy> NetworkPolicies() => Some(0, 5, i => new NetworkPolicy
    {
        Namespace = One(Spaces),
        Name = $"p{i}",
        PodSelector = Selector(),
        PolicyTypes = random.Next(4) switch { 0 => [], 1 => [PolicyDirection.Ingress], 2 => [PolicyDirection.Egress], _ => [PolicyDirection.Ingress, PolicyDirection.Egress] },
        Ingress = Some(0, 2, _ => Rule()),
        Egress = Some(0, 2, _ => Rule()),
    });

    public ImmutableArray<AdminPolicy> AdminPolicies() => Some(0, 5, i =>
    {
        var kind = (AdminPolicyKind)random.Next(3);
        var tier = kind switch { AdminPolicyKind.AdminNetworkPolicy => PolicyTier.Admin, AdminPolicyKind.BaselineAdminNetworkPolicy => PolicyTier.Baseline, _ => (PolicyTier)random.Next(2) };
        return new AdminPolicy
        {
            Kind = kind,
            Name = $"a{i}",
            Tier = tier,
            Priority = kind == AdminPolicyKind.BaselineAdminNetworkPolicy ? int.MaxValue : random.Next(3),
            Subject = random.Next(20) == 0 ? null : Meant(),
            Ingress = Some(0, 3, _ => AdminRule(PolicyDirection.Ingress)),
            Egress = Some(0, 3, _ => AdminRule(PolicyDirection.Egress)),
        };
    });

    public (PolicyEndpoint Source, PolicyEndpoint Destination, int Port, PolicyProtocol Protocol) Attempt() =>
        (End(), End(), One(PortNumbers), random.Next(2) == 0 ? PolicyProtocol.Tcp : (PolicyProtocol)random.Next(3));

    /// <summary>Mostly one of the pods, which come first: policies have nothing to say of a connection between others.</summary>
    private PolicyEndpoint End() => random.Next(3) > 0 ? Ends[random.Next(PodsOfTheirOwn)] : One(Ends);

    private static PolicyEndpoint Pod(string ns, string name, string address, string node, params (string, string)[] labels) => PolicyEndpoint.Pod(
        ns, name, Estate.Labels(labels), [address], node, namedPorts: [new("main", name[0] == 'w' ? 80 : 5432, PolicyProtocol.Tcp), new("dns", 53, PolicyProtocol.Udp)]);

    private PolicyRule Rule() => new(Some(0, 2, _ => Peer()), Ports());

    private PolicyPeer Peer() => random.Next(6) switch
    {
        0 => new PolicyPeer { IpBlock = Block() },
        1 => new PolicyPeer { NamespaceSelector = NamespaceSelector() },
        2 or 3 => new PolicyPeer { PodSelector = Selector(), NamespaceSelector = NamespaceSelector() },
        4 => new PolicyPeer { PodSelector = Selector() },
        _ => random.Next(4) == 0 ? new PolicyPeer() : new PolicyPeer { PodSelector = LabelSelector.Everything },
    };

    private AdminRule AdminRule(PolicyDirection direction) => new((PolicyAction)random.Next(3), Some(1, 2, _ => AdminPeer(direction)), Ports());

    private AdminPeer AdminPeer(PolicyDirection direction) => (direction == PolicyDirection.Ingress ? random.Next(4) : random.Next(8)) switch
    {
        0 when random.Next(10) == 0 => new AdminPeer.Unknown(),
        0 or 1 or 2 or 3 => new AdminPeer.Pods(Meant()),
        4 or 5 => new AdminPeer.Networks(Some(1, 2, _ => new IpBlock(One(Cidrs)))),
        6 => new AdminPeer.Nodes(random.Next(3) == 0 ? LabelSelector.Everything : LabelSelector.Of(("zone", random.Next(2) == 0 ? "a" : "b"))),
        _ => random.Next(4) == 0 ? new AdminPeer.DomainNames(["*.example.com"]) : new AdminPeer.Networks([new IpBlock("0.0.0.0/0")]),
    };

    private NamespacedPods Meant() => new(NamespaceSelector(), random.Next(2) == 0 ? null : Selector());

    private IpBlock Block()
    {
        var cidr = One(Cidrs);
        return new IpBlock(cidr, random.Next(2) == 0 ? [] : [One(Cidrs)]);
    }

    private ImmutableArray<PolicyPort> Ports() => Some(0, 2, _ =>
    {
        var protocol = (PolicyProtocol)(random.Next(4) % 3);
        return random.Next(5) switch
        {
            0 => new PolicyPort(protocol),
            1 => new PolicyPort(protocol, Name: random.Next(2) == 0 ? "main" : "dns"),
            2 => new PolicyPort(protocol, 80, EndPort: random.Next(2) == 0 ? 443 : 5432),
            _ => new PolicyPort(protocol, One(PortNumbers)),
        };
    });

    private LabelSelector Selector()
    {
        var selector = random.Next(3) switch
        {
            0 => LabelSelector.Everything,
            1 => LabelSelector.Of(("app", One(Apps))),
            _ => LabelSelector.Of(("app", One(Apps)), ("tier", One(Tiers))),
        };
        return random.Next(3) > 0 ? selector : selector with
        {
            MatchExpressions = [random.Next(4) switch
            {
                0 => new("tier", LabelOperator.Exists, []),
                1 => new("tier", LabelOperator.DoesNotExist, []),
                2 => new("tier", LabelOperator.In, ["back", "middle"]),
                _ => new("tier", LabelOperator.NotIn, ["back", "middle"]),
            }],
        };
    }

    private LabelSelector NamespaceSelector() => random.Next(5) switch
    {
        0 => LabelSelector.Of(("team", "shop")),
        1 => LabelSelector.Everything with { MatchExpressions = [new("purpose", LabelOperator.Exists, [])] },
        2 => LabelSelector.Everything with { MatchExpressions = [new("team", LabelOperator.NotIn, ["sre"])] },
        _ => LabelSelector.Everything,
    };

    private T One<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private ImmutableArray<T> Some<T>(int least, int most, Func<int, T> make) => [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(make)];
}

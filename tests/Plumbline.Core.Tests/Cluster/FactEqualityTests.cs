using System.Collections.Immutable;
using System.Reflection;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Cluster;

/// <summary>
/// Facts and questions are compared by what they say. A member that a comparison forgets is a change that the operator never sees; one that is
/// compared by reference makes every event a change. Both are tried on every member of every kind.
/// </summary>
public class FactEqualityTests
{
    private static readonly Func<int, object>[] Kinds =
    [
        n => new PodFacts
        {
            Key = new NamespacedName("ns", $"pod-{n}"), Uid = $"u{n}", Labels = Labels(n), Node = $"node-{n}", Phase = (PodPhase)n, Ready = n == 1, Terminating = n == 1, HostNetwork = n == 1,
            Addresses = [$"10.0.0.{n}"], Owner = new WorkloadKey(WorkloadKind.Job, "ns", $"job-{n}"), ContainerPorts = [new ContainerPort("http", 80 + n, "TCP")],
            Mesh = $"m{n}", Dns = Dns(n), HostAliases = [new HostAlias("10.1.1.1", $"h{n}")],
        },
        Dns,
        n => new ServiceFacts
        {
            Key = new NamespacedName("ns", $"s-{n}"), Type = $"T{n}", ClusterIps = [$"10.1.0.{n}"], ExternalName = $"x{n}", Ports = [new ServicePortFacts("p", 80 + n, "TCP", "8080")], Selector = Labels(n),
            Headless = n == 1, LocalOnly = n == 1, ProxyName = $"proxy{n}", DnsRank = n,
        },
        n => new EndpointSliceFacts(new NamespacedName("ns", $"e-{n}"), $"s{n}", [new EndpointPortFacts("p", 80 + n, "TCP")], [new EndpointFacts($"10.0.0.{n}", true, false, null, null)]) { OfNames = n == 1 },
        n => new NodeFacts($"node-{n}", [$"10.0.0.{n}"], Labels(n), n == 1) { Obstacle = $"o{n}" },
        n => new EndpointFacts($"10.0.0.{n}", n == 1, n == 1, new NamespacedName("ns", $"p{n}"), $"n{n}") { Serving = n == 1 },
        n => new NamespaceFacts($"ns{n}", Labels(n)),
        n => new WorkloadFacts(new WorkloadKey(WorkloadKind.Deployment, "ns", $"d{n}"), new WorkloadKey(WorkloadKind.CronJob, "ns", $"c{n}"), n),
        n => new NetworkPolicy
        {
            Namespace = $"ns{n}", Name = $"p{n}", PodSelector = LabelSelector.Of(("a", $"{n}")), PolicyTypes = [(PolicyDirection)(n - 1)], Ingress = [Rule(n)], Egress = [Rule(n + 10)],
        },
        Rule,
        n => new AdminPolicy
        {
            Kind = (AdminPolicyKind)n, Name = $"p{n}", Tier = (PolicyTier)(n - 1), Priority = n, Subject = new NamespacedPods(LabelSelector.Of(("a", $"{n}"))), Ingress = [AdminRule(n)], Egress = [AdminRule(n + 10)],
        },
        AdminRule,
        n => new NamespacedPods(LabelSelector.Of(("a", $"{n}")), LabelSelector.Of(("b", $"{n}"))),
        n => new AdminPeer.Networks([new IpBlock($"10.{n}.0.0/16")]),
        n => new AdminPeer.DomainNames([$"a{n}.example.com"]),
        n => new OtherPolicy($"Kind{n}", $"ns{n}", $"p{n}"),
        n => new PolicyPeer { PodSelector = LabelSelector.Of(("a", $"{n}")), NamespaceSelector = LabelSelector.Of(("b", $"{n}")), IpBlock = new IpBlock($"10.{n}.0.0/16", $"10.{n}.1.0/24") },
        n => new ProbeSource
        {
            Id = $"i{n}", Vantage = (VantageKind)(n - 1), Namespace = $"ns{n}", Name = $"n{n}", Addresses = [$"10.0.0.{n}"], Dns = new DnsSettings(false, [$"10.96.0.{n}"], [$"s{n}"], n),
            HostAliases = [new HostAlias("10.1.1.1", $"h{n}")],
        },
        n => new DnsSettings(n == 1, [$"10.96.0.{n}"], [$"s{n}"], n, n == 1),
        n => new PlannedProbe
        {
            Id = new ProbeId((ulong)n), Source = $"s{n}", Host = $"h{n}", Port = n, Protocol = (ProbeProtocol)n, ServerName = $"sni{n}", Http = new HttpRequestSpec("GET", $"/{n}", $"host{n}"),
            IntervalMilliseconds = n, TimeoutMilliseconds = n, Confirmations = n, MinTls = $"1.{n}", Look = n, Proxy = new ProxySpec($"proxy{n}", n),
        },
    ];

    private static IEnumerable<TestCaseData> Each => Kinds.Select(make => new TestCaseData(make).SetArgDisplayNames(make(1).GetType().Name));

    [TestCaseSource(nameof(Each))]
    public void Facts_ThatSayTheSame_AreEqual(Func<int, object> make)
    {
        var (one, same) = (make(1), make(1));

        Assert.That(one, Is.Not.SameAs(same));
        Assert.That(one.Equals(same), Is.True);
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
    }

    [TestCaseSource(nameof(Each))]
    public void Facts_ThatDifferInOneMember_AreNotEqual(Func<int, object> make)
    {
        var (fact, other) = (make(1), make(2));
        var clone = fact.GetType().GetMethod("<Clone>$")!;
        var members = fact.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is not null).ToList();

        Assert.That(members, Is.Not.Empty);
        foreach (var member in members)
        {
            var changed = clone.Invoke(fact, null)!;
            member.SetValue(changed, member.GetValue(other));
            Assert.That(changed.Equals(fact), Is.False, $"{member.Name}: {member.GetValue(fact)} and {member.GetValue(other)}");
        }
    }

    private static ImmutableSortedDictionary<string, string> Labels(int n) => ImmutableSortedDictionary<string, string>.Empty.Add("app", $"a{n}");

    private static PodDns Dns(int n) => new($"P{n}", [$"10.96.0.{n}"], [$"s{n}"], n);

    private static AdminRule AdminRule(int n) => new((PolicyAction)(n % 3), [new AdminPeer.Nodes(LabelSelector.Of(("a", $"{n}")))], [new PolicyPort(PolicyProtocol.Tcp, n)]) { Name = $"r{n}" };

    private static PolicyRule Rule(int n) => new([new PolicyPeer { IpBlock = new IpBlock($"10.{n}.0.0/16") }], [new PolicyPort(PolicyProtocol.Tcp, n)]);
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;

namespace Plumbline.Core.Tests.Cluster.Policies;

/// <summary>Three namespaces, a few pods, and short ways to write policies for them.</summary>
internal static class Estate
{
    public static readonly PolicyEndpoint Web = Pod("shop", "web-0", "10.1.0.1", "n1", ("app", "web"));

    public static readonly PolicyEndpoint Db = PolicyEndpoint.Pod(
        "shop", "db-0", Labels(("app", "db"), ("tier", "back")), ["10.1.0.2"], "n2",
        namedPorts: [new("sql", 5432, PolicyProtocol.Tcp), new("dns", 53, PolicyProtocol.Udp)]);

    public static readonly PolicyEndpoint Prometheus = Pod("monitoring", "prometheus-0", "10.1.0.3", "n3", ("app", "prometheus"));

    public static readonly PolicyEndpoint OtherWeb = Pod("other", "web-0", "10.1.0.4", "n3", ("app", "web"));

    public static readonly PolicyEndpoint Internet = PolicyEndpoint.External("203.0.113.5");

    public static readonly ImmutableArray<PolicyEndpoint> Pods = [Web, Db, Prometheus, OtherWeb];

    public static PolicyEndpoint Pod(string ns, string name, string address, string node, params (string, string)[] labels) =>
        PolicyEndpoint.Pod(ns, name, Labels(labels), [address], node);

    public static ImmutableDictionary<string, string> Labels(params IEnumerable<(string Key, string Value)> labels) =>
        labels.ToImmutableDictionary(l => l.Key, l => l.Value);

    public static PolicyWorld World(params IEnumerable<NetworkPolicy> policies) => new(
        policies,
        [
            new("shop", Labels(("kubernetes.io/metadata.name", "shop"), ("team", "shop"))),
            new("monitoring", Labels(("kubernetes.io/metadata.name", "monitoring"), ("purpose", "monitoring"))),
            new("other", Labels(("kubernetes.io/metadata.name", "other"))),
        ]);

    public static NetworkPolicy Ingress(string name, LabelSelector pods, params ImmutableArray<PolicyRule> rules) =>
        new() { Namespace = "shop", Name = name, PodSelector = pods, PolicyTypes = [PolicyDirection.Ingress], Ingress = rules };

    public static NetworkPolicy Egress(string name, LabelSelector pods, params ImmutableArray<PolicyRule> rules) =>
        new() { Namespace = "shop", Name = name, PodSelector = pods, PolicyTypes = [PolicyDirection.Egress], Egress = rules };

    public static PolicyRule From(params ImmutableArray<PolicyPeer> peers) => new(peers, []);

    public static PolicyRule On(this PolicyRule rule, params ImmutableArray<PolicyPort> ports) => rule with { Ports = ports };

    public static PolicyPeer PodsLabelled(params IEnumerable<(string, string)> labels) => new() { PodSelector = LabelSelector.Of(labels) };

    public static PolicyPeer NamespacesLabelled(params IEnumerable<(string, string)> labels) => new() { NamespaceSelector = LabelSelector.Of(labels) };

    public static PolicyPeer Block(string cidr, params IEnumerable<string> except) => new() { IpBlock = new(cidr, except) };

    public static PolicyPort Tcp(int port, int? end = null) => new(PolicyProtocol.Tcp, port, EndPort: end);

    /// <summary>allowed, denied, or unclear.</summary>
    public static string Ask(PolicyWorld world, PolicyEndpoint source, PolicyEndpoint destination, int port = 5432, PolicyProtocol protocol = PolicyProtocol.Tcp) =>
        PolicyEvaluator.Evaluate(world, source, destination, port, protocol) switch
        {
            PolicyDecision.Allowed => "allowed",
            PolicyDecision.Denied => "denied",
            PolicyDecision.NotEvaluated => "unclear",
            var other => throw new InvalidOperationException($"no such decision: {other}"),
        };
}

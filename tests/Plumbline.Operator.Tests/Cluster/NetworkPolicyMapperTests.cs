using System.Collections.Immutable;
using System.Text.Json;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Operator.Cluster;
using Plumbline.Testing;

namespace Plumbline.Operator.Tests.Cluster;

public sealed class NetworkPolicyMapperTests
{
    [Test]
    public void Policy_WithEverything_IsTakenOver()
    {
        var policy = Map("""
            metadata: {namespace: voice, name: p}
            spec:
              podSelector: {matchLabels: {app: tenant}, matchExpressions: [{key: tier, operator: NotIn, values: [test]}]}
              policyTypes: [Ingress, Egress]
              ingress:
              - from:
                - {podSelector: {}, namespaceSelector: {matchLabels: {a: b}}}
                - {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}
                ports: [{port: 8888}, {protocol: UDP, port: 1, endPort: 9}, {port: http}]
              egress: [{}]
            """);

        Assert.That(policy.ToString(), Is.EqualTo("voice/p"));
        Assert.That(policy.PodSelector, Is.EqualTo(LabelSelector.Of(("app", "tenant")) with { MatchExpressions = [new("tier", LabelOperator.NotIn, ["test"])] }));
        Assert.That(policy.PolicyTypes, Is.EqualTo(ImmutableArray.Create(PolicyDirection.Ingress, PolicyDirection.Egress)));
        Assert.That(policy.Ingress.Single().Peers, Is.EqualTo(ImmutableArray.Create(
            new PolicyPeer { PodSelector = LabelSelector.Everything, NamespaceSelector = LabelSelector.Of(("a", "b")) },
            new PolicyPeer { IpBlock = new("10.0.0.0/8", "10.1.0.0/16") })));
        Assert.That(policy.Ingress.Single().Ports, Is.EqualTo(ImmutableArray.Create(
            new PolicyPort(PolicyProtocol.Tcp, 8888), new(PolicyProtocol.Udp, 1, EndPort: 9), new(PolicyProtocol.Tcp, Name: "http"))));
        Assert.That(policy.Egress.Single(), Is.EqualTo(PolicyRule.Everything));
    }

    [Test]
    public void Selector_Missing_IsNotTheEmptyOne()
    {
        var peer = Map("metadata: {name: p}\nspec: {ingress: [{from: [{podSelector: {}}]}]}").Ingress.Single().Peers.Single();

        Assert.That(peer, Is.EqualTo(new PolicyPeer { PodSelector = LabelSelector.Everything, NamespaceSelector = null }));
    }

    [Test]
    public void Policy_WithoutSpec_SelectsEveryPodForIngress()
    {
        var policy = Map("metadata: {name: p}");

        Assert.That((policy.PodSelector.IsEmpty, policy.Isolates(PolicyDirection.Ingress), policy.Isolates(PolicyDirection.Egress)), Is.EqualTo((true, true, false)));
    }

    [Test]
    public void UnknownWords_NeverWidenAPolicy()
    {
        Assert.That(Map("metadata: {name: p}\nspec: {ingress: [{ports: [{protocol: QUIC, port: 1}]}]}").Ingress, Is.Empty);
        Assert.That(
            Map("metadata: {name: p}\nspec: {ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: Gt}]}}]}]}")
                .Ingress.Single().Peers.Single().PodSelector!.Matches(ImmutableDictionary<string, string>.Empty.Add("a", "1")),
            Is.False);
    }

    private static NetworkPolicy Map(string text) =>
        NetworkPolicyMapper.ToPolicy(YamlManifests.Parse(text).Deserialize(KindContracts.Models.Full<V1NetworkPolicy>())!);
}

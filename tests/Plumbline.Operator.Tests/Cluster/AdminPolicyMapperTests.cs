using System.Text.Json;
using k8s;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Contracts.Policies;
using Plumbline.Operator.Cluster;
using Plumbline.Testing;

namespace Plumbline.Operator.Tests.Cluster;

public sealed class AdminPolicyMapperTests
{
    private static readonly NamespacedPods Shops = new(LabelSelector.Of(("team", "shop")));

    [Test]
    public void AdminNetworkPolicy_WithEverything_IsTakenOver()
    {
        var policy = AdminPolicyMapper.ToPolicy(Read<AdminNetworkPolicyObject>("""
            metadata: {name: guard}
            spec:
              priority: 7
              subject: {namespaces: {matchLabels: {team: shop}}}
              ingress:
              - name: first
                action: Pass
                from:
                - pods: {namespaceSelector: {matchLabels: {team: shop}}, podSelector: {matchLabels: {app: web}}}
                ports:
                - portNumber: {protocol: UDP, port: 53}
                - portRange: {start: 8000, end: 8010}
              egress:
              - action: Deny
                to:
                - networks: [10.0.0.0/8, 'fd00::/8']
                - nodes: {matchExpressions: [{key: gpu, operator: Exists}]}
              - action: Allow
                to: [{namespaces: {}}]
                ports: [{namedPort: http}]
            """));

        Assert.That(policy, Is.EqualTo(new AdminPolicy
        {
            Kind = AdminPolicyKind.AdminNetworkPolicy,
            Name = "guard",
            Tier = PolicyTier.Admin,
            Priority = 7,
            Subject = Shops,
            Ingress =
            [
                new AdminRule(PolicyAction.Pass, [new AdminPeer.Pods(Shops with { Pods = LabelSelector.Of(("app", "web")) })], [new(PolicyProtocol.Udp, 53), new(PolicyProtocol.Tcp, 8000, EndPort: 8010)]) { Name = "first" },
            ],
            Egress =
            [
                new AdminRule(
                    PolicyAction.Deny,
                    [new AdminPeer.Networks([new IpBlock("10.0.0.0/8"), new IpBlock("fd00::/8")]), new AdminPeer.Nodes(LabelSelector.Everything with { MatchExpressions = [new("gpu", LabelOperator.Exists, [])] })],
                    []),
                new AdminRule(
                    PolicyAction.Allow,
                    [new AdminPeer.Pods(new NamespacedPods(LabelSelector.Everything))],
                    [new(PolicyProtocol.Tcp, Name: "http"), new(PolicyProtocol.Udp, Name: "http"), new(PolicyProtocol.Sctp, Name: "http")]),
            ],
        }));
    }

    [Test]
    public void Baseline_ComesAfterEverythingElse()
    {
        var policy = AdminPolicyMapper.ToPolicy(Read<BaselineAdminNetworkPolicyObject>("{metadata: {name: default}, spec: {subject: {namespaces: {}}}}"));

        Assert.That((policy.Tier, policy.Priority, policy.Subject), Is.EqualTo((PolicyTier.Baseline, int.MaxValue, new NamespacedPods(LabelSelector.Everything))));
    }

    [TestCase("Admin", PolicyTier.Admin)]
    [TestCase("Baseline", PolicyTier.Baseline)]
    public void ClusterNetworkPolicy_HasItsTierAndProtocols(string tier, PolicyTier expected)
    {
        var policy = AdminPolicyMapper.ToPolicy(Read<ClusterNetworkPolicyObject>($$"""
            metadata: {name: c}
            spec:
              tier: {{tier}}
              priority: 3
              subject: {namespaces: {} }
              egress:
              - action: Accept
                to: [{domainNames: ['*.example.com']}]
                protocols: [{tcp: {destinationPort: {number: 443} } }, {udp: {destinationPort: {range: {start: 1, end: 9} } } }, {sctp: {} }]
            """));

        Assert.That((policy.Tier, policy.Priority), Is.EqualTo((expected, 3)));
        Assert.That(policy.Egress.Single(), Is.EqualTo(new AdminRule(
            PolicyAction.Allow, [new AdminPeer.DomainNames(["*.example.com"])], [new(PolicyProtocol.Tcp, 443), new(PolicyProtocol.Udp, 1, EndPort: 9), new(PolicyProtocol.Sctp)])));
    }

    [TestCase("{action: Deny, from: [{galaxies: {}}]}", PolicyAction.Deny, Description = "a peer")]
    [TestCase("{action: Allow, from: [{namespaces: {}}], ports: [{portSet: x}]}", PolicyAction.Allow, Description = "a port")]
    [TestCase("{action: Log, from: [{namespaces: {}}]}", PolicyAction.Deny, Description = "an action")]
    public void Rule_WithSomethingThatIsNotKnown_IsUnknownAndNeverWider(string rule, PolicyAction action)
    {
        var policy = AdminPolicyMapper.ToPolicy(Read<AdminNetworkPolicyObject>($"{{metadata: {{name: p}}, spec: {{priority: 1, subject: {{namespaces: {{}}}}, ingress: [{rule}]}}}}"));

        Assert.That(policy.Ingress.Single(), Is.EqualTo(new AdminRule(action, [new AdminPeer.Unknown()], [])));
    }

    [Test]
    public void Subject_ThatIsNotKnown_IsNull() =>
        Assert.That(AdminPolicyMapper.ToPolicy(Read<AdminNetworkPolicyObject>("{metadata: {name: p}, spec: {priority: 1, subject: {virtualMachines: {}}}}")).Subject, Is.Null);

    private static T Read<T>(string yaml)
        where T : class, IKubernetesObject<V1ObjectMeta> => YamlManifests.Parse(yaml).Deserialize(KindContracts.Models.Full<T>())!;
}

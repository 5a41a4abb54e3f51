using System.Net;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Network.Rules;
using Plumbline.Operator.Cluster;
using Direction = Plumbline.Core.Cluster.Policies.PolicyDirection;
using Peer = Plumbline.Lab.Network.Rules.PolicyPeer;
using Port = Plumbline.Lab.Network.Rules.PolicyPort;

namespace Plumbline.Lab.Cluster;

/// <summary>
/// What a network plugin makes of NetworkPolicies: for every pod that is isolated, the addresses and ports that it may talk to. On purpose not by
/// asking the evaluator that explains failures: an error there must show as a contradiction between what is explained and what happens.
/// </summary>
internal sealed class PodPolicies(IEnumerable<V1NetworkPolicy> policies, IEnumerable<V1Namespace> namespaces, IEnumerable<V1Pod> pods)
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    private readonly List<NetworkPolicy> _policies = [.. policies.Select(NetworkPolicyMapper.ToPolicy)];

    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces =
        namespaces.ToDictionary(n => n.Metadata.Name ?? "", n => n.Metadata.Labels?.AsReadOnly() ?? NoLabels);

    private readonly List<(V1Pod Pod, IPAddress Address)> _pods =
    [
        .. pods
            .Where(p => p.Spec?.HostNetwork != true)
            .OrderBy(p => $"{p.Metadata.NamespaceProperty}/{p.Metadata.Name}", StringComparer.Ordinal)
            .SelectMany(p => Addresses(p).Select(a => (p, a))),
    ];

    public IReadOnlyList<PodPolicy> All() =>
    [
        .. from pod in _pods
           from direction in (Direction[])[Direction.Ingress, Direction.Egress]
           let isolating = _policies.FindAll(p => p.Namespace == pod.Pod.Metadata.NamespaceProperty && p.Isolates(direction) && p.PodSelector.Matches(LabelsOf(pod.Pod)))
           where isolating.Count > 0
           select new PodPolicy(
               pod.Address,
               direction == Direction.Ingress ? Network.Rules.PolicyDirection.Ingress : Network.Rules.PolicyDirection.Egress,
               [.. isolating.SelectMany(p => p.Rules(direction).SelectMany(r => Allows(p, r, direction, pod.Pod)))]),
    ];

    private IEnumerable<PolicyAllow> Allows(NetworkPolicy policy, PolicyRule rule, Direction direction, V1Pod self)
    {
        var peers = rule.Peers.IsEmpty ? null : rule.Peers.SelectMany(p => Peers(policy, p)).ToList();
        if (rule.Ports.IsEmpty)
        {
            yield return new PolicyAllow(peers, null);
            yield break;
        }

        var numbered = rule.Ports.Where(p => p.Name is null).Select(p => new Port(Protocol(p.Protocol), p.Port, p.EndPort)).ToList();
        if (numbered.Count > 0)
        {
            yield return new PolicyAllow(peers, numbered);
        }

        foreach (var named in rule.Ports.Where(p => p.Name is not null))
        {
            // A name means the number that the destination pod gives it: its own pod's on ingress, each peer's on egress.
            var destinations = direction == Direction.Ingress ? [(self, (IPAddress?)null)] : _pods.Select(p => (p.Pod, (IPAddress?)p.Address));
            foreach (var (pod, address) in destinations)
            {
                if (NumberOf(named, pod) is not { } number)
                {
                    continue;
                }

                var allowed = address is null ? peers : peers is null || peers.Contains(Peer.Of(address)) ? [Peer.Of(address)] : [];
                yield return new PolicyAllow(allowed, [new Port(Protocol(named.Protocol), number)]);
            }
        }
    }

    private IEnumerable<Peer> Peers(NetworkPolicy policy, Core.Cluster.Policies.PolicyPeer peer)
    {
        if (peer.IpBlock is { } block)
        {
            return IPNetwork.TryParse(block.Cidr, out var network)
                ? [new Peer(network, [.. block.Except.SelectMany(e => IPNetwork.TryParse(e, out var part) ? (IPNetwork[])[part] : [])])]
                : [];
        }

        if (peer is { PodSelector: null, NamespaceSelector: null })
        {
            return [];
        }

        return _pods
            .Where(p => InNamespace(policy.Namespace, peer.NamespaceSelector, p.Pod.Metadata.NamespaceProperty ?? "") && peer.PodSelector?.Matches(LabelsOf(p.Pod)) != false)
            .Select(p => Peer.Of(p.Address));
    }

    private bool InNamespace(string own, LabelSelector? selector, string name) =>
        selector is null ? name == own : selector.Matches(_namespaces.GetValueOrDefault(name) ?? NoLabels);

    private static IEnumerable<IPAddress> Addresses(V1Pod pod) =>
        (pod.Status?.PodIPs ?? []).Select(ip => ip.Ip).Append(pod.Status?.PodIP).Select(a => IPAddress.TryParse(a, out var address) ? address : null).OfType<IPAddress>().Distinct();

    private static IReadOnlyDictionary<string, string> LabelsOf(V1Pod pod) => pod.Metadata.Labels?.AsReadOnly() ?? NoLabels;

    private static int? NumberOf(Core.Cluster.Policies.PolicyPort named, V1Pod pod) => pod.Spec?.Containers?
        .SelectMany(c => c.Ports ?? [])
        .FirstOrDefault(p => p.Name == named.Name && ServiceRules.Protocol(p.Protocol) == Protocol(named.Protocol))?.ContainerPort;

    private static TransportProtocol Protocol(PolicyProtocol protocol) => protocol switch
    {
        PolicyProtocol.Tcp => TransportProtocol.Tcp,
        PolicyProtocol.Udp => TransportProtocol.Udp,
        PolicyProtocol.Sctp => TransportProtocol.Sctp,
    };
}

using System.Globalization;
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
/// What a network plugin makes of policies: for every pod that is isolated, the addresses and ports that it may talk to. On purpose not by
/// asking the evaluator that explains failures: an error there must show as a contradiction between what is explained and what happens.
/// </summary>
/// <param name="adminPolicies">In any order; of two with one priority the first by name comes first.</param>
internal sealed class PodPolicies(
    IEnumerable<V1NetworkPolicy> policies,
    IEnumerable<V1Namespace> namespaces,
    IEnumerable<V1Pod> pods,
    IEnumerable<AdminPolicy> adminPolicies,
    IEnumerable<V1Node> nodes)
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    private readonly List<NetworkPolicy> _policies = [.. policies.Select(NetworkPolicyMapper.ToPolicy)];

    private readonly List<AdminPolicy> _admin = [.. adminPolicies.OrderBy(p => p.Priority).ThenBy(p => p.Name, StringComparer.Ordinal)];

    private readonly List<V1Node> _nodes = [.. nodes];

    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces =
        namespaces.ToDictionary(n => n.Metadata.Name ?? "", n => n.Metadata.Labels?.AsReadOnly() ?? NoLabels);

    private readonly List<(V1Pod Pod, IPAddress Address)> _pods =
    [
        .. pods
            .Where(p => p.Spec?.HostNetwork != true)
            .OrderBy(p => $"{p.Metadata.NamespaceProperty}/{p.Metadata.Name}", StringComparer.Ordinal)
            .SelectMany(p => Addresses(p).Select(a => (p, a))),
    ];

    public IReadOnlyList<PodPolicy> All() => Except([]);

    /// <param name="unenforced">Namespaces whose pods are left alone.</param>
    public IReadOnlyList<PodPolicy> Except(IReadOnlyCollection<string> unenforced) =>
    [
        .. from pod in _pods
           where !unenforced.Contains(pod.Pod.Metadata.NamespaceProperty)
           from direction in (Direction[])[Direction.Ingress, Direction.Egress]
           let isolating = _policies.FindAll(p => p.Namespace == pod.Pod.Metadata.NamespaceProperty && p.Isolates(direction) && p.PodSelector.Matches(LabelsOf(pod.Pod)))
           let before = Verdicts(PolicyTier.Admin, direction, pod.Pod)
           let after = Verdicts(PolicyTier.Baseline, direction, pod.Pod)
           where isolating.Count + before.Count + after.Count > 0
           select new PodPolicy(
               pod.Address,
               direction == Direction.Ingress ? Network.Rules.PolicyDirection.Ingress : Network.Rules.PolicyDirection.Egress,
               isolating.Count == 0 ? null : [.. isolating.SelectMany(p => p.Rules(direction).SelectMany(r => Allows(p, r, direction, pod.Pod)))])
           {
               Before = before,
               After = after,
           },
    ];

    private List<PolicyVerdict> Verdicts(PolicyTier tier, Direction direction, V1Pod self) =>
    [
        .. from policy in _admin
           where policy.Tier == tier && policy.Subject is { } subject && IsMeant(subject, self)
           from rule in policy.Rules(direction)
           from verdict in Verdicts(rule, direction, self)
           select verdict,
    ];

    private IEnumerable<PolicyVerdict> Verdicts(AdminRule rule, Direction direction, V1Pod self)
    {
        if (rule.Peers.Any(p => p is AdminPeer.Unknown))
        {
            // To fail closed is what the API asks of a plugin that meets a peer it does not know.
            return rule.Action == PolicyAction.Allow ? [] : [new PolicyVerdict(PolicyStep.Deny, new PolicyAllow(null, null))];
        }

        var step = rule.Action switch { PolicyAction.Allow => PolicyStep.Allow, PolicyAction.Deny => PolicyStep.Deny, PolicyAction.Pass => PolicyStep.Pass };
        return OnPorts([.. rule.Peers.SelectMany(Peers)], rule.Ports, direction, self).Select(m => new PolicyVerdict(step, m));
    }

    private IEnumerable<Peer> Peers(AdminPeer peer) => peer switch
    {
        AdminPeer.Pods pods => _pods.Where(p => IsMeant(pods.Meant, p.Pod)).Select(p => Peer.Of(p.Address)),
        AdminPeer.Nodes meant => _nodes.Where(n => meant.Selector.Matches(n.Metadata.Labels?.AsReadOnly() ?? NoLabels)).SelectMany(AddressesOf).Select(Peer.Of),
        AdminPeer.Networks networks => networks.Blocks.SelectMany(b => Block(b)),
        // Nobody here watches which addresses a name has.
        _ => [],
    };

    private bool IsMeant(NamespacedPods meant, V1Pod pod) =>
        InNamespace("", meant.Namespaces, pod.Metadata.NamespaceProperty ?? "") && meant.Pods?.Matches(LabelsOf(pod)) != false;

    private static IEnumerable<IPAddress> AddressesOf(V1Node node) =>
        (node.Status?.Addresses ?? []).Select(a => IPAddress.TryParse(a.Address, out var address) ? address : null).OfType<IPAddress>();

    private IEnumerable<PolicyAllow> Allows(NetworkPolicy policy, PolicyRule rule, Direction direction, V1Pod self) =>
        OnPorts(rule.Peers.IsEmpty ? null : [.. rule.Peers.SelectMany(p => Peers(policy, p))], rule.Ports, direction, self);

    /// <param name="peers">Null: anyone.</param>
    private IEnumerable<PolicyAllow> OnPorts(List<Peer>? peers, IReadOnlyList<Core.Cluster.Policies.PolicyPort> ports, Direction direction, V1Pod self)
    {
        if (ports.Count == 0)
        {
            yield return new PolicyAllow(peers, null);
            yield break;
        }

        var numbered = ports.Where(p => p.Name is null).Select(p => new Port(Protocol(p.Protocol), p.Port, p.EndPort)).ToList();
        if (numbered.Count > 0)
        {
            yield return new PolicyAllow(peers, numbered);
        }

        foreach (var named in ports.Where(p => p.Name is not null))
        {
            // A name means the number that the destination pod gives it: its own pod's on ingress, each peer's on egress.
            var destinations = direction == Direction.Ingress ? [(self, (IPAddress?)null)] : _pods.Select(p => (p.Pod, (IPAddress?)p.Address));
            foreach (var (pod, address) in destinations)
            {
                if (NumberOf(named, pod) is not { } number)
                {
                    continue;
                }

                var allowed = address is null ? peers : peers is null || peers.Exists(p => Has(p, address)) ? [Peer.Of(address)] : [];
                yield return new PolicyAllow(allowed, [new Port(Protocol(named.Protocol), number)]);
            }
        }
    }

    private static bool Has(Peer peer, IPAddress address) => peer.Network.Contains(address) && peer.Except?.Any(e => e.Contains(address)) != true;

    private IEnumerable<Peer> Peers(NetworkPolicy policy, Core.Cluster.Policies.PolicyPeer peer)
    {
        if (peer.IpBlock is { } block)
        {
            return Block(block);
        }

        if (peer is { PodSelector: null, NamespaceSelector: null })
        {
            return [];
        }

        return _pods
            .Where(p => InNamespace(policy.Namespace, peer.NamespaceSelector, p.Pod.Metadata.NamespaceProperty ?? "") && peer.PodSelector?.Matches(LabelsOf(p.Pod)) != false)
            .Select(p => Peer.Of(p.Address));
    }

    private static IEnumerable<Peer> Block(IpBlock block) =>
        Cidr(block.Cidr) is { } network ? [new Peer(network, [.. block.Except.Select(Cidr).OfType<IPNetwork>()])] : [];

    /// <summary>Bits right of the length may be set: plugins mask them, and <see cref="IPNetwork"/> refuses them.</summary>
    private static IPNetwork? Cidr(string cidr)
    {
        if (cidr.Split('/') is not [var first, var last] || !IPAddress.TryParse(first, out var address) || !int.TryParse(last, CultureInfo.InvariantCulture, out var length))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (length < 0 || length > bytes.Length * 8)
        {
            return null;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - (i * 8), 0, 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
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

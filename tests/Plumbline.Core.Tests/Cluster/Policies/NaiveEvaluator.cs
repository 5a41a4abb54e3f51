using System.Collections.Immutable;
using System.Net;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;

namespace Plumbline.Core.Tests.Cluster.Policies;

/// <summary>
/// A second evaluator, written from the API's documentation and slow on purpose: it tries every order of policies that the API leaves open and both answers to
/// every question that cannot be answered, and collects what may come out.
/// </summary>
internal sealed class NaiveEvaluator(
    IReadOnlyList<NetworkPolicy> policies,
    IReadOnlyList<AdminPolicy> adminPolicies,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> namespaces,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> nodes)
{
    private static readonly bool[] Yes = [true];
    private static readonly bool[] No = [false];
    private static readonly bool[] Either = [true, false];

    /// <returns>allowed, denied, or unclear.</returns>
    public string Ask(PolicyEndpoint source, PolicyEndpoint destination, int port, PolicyProtocol protocol)
    {
        if (IsPod(source) && IsPod(destination) && source.Namespace == destination.Namespace && source.Name == destination.Name)
        {
            return "allowed";
        }

        if (OnNode(source) && source.NodeName == destination.NodeName && source.NodeName != null)
        {
            return "allowed";
        }

        var leaves = Outcomes(source, destination, PolicyDirection.Egress, destination, port, protocol);
        if (OnNode(destination) && source.NodeName == destination.NodeName && source.NodeName != null && leaves.Contains(false))
        {
            leaves.Add(true);
        }

        var enters = Outcomes(destination, source, PolicyDirection.Ingress, destination, port, protocol);
        if (!leaves.Contains(true) || !enters.Contains(true))
        {
            return "denied";
        }

        return leaves.Contains(false) || enters.Contains(false) ? "unclear" : "allowed";
    }

    private HashSet<bool> Outcomes(PolicyEndpoint subject, PolicyEndpoint other, PolicyDirection direction, PolicyEndpoint destination, int port, PolicyProtocol protocol)
    {
        HashSet<bool> outcomes = [];
        if (!IsPod(subject) || subject.HostNetwork)
        {
            outcomes.Add(true);
            return outcomes;
        }

        foreach (var admin in TierOutcomes(PolicyTier.Admin))
        {
            if (admin is { } final)
            {
                outcomes.Add(final);
                continue;
            }

            var toOwnNode = direction == PolicyDirection.Egress && OnNode(other) && subject.NodeName == other.NodeName && subject.NodeName != null;
            var isolating = policies.Where(p => p.Namespace == subject.Namespace && Isolates(p, direction) && Fits(p.PodSelector, subject.Labels)).ToList();
            if (isolating.Count > 0 && !toOwnNode)
            {
                outcomes.UnionWith(AnyOf(isolating.SelectMany(p => (direction == PolicyDirection.Ingress ? p.Ingress : p.Egress).Select(r => Matches(p, r, other, destination, port, protocol)))));
                continue;
            }

            outcomes.UnionWith(TierOutcomes(PolicyTier.Baseline).Select(o => o ?? true));
        }

        return outcomes;

        // Null: nobody decides.
        List<bool?> TierOutcomes(PolicyTier tier)
        {
            List<bool?> all = [];
            foreach (var order in Orders([.. adminPolicies.Where(p => p.Tier == tier)]))
            {
                Walk(order, 0, all);
            }

            return all;
        }

        void Walk(IReadOnlyList<AdminPolicy> order, int at, List<bool?> all)
        {
            if (at == order.Count)
            {
                all.Add(null);
                return;
            }

            foreach (var selected in order[at].Subject is { } pods ? Selects(pods, subject) : Either)
            {
                if (selected)
                {
                    WalkRules(order, at, 0, all);
                }
                else
                {
                    Walk(order, at + 1, all);
                }
            }
        }

        void WalkRules(IReadOnlyList<AdminPolicy> order, int at, int ruleAt, List<bool?> all)
        {
            var rules = direction == PolicyDirection.Ingress ? order[at].Ingress : order[at].Egress;
            if (ruleAt == rules.Length)
            {
                Walk(order, at + 1, all);
                return;
            }

            var rule = rules[ruleAt];
            foreach (var matches in OnPort(rule.Ports, destination, port, protocol) ? AnyOf(rule.Peers.Select(p => Matches(p, other))) : No)
            {
                if (matches)
                {
                    all.Add(rule.Action switch { PolicyAction.Allow => true, PolicyAction.Deny => false, _ => null });
                }
                else
                {
                    WalkRules(order, at, ruleAt + 1, all);
                }
            }
        }
    }

    /// <summary>Every order in which a lower priority number comes first.</summary>
    private static IEnumerable<IReadOnlyList<AdminPolicy>> Orders(IReadOnlyList<AdminPolicy> tier)
    {
        if (tier.Count == 0)
        {
            yield return [];
            yield break;
        }

        foreach (var first in tier.Where(p => tier.All(o => o.Priority >= p.Priority)))
        {
            foreach (var rest in Orders([.. tier.Where(p => p != first)]))
            {
                yield return [first, .. rest];
            }
        }
    }

    private static bool[] AnyOf(IEnumerable<bool[]> answers)
    {
        var list = answers.ToList();
        return list.Any(a => a == Yes) ? Yes : list.Any(a => a == Either) ? Either : No;
    }

    private static bool Isolates(NetworkPolicy policy, PolicyDirection direction)
    {
        // "If this field is not specified, it defaults based on the existence of ingress or egress rules": always Ingress, Egress with egress rules.
        return policy.PolicyTypes.Length > 0
            ? policy.PolicyTypes.IndexOf(direction) >= 0
            : direction == PolicyDirection.Ingress || policy.Egress.Length > 0;
    }

    private bool[] Matches(NetworkPolicy policy, PolicyRule rule, PolicyEndpoint other, PolicyEndpoint destination, int port, PolicyProtocol protocol)
    {
        if (!OnPort(rule.Ports, destination, port, protocol))
        {
            return No;
        }

        return rule.Peers.Length == 0 ? Yes : AnyOf(rule.Peers.Select(p => Matches(policy, p, other)));
    }

    private bool[] Matches(NetworkPolicy policy, PolicyPeer peer, PolicyEndpoint other)
    {
        if (peer.IpBlock != null)
        {
            return Within(peer.IpBlock, other);
        }

        if (!IsPod(other) || (peer.PodSelector == null && peer.NamespaceSelector == null) || (peer.PodSelector != null && !Fits(peer.PodSelector, other.Labels)))
        {
            return No;
        }

        var there = peer.NamespaceSelector != null ? InNamespaces(peer.NamespaceSelector, other) : other.Namespace == policy.Namespace ? Yes : No;

        // What selectors make of pods in their node's network is left to the network plugin.
        return other.HostNetwork && there == Yes ? Either : there;
    }

    private bool[] Matches(AdminPeer peer, PolicyEndpoint other)
    {
        switch (peer)
        {
            case AdminPeer.Pods pods:
                return Selects(pods.Meant, other);
            case AdminPeer.Nodes someNodes when !OnNode(other):
                return No;
            case AdminPeer.Nodes someNodes:
                return IsEmpty(someNodes.Selector) ? Yes : other.NodeName == null || !nodes.TryGetValue(other.NodeName, out var labels) ? Either : Fits(someNodes.Selector, labels) ? Yes : No;
            case AdminPeer.Networks networks:
                return AnyOf(networks.Blocks.Select(b => Within(b, other)));
            case AdminPeer.DomainNames:
                return other.Kind == PolicyEndpointKind.External ? Either : No;
            default:
                return Either;
        }
    }

    private bool[] Selects(NamespacedPods pods, PolicyEndpoint end)
    {
        if (!IsPod(end) || end.HostNetwork || (pods.Pods != null && !Fits(pods.Pods, end.Labels)))
        {
            return No;
        }

        return InNamespaces(pods.Namespaces, end);
    }

    private bool[] InNamespaces(LabelSelector selector, PolicyEndpoint pod) =>
        IsEmpty(selector) ? Yes : !namespaces.TryGetValue(pod.Namespace, out var labels) ? Either : Fits(selector, labels) ? Yes : No;

    private static bool IsEmpty(LabelSelector selector) => selector.MatchLabels.Count == 0 && selector.MatchExpressions.Length == 0;

    private static bool Fits(LabelSelector selector, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in selector.MatchLabels)
        {
            if (labels.GetValueOrDefault(key) != value)
            {
                return false;
            }
        }

        foreach (var e in selector.MatchExpressions)
        {
            var value = labels.GetValueOrDefault(e.Key);
            var fits = e.Operator switch
            {
                LabelOperator.In => value != null && e.Values.IndexOf(value) >= 0,
                LabelOperator.NotIn => value == null || e.Values.IndexOf(value) < 0,
                LabelOperator.Exists => value != null,
                _ => value == null,
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private static bool OnPort(ImmutableArray<PolicyPort> ports, PolicyEndpoint destination, int port, PolicyProtocol protocol)
    {
        if (ports.Length == 0)
        {
            return true;
        }

        foreach (var p in ports)
        {
            if (p.Protocol != protocol)
            {
                continue;
            }

            if (p.Name != null)
            {
                if (IsPod(destination) && !destination.HostNetwork && destination.NamedPorts.Contains(new NamedPort(p.Name, port, protocol)))
                {
                    return true;
                }
            }
            else if (p.Port == null || p.Port == port || (p.EndPort != null && Enumerable.Range(p.Port.Value, p.EndPort.Value - p.Port.Value + 1).Contains(port)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Bit by bit.</summary>
    private static bool[] Within(IpBlock block, PolicyEndpoint end) =>
        AnyOf(end.Addresses.Select(a => StartsWith(a, block.Cidr) && !block.Except.Any(e => StartsWith(a, e)) ? Yes : No));

    private static bool StartsWith(string address, string cidr)
    {
        var slash = cidr.Split('/');
        var (a, n) = (Bits(address), Bits(slash[0]));
        return a.Length == n.Length && a[..int.Parse(slash[1], System.Globalization.CultureInfo.InvariantCulture)] == n[..int.Parse(slash[1], System.Globalization.CultureInfo.InvariantCulture)];
    }

    private static string Bits(string address) => string.Concat(IPAddress.Parse(address).GetAddressBytes().Select(b => Convert.ToString(b, 2).PadLeft(8, '0')));

    private static bool IsPod(PolicyEndpoint end) => end.Kind == PolicyEndpointKind.Pod;

    private static bool OnNode(PolicyEndpoint end) => end.Kind == PolicyEndpointKind.Node || (IsPod(end) && end.HostNetwork);
}

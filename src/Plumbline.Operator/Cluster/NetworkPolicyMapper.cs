using System.Collections.Immutable;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Operator.Cluster;

/// <summary>
/// The API's NetworkPolicy → the one that the core judges. The API server has checked words and numbers; what is unknown all the same
/// never widens a policy: it matches nothing.
/// </summary>
public static class NetworkPolicyMapper
{
    public static NetworkPolicy ToPolicy(V1NetworkPolicy policy)
    {
        var spec = policy.Spec ?? new V1NetworkPolicySpec();
        return new NetworkPolicy
        {
            Namespace = policy.Metadata.NamespaceProperty ?? "",
            Name = policy.Metadata.Name ?? "",
            PodSelector = ToSelector(spec.PodSelector) ?? LabelSelector.Everything,
            PolicyTypes = [.. (spec.PolicyTypes ?? []).SelectMany(Direction)],
            Ingress = [.. (spec.Ingress ?? []).SelectMany(r => Rule(r.FromProperty, r.Ports))],
            Egress = [.. (spec.Egress ?? []).SelectMany(r => Rule(r.To, r.Ports))],
        };
    }

    /// <returns>Null for a missing selector, which is not the empty one.</returns>
    public static LabelSelector? ToSelector(V1LabelSelector? selector) =>
        selector is null
            ? null
            : new LabelSelector(
                selector.MatchLabels?.ToImmutableSortedDictionary(StringComparer.Ordinal) ?? ImmutableSortedDictionary<string, string>.Empty,
                [.. (selector.MatchExpressions ?? []).Select(Requirement)]);

    /// <returns>Null for a word that is not known here.</returns>
    public static PolicyProtocol? ToProtocol(string? protocol) => protocol switch
    {
        null or "TCP" => PolicyProtocol.Tcp,
        "UDP" => PolicyProtocol.Udp,
        "SCTP" => PolicyProtocol.Sctp,
        _ => null,
    };

    private static LabelRequirement Requirement(V1LabelSelectorRequirement requirement)
    {
        var key = requirement.Key ?? "";
        return requirement.OperatorProperty switch
        {
            "In" => new(key, LabelOperator.In, [.. requirement.Values ?? []]),
            "NotIn" => new(key, LabelOperator.NotIn, [.. requirement.Values ?? []]),
            "Exists" => new(key, LabelOperator.Exists, []),
            "DoesNotExist" => new(key, LabelOperator.DoesNotExist, []),
            _ => new(key, LabelOperator.In, []),
        };
    }

    private static IEnumerable<PolicyDirection> Direction(string type) => type switch
    {
        "Ingress" => [PolicyDirection.Ingress],
        "Egress" => [PolicyDirection.Egress],
        _ => [],
    };

    private static IEnumerable<PolicyRule> Rule(IList<V1NetworkPolicyPeer>? peers, IList<V1NetworkPolicyPort>? ports)
    {
        ImmutableArray<PolicyPort> known = [.. (ports ?? []).SelectMany(Port)];

        // A rule without ports allows all of them, so one that has lost its last port has to go.
        return ports is { Count: > 0 } && known.IsEmpty ? [] : [new PolicyRule([.. (peers ?? []).Select(Peer)], known)];
    }

    private static PolicyPeer Peer(V1NetworkPolicyPeer peer) => new()
    {
        PodSelector = ToSelector(peer.PodSelector),
        NamespaceSelector = ToSelector(peer.NamespaceSelector),
        IpBlock = peer.IpBlock is { } block ? new IpBlock(block.Cidr ?? "", [.. block.Except ?? []]) : null,
    };

    private static IEnumerable<PolicyPort> Port(V1NetworkPolicyPort port)
    {
        var number = port.Port?.Number();
        return ToProtocol(port.Protocol) is { } known ? [new PolicyPort(known, number, number is null ? port.Port?.Value : null, port.EndPort)] : [];
    }
}

using System.Collections.Immutable;
using System.Net;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>Whether a rule lets something through; closed, and three-valued, since a missing fact is not a no.</summary>
internal abstract record RuleMatch
{
    private RuleMatch()
    {
    }

    public static RuleMatch No { get; } = new Never();

    public static RuleMatch Yes { get; } = new Match(null);

    public sealed record Match(string? Caveat) : RuleMatch;

    public sealed record Never : RuleMatch;

    public sealed record Unclear(string Why) : RuleMatch;

    /// <summary>The best of many: a plain match, else one with a caveat, else an unclear one.</summary>
    public static RuleMatch Any(IEnumerable<RuleMatch> matches)
    {
        var best = No;
        foreach (var match in matches)
        {
            if (match is Match { Caveat: null })
                return match;

            if (Rank(match) > Rank(best))
                best = match;
        }

        return best;
    }

    private static int Rank(RuleMatch match) => match switch
    {
        Match { Caveat: null } => 3,
        Match => 2,
        Unclear => 1,
        _ => 0,
    };
}

/// <summary>Peers and ports of a rule against one end of a connection.</summary>
internal static class RuleMatcher
{
    /// <param name="policyNamespace">What a pod selector without a namespace selector means.</param>
    /// <param name="other">The far end, seen from what the policy selects.</param>
    public static RuleMatch Peers(PolicyRule rule, string policyNamespace, PolicyEndpoint other, IPolicyFacts world) =>
        rule.Peers.IsEmpty ? RuleMatch.Yes : RuleMatch.Any(rule.Peers.Select(peer => Peer(peer, policyNamespace, other, world)));

    public static bool Ports(ImmutableArray<PolicyPort> ports, PolicyEndpoint destination, int port, PolicyProtocol protocol) =>
        ports.IsEmpty || ports.Any(p => Port(p, destination, port, protocol));

    /// <summary>Whether an end is one of the pods. Those in their node's network never are.</summary>
    public static RuleMatch Pods(NamespacedPods pods, PolicyEndpoint end, IPolicyFacts world) =>
        !end.IsPodOfItsOwn || pods.Pods?.Matches(end.Labels) == false ? RuleMatch.No : Namespace(pods.Namespaces, end, world);

    /// <param name="policy">Whose rule it is.</param>
    /// <param name="other">The far end, seen from what the policy selects.</param>
    public static RuleMatch AdminPeer(AdminPeer peer, AdminPolicy policy, PolicyEndpoint other, IPolicyFacts world) => peer switch
    {
        Policies.AdminPeer.Pods pods => Pods(pods.Meant, other, world),
        Policies.AdminPeer.Nodes nodes => Node(nodes.Selector, other, world),
        // Unlike with ipBlock, the API says that addresses of pods count.
        Policies.AdminPeer.Networks networks => RuleMatch.Any(networks.Blocks.Select(b => Block(b, other) is RuleMatch.Match ? RuleMatch.Yes : Block(b, other))),
        Policies.AdminPeer.DomainNames names => other.Kind == PolicyEndpointKind.External
            ? new RuleMatch.Unclear($"{policy} names domains ({string.Join(", ", names.Names)}), and whether {other} belongs to one is for the network plugin to know")
            : RuleMatch.No,
        _ => new RuleMatch.Unclear($"{policy} has a peer of a kind that is not known here"),
    };

    private static bool Port(PolicyPort allowed, PolicyEndpoint destination, int port, PolicyProtocol protocol) =>
        allowed.Protocol == protocol && allowed switch
        {
            { Name: { } name } => destination.IsPodOfItsOwn
                && destination.NamedPorts.Any(n => n.Name == name && n.Port == port && n.Protocol == protocol),
            { Port: { } first, EndPort: { } last } => first <= port && port <= last,
            { Port: { } only } => only == port,
            _ => true,
        };

    private static RuleMatch Peer(PolicyPeer peer, string policyNamespace, PolicyEndpoint other, IPolicyFacts world)
    {
        if (peer.IpBlock is { } block)
            return Block(block, other);

        if (peer is { PodSelector: null, NamespaceSelector: null } || other.Kind != PolicyEndpointKind.Pod)
            return RuleMatch.No;

        if (peer.PodSelector is { } pods && !pods.Matches(other.Labels))
            return RuleMatch.No;

        var inNamespace = Namespace(peer, policyNamespace, other, world);
        return inNamespace is RuleMatch.Match && other.HostNetwork
            ? new RuleMatch.Unclear($"{other} uses its node's network, and whether selectors match such pods depends on the network plugin")
            : inNamespace;
    }

    private static RuleMatch Namespace(PolicyPeer peer, string policyNamespace, PolicyEndpoint other, IPolicyFacts world)
    {
        if (peer.NamespaceSelector is { } namespaces)
            return Namespace(namespaces, other, world);

        return other.Namespace == policyNamespace ? RuleMatch.Yes : RuleMatch.No;
    }

    private static RuleMatch Namespace(LabelSelector namespaces, PolicyEndpoint pod, IPolicyFacts world)
    {
        if (namespaces.IsEmpty)
            return RuleMatch.Yes;

        if (world.LabelsOf(pod.Namespace) is not { } labels)
            return new RuleMatch.Unclear($"the labels of namespace {pod.Namespace} are not known");

        return namespaces.Matches(labels) ? RuleMatch.Yes : RuleMatch.No;
    }

    private static RuleMatch Node(LabelSelector nodes, PolicyEndpoint other, IPolicyFacts world)
    {
        if (!other.IsOnNodeNetwork)
            return RuleMatch.No;

        if (nodes.IsEmpty)
            return RuleMatch.Yes;

        if (other.NodeName is not { } name || world.LabelsOfNode(name) is not { } labels)
            return new RuleMatch.Unclear($"the labels of the node of {other} are not known");

        return nodes.Matches(labels) ? RuleMatch.Yes : RuleMatch.No;
    }

    private static RuleMatch Block(IpBlock block, PolicyEndpoint other)
    {
        if (other.Addresses.IsEmpty)
            return new RuleMatch.Unclear($"{other} has no address to compare with ipBlock {block}");

        return RuleMatch.Any(other.Addresses.Select(text =>
        {
            if (!IPAddress.TryParse(text, out var address))
                return new RuleMatch.Unclear($"{text} is no IP address, so ipBlock {block} cannot be compared with it");

            return block.Contains(address) switch
            {
                null => new RuleMatch.Unclear($"ipBlock {block} cannot be read: {block.Unreadable} is no CIDR"),
                false => RuleMatch.No,
                true when other.Kind == PolicyEndpointKind.Pod =>
                    new RuleMatch.Match($"only ipBlock {block} allows {other}, and some network plugins do not apply address blocks to pods"),
                true => RuleMatch.Yes,
            };
        }));
    }
}

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

    public static bool Ports(PolicyRule rule, PolicyEndpoint destination, int port, PolicyProtocol protocol) =>
        rule.Ports.IsEmpty || rule.Ports.Any(p => Port(p, destination, port, protocol));

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
        if (peer.NamespaceSelector is not { } namespaces)
            return other.Namespace == policyNamespace ? RuleMatch.Yes : RuleMatch.No;

        if (namespaces.IsEmpty)
            return RuleMatch.Yes;

        if (world.LabelsOf(other.Namespace) is not { } labels)
            return new RuleMatch.Unclear($"the labels of namespace {other.Namespace} are not known");

        return namespaces.Matches(labels) ? RuleMatch.Yes : RuleMatch.No;
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

using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>The words for a denial: which policy, which direction, and how near its rules come.</summary>
internal static class PolicyText
{
    private const int MostNames = 3;

    public static string Of(PolicyProtocol protocol) => protocol switch
    {
        PolicyProtocol.Tcp => "TCP",
        PolicyProtocol.Udp => "UDP",
        PolicyProtocol.Sctp => "SCTP",
    };

    public static PolicyDenial Denial(IPolicyFacts world, PolicyAttempt attempt, PolicyDirection direction, ImmutableArray<NetworkPolicy> isolating)
    {
        var names = isolating.Select(p => p.ToString()).ToImmutableArray();
        return new PolicyDenial(direction, names, Explanation(world, attempt, direction, isolating, names));
    }

    public static PolicyDenial Denial(AdminMatch match, PolicyAttempt attempt, PolicyDirection direction)
    {
        var (subject, other) = attempt.Ends(direction);
        var (policy, rule) = (match.Policy, match.Rule);
        var name = rule.Name is { } called ? $" \"{called}\"" : "";
        var priority = policy.Kind == AdminPolicyKind.BaselineAdminNetworkPolicy ? "" : string.Create(CultureInfo.InvariantCulture, $", priority {policy.Priority}");
        var denies = direction == PolicyDirection.Ingress ? $"denies {other}" : $"denies connections to {other}";
        var number = match.Number.ToString(CultureInfo.InvariantCulture);
        return new PolicyDenial(
            direction, [policy.ToString()], $"{policy} ({direction} rule {number}{name}{priority}) selects {subject} and {denies} on {Of(attempt.Protocol)} {attempt.Port}");
    }

    /// <summary>Policies that match alike, of which nobody knows which comes first.</summary>
    public static string Tie(ImmutableArray<AdminMatch> matches)
    {
        var policies = matches.Select(m => m.Policy).DistinctBy(p => p.ToString()).ToList();
        return $"{List([.. policies.Select(p => p.ToString())])} have the same priority {policies[0].Priority.ToString(CultureInfo.InvariantCulture)} and decide differently, and which of them comes first is not defined";
    }

    private static string Explanation(
        IPolicyFacts world,
        PolicyAttempt attempt,
        PolicyDirection direction,
        ImmutableArray<NetworkPolicy> isolating,
        ImmutableArray<string> names)
    {
        var (subject, other) = attempt.Ends(direction);
        var one = names.Length == 1;
        var who = $"{(one ? "NetworkPolicy" : "NetworkPolicies")} {List(names)} ({direction}) {(one ? "selects" : "select")} {subject}";

        if (isolating.All(p => p.Rules(direction).IsEmpty))
            return $"{who} and {(one ? "has no rule" : "have no rules")}, so nothing is allowed {(direction == PolicyDirection.Ingress ? "in" : "out")}";

        var allows = direction == PolicyDirection.Ingress ? $"allows {other}" : $"allows connections to {other}";
        var sentence = $"{who} and {(one ? "has no rule" : "none has a rule")} that {allows} on {Of(attempt.Protocol)} {attempt.Port}";
        return (Exception(isolating, direction, other) ?? NearMiss(world, isolating, direction, other)) is { } near ? $"{sentence}; {near}" : sentence;
    }

    // A block that would have it, were it not for its exception.
    private static string? Exception(ImmutableArray<NetworkPolicy> isolating, PolicyDirection direction, PolicyEndpoint other) => (
        from policy in isolating
        from rule in policy.Rules(direction)
        from peer in rule.Peers
        let block = peer.IpBlock
        from text in other.Addresses
        let except = block is not null && IPAddress.TryParse(text, out var address) ? block.ExceptionFor(address) : null
        where except is not null
        select $"{policy} leaves {text} out of ipBlock {block.Cidr} (except {except})").FirstOrDefault();

    // The port is the usual slip: the right peer, and a port that was forgotten or mistyped.
    private static string? NearMiss(IPolicyFacts world, ImmutableArray<NetworkPolicy> isolating, PolicyDirection direction, PolicyEndpoint other)
    {
        var near = (
            from policy in isolating
            from rule in policy.Rules(direction)
            where !rule.Ports.IsEmpty && RuleMatcher.Peers(rule, policy.Namespace, other, world) is RuleMatch.Match
            from port in rule.Ports
            select (Policy: policy.ToString(), Port: port.ToString())).ToImmutableArray();
        if (near.IsEmpty)
            return null;

        ImmutableArray<string> policies = [.. near.Select(n => n.Policy).Distinct()];
        return $"{List(policies)} {(policies.Length == 1 ? "allows" : "allow")} it on {List([.. near.Select(n => n.Port).Distinct()])} only";
    }

    private static string List(ImmutableArray<string> items) =>
        items.Length <= MostNames ? string.Join(", ", items) : $"{string.Join(", ", items.Take(MostNames))} and {items.Length - MostNames} more";
}

using System.Collections.Immutable;

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
        return NearMiss(world, isolating, direction, other) is { } near ? $"{sentence}; {near}" : sentence;
    }

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

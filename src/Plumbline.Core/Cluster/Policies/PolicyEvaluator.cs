using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>
/// NetworkPolicy as networking.k8s.io/v1 defines it: a pod that no policy selects for a direction is open in it; one that is selected is isolated,
/// and what any rule of any of those policies allows is allowed. A connection needs both the source's egress and the destination's ingress;
/// replies are always allowed. Traffic between a pod and its own node, and of a pod with itself, cannot be denied.
/// </summary>
public static class PolicyEvaluator
{
    /// <param name="destination">The pod itself, not the Service before it: policies are judged after the Service's address is translated.</param>
    /// <param name="port">The port at the destination pod (a Service's target port).</param>
    public static PolicyDecision Evaluate(
        IPolicyFacts world,
        PolicyEndpoint source,
        PolicyEndpoint destination,
        int port,
        PolicyProtocol protocol = PolicyProtocol.Tcp)
    {
        if (source.Kind == PolicyEndpointKind.Service || destination.Kind == PolicyEndpointKind.Service)
            return new PolicyDecision.NotEvaluated("policies apply to the pods behind a Service, not to its address");

        if (IsBeyondPolicies(source, destination))
            return new PolicyDecision.Allowed();

        var attempt = new PolicyAttempt(source, destination, port, protocol);
        var judgements = ImmutableArray.Create(
            Judge(world, attempt, PolicyDirection.Egress),
            Judge(world, attempt, PolicyDirection.Ingress));

        var denials = judgements.OfType<Judgement.Denies>().Select(d => d.Denial).ToImmutableArray();
        if (!denials.IsEmpty)
            return new PolicyDecision.Denied(denials);

        return judgements.OfType<Judgement.CannotSay>().FirstOrDefault() is { } unclear
            ? new PolicyDecision.NotEvaluated(unclear.Why)
            : new PolicyDecision.Allowed(judgements.OfType<Judgement.Allows>().Select(a => a.Caveat).FirstOrDefault(c => c is not null));
    }

    private static bool IsBeyondPolicies(PolicyEndpoint source, PolicyEndpoint destination)
    {
        var oneNode = source.NodeName is not null && source.NodeName == destination.NodeName;
        if (oneNode && (source.IsOnNodeNetwork || destination.IsOnNodeNetwork))
            return true;

        return source.Kind == PolicyEndpointKind.Pod && destination.Kind == PolicyEndpointKind.Pod
            && source.Namespace == destination.Namespace && source.Name == destination.Name;
    }

    private static Judgement Judge(IPolicyFacts world, PolicyAttempt attempt, PolicyDirection direction)
    {
        var (subject, other) = attempt.Ends(direction);
        if (!subject.IsPodOfItsOwn)
            return Judgement.Open;

        var isolating = world.PoliciesOf(subject.Namespace)
            .Where(p => p.Isolates(direction) && p.PodSelector.Matches(subject.Labels))
            .ToImmutableArray();
        if (isolating.IsEmpty)
            return Judgement.Open;

        var best = RuleMatch.Any(
            from policy in isolating
            from rule in policy.Rules(direction)
            where RuleMatcher.Ports(rule, attempt.Destination, attempt.Port, attempt.Protocol)
            select RuleMatcher.Peers(rule, policy.Namespace, other, world));

        return best switch
        {
            RuleMatch.Match match => new Judgement.Allows(match.Caveat),
            RuleMatch.Unclear unclear => new Judgement.CannotSay(unclear.Why),
            _ => new Judgement.Denies(PolicyText.Denial(world, attempt, direction, isolating)),
        };
    }

    private abstract record Judgement
    {
        public static Judgement Open { get; } = new Allows(null);

        public sealed record Allows(string? Caveat) : Judgement;

        public sealed record CannotSay(string Why) : Judgement;

        public sealed record Denies(PolicyDenial Denial) : Judgement;
    }
}

/// <summary>The connection that is judged.</summary>
internal sealed record PolicyAttempt(PolicyEndpoint Source, PolicyEndpoint Destination, int Port, PolicyProtocol Protocol)
{
    /// <summary>The end that policies of the direction select, and the end that their rules speak of.</summary>
    public (PolicyEndpoint Subject, PolicyEndpoint Other) Ends(PolicyDirection direction) => direction switch
    {
        PolicyDirection.Egress => (Source, Destination),
        PolicyDirection.Ingress => (Destination, Source),
    };
}

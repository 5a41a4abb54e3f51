using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>
/// Three tiers, asked in this order for each direction; the first that decides is final.
/// <list type="number">
/// <item>AdminNetworkPolicy and ClusterNetworkPolicy of tier Admin: rules by priority and order, the first that matches allows, denies or passes.</item>
/// <item>NetworkPolicy: a pod that one selects for a direction is isolated, and what any rule of any of those policies allows is allowed. Always final for an isolated pod.</item>
/// <item>BaselineAdminNetworkPolicy and ClusterNetworkPolicy of tier Baseline: like the first.</item>
/// </list>
/// What no tier decides is open. A connection needs both the source's egress and the destination's ingress; replies are always allowed. What comes to a pod from
/// its own node, and what a pod says to itself, cannot be denied, and no NetworkPolicy denies what a pod says to its own node.
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
        if (source.IsOnNodeNetwork && AreOfOneNode(source, destination))
            return true;

        return source.Kind == PolicyEndpointKind.Pod && destination.Kind == PolicyEndpointKind.Pod
            && source.Namespace == destination.Namespace && source.Name == destination.Name;
    }

    private static bool AreOfOneNode(PolicyEndpoint source, PolicyEndpoint destination) => source.NodeName is not null && source.NodeName == destination.NodeName;

    private static Judgement Judge(IPolicyFacts world, PolicyAttempt attempt, PolicyDirection direction)
    {
        var (subject, other) = attempt.Ends(direction);
        if (!subject.IsPodOfItsOwn)
            return Judgement.Open;

        var isToOwnNode = direction == PolicyDirection.Egress && other.IsOnNodeNetwork && AreOfOneNode(subject, other);
        var judgement = Tier(world, PolicyTier.Admin, attempt, direction, () =>
            (isToOwnNode ? null : NetworkPolicies(world, attempt, direction))
            ?? Tier(world, PolicyTier.Baseline, attempt, direction, static () => Judgement.Open));

        return isToOwnNode && judgement is Judgement.Denies denies
            ? new Judgement.CannotSay($"{denies.Denial.Policies[0]} denies it, and whether that holds between a pod and its own node depends on the network plugin")
            : judgement;
    }

    /// <summary>Where it is not known which rule decides, each of them is tried: the answer is certain if it is the same.</summary>
    private static Judgement Tier(IPolicyFacts world, PolicyTier tier, PolicyAttempt attempt, PolicyDirection direction, Func<Judgement> otherwise)
    {
        if (world.AdminPolicies.IsEmpty)
            return otherwise();

        var deciding = AdminTier.Deciding(world, tier, attempt, direction, out var isDecided);
        var actions = deciding.Select(m => m.Rule.Action).Concat(isDecided ? [] : [PolicyAction.Pass]).Distinct();
        List<Judgement> possible = [.. actions.Select(action => action switch
        {
            PolicyAction.Allow => Judgement.Open,
            PolicyAction.Deny => new Judgement.Denies(PolicyText.Denial(deciding.Last(m => m.Rule.Action == PolicyAction.Deny), attempt, direction)),
            PolicyAction.Pass => otherwise(),
        })];

        if (possible.TrueForAll(j => j is Judgement.Allows) || possible.TrueForAll(j => j is Judgement.Denies))
            return possible[0];

        return possible.Find(j => j is Judgement.CannotSay)
            ?? new Judgement.CannotSay(deciding.Select(m => m.Doubt).FirstOrDefault(d => d is not null) ?? PolicyText.Tie(deciding));
    }

    /// <returns>Null when no policy isolates the pod.</returns>
    private static Judgement? NetworkPolicies(IPolicyFacts world, PolicyAttempt attempt, PolicyDirection direction)
    {
        var (subject, other) = attempt.Ends(direction);
        var isolating = world.PoliciesOf(subject.Namespace)
            .Where(p => p.Isolates(direction) && p.PodSelector.Matches(subject.Labels))
            .ToImmutableArray();
        if (isolating.IsEmpty)
            return null;

        var best = RuleMatch.Any(
            from policy in isolating
            from rule in policy.Rules(direction)
            where RuleMatcher.Ports(rule.Ports, attempt.Destination, attempt.Port, attempt.Protocol)
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

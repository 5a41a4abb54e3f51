using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>A rule that decides, or may decide.</summary>
/// <param name="Number">Of the rule within its direction, from 1.</param>
/// <param name="Doubt">Why it may not match after all; null when it does.</param>
internal sealed record AdminMatch(AdminPolicy Policy, AdminRule Rule, int Number, string? Doubt);

/// <summary>Ordered rules of one tier against one connection.</summary>
internal static class AdminTier
{
    /// <summary>
    /// The rules of which one decides, in the order they are asked; <paramref name="isDecided"/> says whether one does for certain. More than one when
    /// something is not known, and when policies of equal priority match: either may be asked first.
    /// </summary>
    public static ImmutableArray<AdminMatch> Deciding(IPolicyFacts world, PolicyTier tier, PolicyAttempt attempt, PolicyDirection direction, out bool isDecided)
    {
        var deciding = ImmutableArray.CreateBuilder<AdminMatch>();
        isDecided = false;
        foreach (var equals in world.AdminPolicies.Where(p => p.Tier == tier).GroupBy(p => p.Priority).OrderBy(g => g.Key))
        {
            foreach (var policy in equals)
            {
                foreach (var match in Deciding(world, policy, attempt, direction))
                {
                    deciding.Add(match);
                    isDecided |= match.Doubt is null;
                }
            }

            if (isDecided)
            {
                break;
            }
        }

        return deciding.ToImmutable();
    }

    /// <returns>Up to the first that matches for certain.</returns>
    private static IEnumerable<AdminMatch> Deciding(IPolicyFacts world, AdminPolicy policy, PolicyAttempt attempt, PolicyDirection direction)
    {
        var (subject, other) = attempt.Ends(direction);
        var selects = policy.Subject is { } pods
            ? RuleMatcher.Pods(pods, subject, world)
            : new RuleMatch.Unclear($"{policy} has a subject of a kind that is not known here");
        if (selects is RuleMatch.Never)
        {
            yield break;
        }

        var rules = policy.Rules(direction);
        for (var i = 0; i < rules.Length; i++)
        {
            if (!RuleMatcher.Ports(rules[i].Ports, attempt.Destination, attempt.Port, attempt.Protocol))
            {
                continue;
            }

            var match = RuleMatch.Any(rules[i].Peers.Select(p => RuleMatcher.AdminPeer(p, policy, other, world)));
            if (match is RuleMatch.Never)
            {
                continue;
            }

            var doubt = (selects as RuleMatch.Unclear ?? match as RuleMatch.Unclear)?.Why;
            yield return new AdminMatch(policy, rules[i], i + 1, doubt);
            if (match is RuleMatch.Match)
            {
                // Later rules are not asked, whether the policy selects the subject or not.
                yield break;
            }
        }
    }
}

using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>What the cluster's policies say of a connection. Whether the network plugin enforces them is another question, which only a probe answers.</summary>
public abstract record PolicyDecision
{
    private PolicyDecision()
    {
    }

    /// <summary>No policy selects the ends, or a rule allows it.</summary>
    /// <param name="Caveat">Why a network plugin might decide otherwise; null when none has a reason to.</param>
    public sealed record Allowed(string? Caveat = null) : PolicyDecision;

    /// <summary>At least one end is isolated and no rule allows the connection.</summary>
    /// <param name="Denials">One a direction; Egress, which a packet meets first, comes first.</param>
    public sealed record Denied(ImmutableArray<PolicyDenial> Denials) : PolicyDecision
    {
        /// <summary>A sentence without a full stop.</summary>
        public string Explanation => string.Join("; and ", Denials.Select(d => d.Explanation));

        public bool Equals(Denied? other) => other is not null && Denials.SequenceEqual(other.Denials);

        public override int GetHashCode() => HashCode.Combine(Denials.Length, Denials.FirstOrDefault());
    }

    /// <summary>The policies cannot be judged from what is known.</summary>
    /// <param name="Why">A clause without a full stop.</param>
    public sealed record NotEvaluated(string Why) : PolicyDecision;
}

/// <summary>One direction's refusal.</summary>
/// <param name="Policies">
/// NetworkPolicies that isolate the end, as namespace/name in order, and none of them has a rule that allows the connection; or the one policy of the whole cluster whose rule denies it,
/// as kind and name.
/// </param>
/// <param name="Explanation">A sentence without a full stop that names policies, direction, both ends and the port.</param>
public sealed record PolicyDenial(PolicyDirection Direction, ImmutableArray<string> Policies, string Explanation)
{
    public bool Equals(PolicyDenial? other) =>
        other is not null && Direction == other.Direction && Explanation == other.Explanation && Policies.SequenceEqual(other.Policies);

    public override int GetHashCode() => HashCode.Combine(Direction, Explanation);
}

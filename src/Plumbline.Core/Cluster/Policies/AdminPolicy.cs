using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>Kinds of policy.networking.k8s.io by which administrators overrule, or precede, the NetworkPolicies of namespaces.</summary>
public enum AdminPolicyKind
{
    /// <summary>v1alpha1.</summary>
    AdminNetworkPolicy,

    /// <summary>v1alpha1; there is one at most, named <c>default</c>.</summary>
    BaselineAdminNetworkPolicy,

    /// <summary>v1alpha2: the successor of both, with a tier.</summary>
    ClusterNetworkPolicy,
}

/// <summary>When a policy is asked: <see cref="Admin"/> before all NetworkPolicies, <see cref="Baseline"/> where none isolates the pod.</summary>
public enum PolicyTier
{
    Admin,
    Baseline,
}

public enum PolicyAction
{
    /// <summary>Lets it through, whatever later tiers say.</summary>
    Allow,

    Deny,

    /// <summary>Leaves it to the next tier.</summary>
    Pass,
}

/// <summary>
/// A policy of the whole cluster. Unlike a NetworkPolicy it isolates nothing: its rules are asked in order, the first that matches decides, and what none matches is left to the next tier.
/// </summary>
public sealed record AdminPolicy
{
    public required AdminPolicyKind Kind { get; init; }

    public required string Name { get; init; }

    public required PolicyTier Tier { get; init; }

    /// <summary>Within the tier; the lowest number is asked first. Of two that are equal either may come first. Default: 0.</summary>
    public int Priority { get; init; }

    /// <summary>Pods in their node's network are never meant. Null: a subject of a kind that is not known here.</summary>
    public required NamespacedPods? Subject { get; init; }

    public ImmutableArray<AdminRule> Ingress { get; init; } = [];

    public ImmutableArray<AdminRule> Egress { get; init; } = [];

    public ImmutableArray<AdminRule> Rules(PolicyDirection direction) => direction switch
    {
        PolicyDirection.Ingress => Ingress,
        PolicyDirection.Egress => Egress,
    };

    public bool Equals(AdminPolicy? other) =>
        other is not null && Kind == other.Kind && Name == other.Name && Tier == other.Tier && Priority == other.Priority && Equals(Subject, other.Subject)
        && Ingress.SequenceEqual(other.Ingress) && Egress.SequenceEqual(other.Egress);

    public override int GetHashCode() => HashCode.Combine(Kind, Name, Priority, Ingress.Length, Egress.Length);

    public override string ToString() => $"{Kind} {Name}";
}

/// <param name="Namespaces">By their labels.</param>
/// <param name="Pods">Null: every pod of the namespaces.</param>
public sealed record NamespacedPods(LabelSelector Namespaces, LabelSelector? Pods = null);

/// <param name="Peers">Any of them; at least one.</param>
/// <param name="Ports">Empty: every port of every protocol.</param>
public sealed record AdminRule(PolicyAction Action, ImmutableArray<AdminPeer> Peers, ImmutableArray<PolicyPort> Ports)
{
    /// <summary>What its author calls it; null when it has no name.</summary>
    public string? Name { get; init; }

    public bool Equals(AdminRule? other) =>
        other is not null && Action == other.Action && Name == other.Name && Peers.SequenceEqual(other.Peers) && Ports.SequenceEqual(other.Ports);

    public override int GetHashCode() => HashCode.Combine(Action, Name, Peers.Length, Ports.Length);
}

/// <summary>The far end of a rule, in one of several ways.</summary>
public abstract record AdminPeer
{
    private AdminPeer()
    {
    }

    /// <summary>Pods that are not in their node's network.</summary>
    public sealed record Pods(NamespacedPods Meant) : AdminPeer;

    /// <summary>The addresses of nodes, and so of all that runs in their network. Egress only.</summary>
    public sealed record Nodes(LabelSelector Selector) : AdminPeer;

    /// <summary>Addresses, those of pods and nodes included. Egress only.</summary>
    public sealed record Networks(ImmutableArray<IpBlock> Blocks) : AdminPeer
    {
        public bool Equals(Networks? other) => other is not null && Blocks.SequenceEqual(other.Blocks);

        public override int GetHashCode() => Blocks.Length;
    }

    /// <summary>Names outside the cluster. Which addresses they have is for the network plugin to find out. Egress only.</summary>
    public sealed record DomainNames(ImmutableArray<string> Names) : AdminPeer
    {
        public bool Equals(DomainNames? other) => other is not null && Names.SequenceEqual(other.Names);

        public override int GetHashCode() => Names.Length;
    }

    /// <summary>Of a kind that a newer version of the API has. What it means is not known here.</summary>
    public sealed record Unknown : AdminPeer;
}

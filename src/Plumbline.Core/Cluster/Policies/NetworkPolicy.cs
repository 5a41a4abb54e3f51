using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

public enum PolicyDirection
{
    Ingress,
    Egress,
}

public enum PolicyProtocol
{
    Tcp,
    Udp,
    Sctp,
}

/// <summary>A networking.k8s.io/v1 NetworkPolicy: what it selects is isolated in its directions, except for what its rules allow.</summary>
public sealed record NetworkPolicy
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>Pods of the policy's namespace. Missing is the same as empty here: every pod.</summary>
    public LabelSelector PodSelector { get; init; } = LabelSelector.Everything;

    /// <summary>Empty: Ingress, and Egress too when there are egress rules. A written policy type is taken literally.</summary>
    public ImmutableArray<PolicyDirection> PolicyTypes { get; init; } = [];

    public ImmutableArray<PolicyRule> Ingress { get; init; } = [];

    public ImmutableArray<PolicyRule> Egress { get; init; } = [];

    public bool Isolates(PolicyDirection direction) =>
        PolicyTypes.IsEmpty
            ? direction == PolicyDirection.Ingress || !Egress.IsEmpty
            : PolicyTypes.Contains(direction);

    public ImmutableArray<PolicyRule> Rules(PolicyDirection direction) => direction switch
    {
        PolicyDirection.Ingress => Ingress,
        PolicyDirection.Egress => Egress,
    };

    public bool Equals(NetworkPolicy? other) =>
        other is not null && Namespace == other.Namespace && Name == other.Name && PodSelector.Equals(other.PodSelector)
        && PolicyTypes.SequenceEqual(other.PolicyTypes) && Ingress.SequenceEqual(other.Ingress) && Egress.SequenceEqual(other.Egress);

    public override int GetHashCode() => HashCode.Combine(Namespace, Name, Ingress.Length, Egress.Length);

    public override string ToString() => $"{Namespace}/{Name}";
}

/// <param name="Peers">Empty: everyone.</param>
/// <param name="Ports">Empty: every port of every protocol.</param>
public sealed record PolicyRule(ImmutableArray<PolicyPeer> Peers, ImmutableArray<PolicyPort> Ports)
{
    public static PolicyRule Everything { get; } = new([], []);

    public bool Equals(PolicyRule? other) => other is not null && Peers.SequenceEqual(other.Peers) && Ports.SequenceEqual(other.Ports);

    public override int GetHashCode() => HashCode.Combine(Peers.Length, Ports.Length);
}

/// <summary>
/// Pods by selectors, or addresses. A pod selector alone means the policy's own namespace; together with a namespace selector it means the
/// pods that match both; a namespace selector alone means all pods of the namespaces that match. With nothing set it matches nothing.
/// </summary>
public sealed record PolicyPeer
{
    public LabelSelector? PodSelector { get; init; }

    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>Excludes the selectors; the API server rejects a peer that has both.</summary>
    public IpBlock? IpBlock { get; init; }
}

/// <summary>Missing port and name: every port of the protocol.</summary>
/// <param name="Name">A port by the name that the destination pod's containers give it; each pod may have another number.</param>
/// <param name="EndPort">Last port of the range that begins at <paramref name="Port"/>.</param>
public sealed record PolicyPort(PolicyProtocol Protocol, int? Port = null, string? Name = null, int? EndPort = null)
{
    public override string ToString() => (Port, Name, EndPort) switch
    {
        (_, { } name, _) => $"{PolicyText.Of(Protocol)} {name}",
        ({ } port, _, { } end) => $"{PolicyText.Of(Protocol)} {port}-{end}",
        ({ } port, _, _) => $"{PolicyText.Of(Protocol)} {port}",
        _ => $"{PolicyText.Of(Protocol)}, any port",
    };
}

using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

public sealed record NodeFacts(string Name, ImmutableArray<string> Addresses, ImmutableSortedDictionary<string, string> Labels, bool Ready)
{
    /// <summary>Why no agent can ever run there, to follow "node X is …"; null when one can. See <see cref="AgentNodes"/>.</summary>
    public string? Obstacle { get; init; }

    public bool Equals(NodeFacts? other) => other is not null
        && Name == other.Name && Ready == other.Ready && Obstacle == other.Obstacle && Values.Same(Addresses, other.Addresses) && Values.Same(Labels, other.Labels);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
}

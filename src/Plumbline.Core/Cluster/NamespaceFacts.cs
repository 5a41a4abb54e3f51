using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

public sealed record NamespaceFacts(string Name, ImmutableSortedDictionary<string, string> Labels)
{
    public bool Equals(NamespaceFacts? other) => other is not null
        && Name == other.Name && Values.Same(Labels, other.Labels);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
}

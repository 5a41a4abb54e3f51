using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>What policies are judged by.</summary>
public interface IPolicyFacts
{
    /// <summary>Sorted by name.</summary>
    ImmutableArray<NetworkPolicy> PoliciesOf(string @namespace);

    /// <returns>Null when the namespace is not known (yet).</returns>
    IReadOnlyDictionary<string, string>? LabelsOf(string @namespace);
}

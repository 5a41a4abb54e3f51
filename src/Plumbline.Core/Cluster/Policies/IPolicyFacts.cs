using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>What policies are judged by.</summary>
public interface IPolicyFacts
{
    /// <summary>Sorted by name.</summary>
    ImmutableArray<NetworkPolicy> PoliciesOf(string @namespace);

    /// <summary>Those of the whole cluster, sorted by tier, priority, kind and name.</summary>
    ImmutableArray<AdminPolicy> AdminPolicies { get; }

    /// <returns>Null when the node is not known (yet).</returns>
    IReadOnlyDictionary<string, string>? LabelsOfNode(string name);

    /// <returns>Null when the namespace is not known (yet).</returns>
    IReadOnlyDictionary<string, string>? LabelsOf(string @namespace);
}

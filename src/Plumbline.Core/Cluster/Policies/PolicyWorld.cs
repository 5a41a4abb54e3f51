using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>The policies of a cluster and the labels of its namespaces, at one moment.</summary>
public sealed class PolicyWorld : IPolicyFacts
{
    private readonly FrozenDictionary<string, ImmutableArray<NetworkPolicy>> _policies;
    private readonly FrozenDictionary<string, IReadOnlyDictionary<string, string>> _namespaces;

    /// <param name="namespaceLabels">By name of the namespace; one without labels is there with no labels.</param>
    public PolicyWorld(IEnumerable<NetworkPolicy> policies, IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>> namespaceLabels)
    {
        _policies = policies
            .GroupBy(p => p.Namespace, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.OrderBy(p => p.Name, StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);
        _namespaces = namespaceLabels.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public static PolicyWorld Empty { get; } = new([], []);

    /// <summary>Sorted by name.</summary>
    public ImmutableArray<NetworkPolicy> PoliciesOf(string @namespace) => _policies.GetValueOrDefault(@namespace, []);

    /// <returns>Null when the namespace is not known (yet).</returns>
    public IReadOnlyDictionary<string, string>? LabelsOf(string @namespace) => _namespaces.GetValueOrDefault(@namespace);
}

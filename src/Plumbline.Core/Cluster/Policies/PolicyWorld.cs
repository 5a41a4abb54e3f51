using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>The policies of a cluster and the labels of its namespaces, at one moment.</summary>
public sealed class PolicyWorld : IPolicyFacts
{
    private readonly FrozenDictionary<string, ImmutableArray<NetworkPolicy>> _policies;
    private readonly FrozenDictionary<string, IReadOnlyDictionary<string, string>> _namespaces;
    private readonly FrozenDictionary<string, IReadOnlyDictionary<string, string>> _nodes;

    /// <param name="namespaceLabels">By name of the namespace; one without labels is there with no labels.</param>
    /// <param name="adminPolicies">Null: none.</param>
    /// <param name="nodeLabels">By name of the node; null: no node is known.</param>
    public PolicyWorld(
        IEnumerable<NetworkPolicy> policies,
        IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>> namespaceLabels,
        IEnumerable<AdminPolicy>? adminPolicies = null,
        IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>>? nodeLabels = null)
    {
        _policies = policies
            .GroupBy(p => p.Namespace, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.OrderBy(p => p.Name, StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);
        _namespaces = namespaceLabels.ToFrozenDictionary(StringComparer.Ordinal);
        _nodes = (nodeLabels ?? []).ToFrozenDictionary(StringComparer.Ordinal);
        AdminPolicies = InOrder(adminPolicies ?? []);
    }

    public static PolicyWorld Empty { get; } = new([], []);

    public ImmutableArray<AdminPolicy> AdminPolicies { get; }

    /// <summary>The order of <see cref="IPolicyFacts.AdminPolicies"/>.</summary>
    public static ImmutableArray<AdminPolicy> InOrder(IEnumerable<AdminPolicy> policies) =>
        [.. policies.OrderBy(p => p.Tier).ThenBy(p => p.Priority).ThenBy(p => p.Kind).ThenBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>Sorted by name.</summary>
    public ImmutableArray<NetworkPolicy> PoliciesOf(string @namespace) => _policies.GetValueOrDefault(@namespace, []);

    /// <returns>Null when the namespace is not known (yet).</returns>
    public IReadOnlyDictionary<string, string>? LabelsOf(string @namespace) => _namespaces.GetValueOrDefault(@namespace);

    public IReadOnlyDictionary<string, string>? LabelsOfNode(string name) => _nodes.GetValueOrDefault(name);
}

using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster.Policies;

/// <summary>Policies as events tell them: of namespaces, of the whole cluster, and of kinds that are not evaluated.</summary>
internal sealed class PolicyIndex
{
    private readonly Dictionary<string, SortedDictionary<string, NetworkPolicy>> _policies = new(StringComparer.Ordinal);
    private readonly Dictionary<(AdminPolicyKind Kind, string Name), AdminPolicy> _admin = [];
    private readonly Dictionary<string, SortedDictionary<string, OtherPolicy>> _others = new(StringComparer.Ordinal);

    public ImmutableArray<AdminPolicy> Admin { get; private set; } = [];

    public ImmutableArray<NetworkPolicy> Of(string @namespace) => _policies.TryGetValue(@namespace, out var policies) ? [.. policies.Values] : [];

    public ImmutableArray<OtherPolicy> OthersOf(string @namespace) => _others.TryGetValue(@namespace, out var policies) ? [.. policies.Values] : [];

    public void Set(NamespacedName key, NetworkPolicy? next, ICollection<FactKey> changed)
    {
        if (Replace(_policies, key.Namespace, key.Name, next))
        {
            changed.Add(FactKey.Policies(key.Namespace));
        }
    }

    public void Set(AdminPolicyKind kind, string name, AdminPolicy? next, ICollection<FactKey> changed)
    {
        if (ClusterFacts.Replace(_admin, (kind, name), _admin.GetValueOrDefault((kind, name)), next))
        {
            Admin = PolicyWorld.InOrder(_admin.Values);
            changed.Add(FactKey.AdminPolicies);
        }
    }

    public void Set(OtherPolicy policy, bool isThere, ICollection<FactKey> changed)
    {
        if (Replace(_others, policy.Namespace, policy.ToString(), isThere ? policy : null))
        {
            changed.Add(FactKey.OtherPolicies(policy.Namespace));
        }
    }

    /// <returns>Whether anything changed.</returns>
    private static bool Replace<T>(Dictionary<string, SortedDictionary<string, T>> all, string @namespace, string name, T? next)
        where T : class
    {
        if (!all.TryGetValue(@namespace, out var policies))
        {
            all[@namespace] = policies = new(StringComparer.Ordinal);
        }

        var isChanged = ClusterFacts.Replace(policies, name, policies.GetValueOrDefault(name), next);
        if (policies.Count == 0)
        {
            all.Remove(@namespace);
        }

        return isChanged;
    }
}

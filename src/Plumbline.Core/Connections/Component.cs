using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Words;

namespace Plumbline.Core.Connections;

/// <summary>What a Component binds its names to. Closed: each kind is resolved in one place.</summary>
public abstract record Binding
{
    private Binding()
    {
    }

    public sealed record Workload(WorkloadKey Key) : Binding;

    public sealed record Pods(string Namespace, LabelSelector Selector) : Binding;

    public sealed record Service(NamespacedName Key) : Binding;

    /// <summary>Hosts outside the cluster; an endpoint with ports serves only those of the documented ports.</summary>
    public sealed record External(ImmutableArray<ExternalHost> Hosts) : Binding;

    /// <param name="SameNode">The node of each pod at the other end (kubelet); else every selected node.</param>
    public sealed record Nodes(LabelSelector Selector, bool SameNode) : Binding;

    public sealed record Group(ImmutableArray<string> Components) : Binding;

    public sealed record Outside : Binding;

    /// <summary>Not bound yet: what the importer writes for a name that a human has to bind.</summary>
    public sealed record None : Binding;

    /// <summary>More than one binding, or one that cannot be read: <paramref name="Problem"/> names the field.</summary>
    public sealed record Invalid(string Problem) : Binding;
}

/// <param name="Ports">Documented ports that this host serves; empty: all.</param>
public sealed record ExternalHost(string Host, ImmutableArray<int> Ports);

/// <summary>A name of the documents, bound to the cluster.</summary>
public sealed record Component(NamespacedName Key, ImmutableArray<string> Names, Binding Binding, ImmutableDictionary<int, int> PortOverrides)
{
    public int ActualPort(int documented) => PortOverrides.TryGetValue(documented, out var actual) ? actual : documented;
}

/// <summary>The Components of all documentation sets, found by namespace and by the words of the documents.</summary>
public sealed class ComponentDirectory
{
    private readonly ImmutableDictionary<NamespacedName, Component> _byKey;
    private readonly ILookup<(string Namespace, string Name), Component> _byWord;

    public ComponentDirectory(IEnumerable<Component> components)
    {
        _byKey = components.ToImmutableDictionary(c => c.Key);
        _byWord = _byKey.Values
            .SelectMany(c => c.Names.Select(n => (Word: (c.Key.Namespace, PartyName.Normalize(n)), Component: c)).DistinctBy(p => p.Word))
            .ToLookup(p => p.Word, p => p.Component);
    }

    public static ComponentDirectory Empty { get; } = new([]);

    public IEnumerable<Component> All => _byKey.Values.OrderBy(c => c.Key);

    public Component? Find(NamespacedName key) => _byKey.TryGetValue(key, out var component) ? component : null;

    /// <summary>Every Component that claims the word: none, one, or a conflict that only a human can settle.</summary>
    public IReadOnlyList<Component> Claiming(string @namespace, string word) =>
        [.. _byWord[(@namespace, PartyName.Normalize(word))].OrderBy(c => c.Key)];
}

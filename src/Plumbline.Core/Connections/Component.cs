using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
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
    public sealed record External(ImmutableArray<ExternalHost> Hosts) : Binding
    {
        /// <summary>Null: straight to the hosts.</summary>
        public ProxySpec? Proxy { get; init; }

        public bool Equals(External? other) => other is not null && Proxy == other.Proxy && Values.Same(Hosts, other.Hosts);

        public override int GetHashCode() => Hosts.Length;
    }

    /// <param name="SameNode">The node of each pod at the other end (kubelet); else every selected node.</param>
    public sealed record Nodes(LabelSelector Selector, bool SameNode) : Binding;

    public sealed record Group(ImmutableArray<string> Components) : Binding
    {
        public bool Equals(Group? other) => other is not null && Values.Same(Components, other.Components);

        public override int GetHashCode() => Components.Length;
    }

    public sealed record Outside : Binding;

    /// <summary>Not bound yet: what the importer writes for a name that a human has to bind.</summary>
    public sealed record None : Binding;

    /// <summary>More than one binding, or one that cannot be read: <paramref name="Problem"/> names the field.</summary>
    public sealed record Invalid(string Problem) : Binding;
}

/// <param name="Ports">Documented ports that this host serves; empty: all.</param>
public sealed record ExternalHost(string Host, ImmutableArray<int> Ports)
{
    public bool Equals(ExternalHost? other) => other is not null && Host == other.Host && Values.Same(Ports, other.Ports);

    public override int GetHashCode() => Host.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A name of the documents, bound to the cluster.</summary>
public sealed record Component(NamespacedName Key, ImmutableArray<string> Names, Binding Binding, ImmutableDictionary<int, int> PortOverrides)
{
    public bool Equals(Component? other) => other is not null && Key == other.Key && Binding.Equals(other.Binding) && Values.Same(Names, other.Names)
        && PortOverrides.Count == other.PortOverrides.Count && PortOverrides.All(o => other.PortOverrides.TryGetValue(o.Key, out var actual) && actual == o.Value);

    public override int GetHashCode() => Key.GetHashCode();

    public int ActualPort(int documented) => PortOverrides.TryGetValue(documented, out var actual) ? actual : documented;
}

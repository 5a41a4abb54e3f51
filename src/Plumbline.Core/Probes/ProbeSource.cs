using System.Collections.Immutable;
using System.Globalization;
using Plumbline.Core.Cluster;

namespace Plumbline.Core.Probes;

public enum VantageKind
{
    /// <summary>The pod's own network namespace.</summary>
    Pod,

    /// <summary>The node's network namespace: kubelet, host daemons, host-network pods, Services as a source, controls.</summary>
    Node,
}

/// <summary>Where probes start. <see cref="Id"/> is the pod's UID, or <c>node</c> for the node itself.</summary>
public sealed record ProbeSource
{
    public const string NodeId = "node";

    public required string Id { get; init; }

    public required VantageKind Vantage { get; init; }

    /// <summary>Namespace and name of the pod; empty for the node.</summary>
    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The pod's addresses, which find its network namespace.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    public DnsSettings Dns { get; init; } = DnsSettings.Node;

    public ImmutableArray<HostAlias> HostAliases { get; init; } = [];

    public bool Equals(ProbeSource? other) =>
        other is not null && Id == other.Id && Vantage == other.Vantage && Namespace == other.Namespace && Name == other.Name
        && Addresses.SequenceEqual(other.Addresses) && Dns.Equals(other.Dns) && HostAliases.SequenceEqual(other.HostAliases);

    public override int GetHashCode() => HashCode.Combine(Id, Vantage, Addresses.Length);
}

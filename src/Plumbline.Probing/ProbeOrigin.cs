using System.Collections.Immutable;
using System.Net;
using Plumbline.Core.Cluster;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Probing;

/// <summary>Where a probe starts: the namespace that its sockets are made in, and how names are resolved there.</summary>
/// <param name="Addresses">
/// The pod's addresses. After a failure the engine checks that the namespace still has one of them: a namespace whose interface is
/// already taken down says nothing about the connection. Empty: not checked.
/// </param>
public sealed record ProbeOrigin(
    NetworkNamespace Namespace,
    DnsSettings Dns,
    ImmutableArray<HostAlias> HostAliases,
    ImmutableArray<IPAddress> Addresses)
{
    /// <summary>The process's own namespace with the node's resolver.</summary>
    public static ProbeOrigin Own { get; } = new(NetworkNamespace.Own, DnsSettings.Node, [], []);

    public static ProbeOrigin In(NetworkNamespace target) => Own with { Namespace = target };
}

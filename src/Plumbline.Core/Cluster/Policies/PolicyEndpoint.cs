using System.Collections.Immutable;

namespace Plumbline.Core.Cluster.Policies;

public enum PolicyEndpointKind
{
    Pod,

    /// <summary>A node's own network: kubelet, host daemons.</summary>
    Node,

    /// <summary>A Service's address. Policies see the pods behind it, so it cannot be judged itself.</summary>
    Service,

    /// <summary>Anything else: only its address is known.</summary>
    External,
}

/// <summary>A port that a container names.</summary>
public sealed record NamedPort(string Name, int Port, PolicyProtocol Protocol);

/// <summary>One end of a connection, with what policies can tell it by.</summary>
public sealed record PolicyEndpoint
{
    private PolicyEndpoint(PolicyEndpointKind kind) => Kind = kind;

    public PolicyEndpointKind Kind { get; }

    public string Namespace { get; private init; } = "";

    public string Name { get; private init; } = "";

    /// <summary>A pod's labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; private init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The addresses that this connection may use. With two families, give the one of the connection: a block of the other would match too.</summary>
    public ImmutableArray<string> Addresses { get; private init; } = [];

    /// <summary>Name of the node that a pod runs on, or of the node itself; null when unknown.</summary>
    public string? NodeName { get; private init; }

    /// <summary>A pod in its node's own network. Policies do not apply to it, and most network plugins see its traffic as the node's.</summary>
    public bool HostNetwork { get; private init; }

    /// <summary>Ports of a destination pod's containers, sidecars included.</summary>
    public ImmutableArray<NamedPort> NamedPorts { get; private init; } = [];

    public static PolicyEndpoint Pod(
        string @namespace,
        string name,
        IReadOnlyDictionary<string, string> labels,
        ImmutableArray<string> addresses,
        string? nodeName = null,
        bool hostNetwork = false,
        ImmutableArray<NamedPort> namedPorts = default) =>
        new(PolicyEndpointKind.Pod)
        {
            Namespace = @namespace,
            Name = name,
            Labels = labels,
            Addresses = addresses,
            NodeName = nodeName,
            HostNetwork = hostNetwork,
            NamedPorts = namedPorts.IsDefault ? [] : namedPorts,
        };

    public static PolicyEndpoint Node(string name, ImmutableArray<string> addresses) =>
        new(PolicyEndpointKind.Node) { Name = name, NodeName = name, Addresses = addresses };

    public static PolicyEndpoint Service(string @namespace, string name) => new(PolicyEndpointKind.Service) { Namespace = @namespace, Name = name };

    public static PolicyEndpoint External(string address) => new(PolicyEndpointKind.External) { Addresses = [address] };

    /// <summary>Whether selectors can match it, and policies isolate it.</summary>
    internal bool IsPodOfItsOwn => Kind == PolicyEndpointKind.Pod && !HostNetwork;

    internal bool IsOnNodeNetwork => Kind == PolicyEndpointKind.Node || HostNetwork;

    public override string ToString() => Kind switch
    {
        PolicyEndpointKind.Pod => $"{Namespace}/{Name}",
        PolicyEndpointKind.Node => $"node {Name}",
        PolicyEndpointKind.Service => $"Service {Namespace}/{Name}",
        PolicyEndpointKind.External => Addresses is [var address, ..] ? address : "an unknown address",
    };
}

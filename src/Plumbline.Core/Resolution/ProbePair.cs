using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Resolution;

/// <summary>A place where a probe starts.</summary>
/// <param name="Display">As an SRE would name it: <c>voice/tenant-0</c> or <c>node worker-1</c>.</param>
/// <param name="Steady">Running and ready. A failure from a pod that starts or is not ready is no evidence against the connection; a success counts.</param>
public sealed record PairSource(string Node, ProbeSource Probe, string Display, bool Steady, PodFacts? Pod)
{
    public IpFamilies Families { get; init; }
}

public enum TargetKind
{
    /// <summary>A Service by its name, as clients use it.</summary>
    Service,

    /// <summary>One endpoint behind a Service.</summary>
    Endpoint,

    /// <summary>A pod that no Service exposes on the port.</summary>
    Pod,

    /// <summary>A host outside the cluster.</summary>
    External,

    /// <summary>A node's own address.</summary>
    Node,
}

/// <param name="DocumentedPort">The port of the row, which results are reported under.</param>
/// <param name="Port">The port that is really connected to: overridden, or the endpoint's target port.</param>
/// <param name="Steady">False for an endpoint that is not ready or terminating: a failure is no evidence against the connection.</param>
public sealed record PairTarget(
    TargetKind Kind,
    string Host,
    int Port,
    int DocumentedPort,
    ConnectionProtocol Protocol,
    bool Steady,
    NamespacedName? Service,
    PodFacts? Pod)
{
    /// <summary>As an SRE would name it: <c>postgres.infra:5432</c> or <c>10.1.2.3:5432</c>.</summary>
    public string Display => Kind == TargetKind.Service && Service is { } service ? HostAndPort.Format($"{service.Name}.{service.Namespace}", Port)
        : Proxy is null ? HostAndPort.Format(Host, Port) : $"{HostAndPort.Format(Host, Port)} through the proxy {HostAndPort.Format(Proxy.Host, Proxy.Port)}";

    /// <summary>Families in which clients find what stands behind this target: those of the pod, of the node, or of all endpoints of the Service.</summary>
    public IpFamilies Offered { get; init; }

    /// <summary>Addresses that the Service's name should resolve to; empty where only DNS knows.</summary>
    public ImmutableArray<string> Behind { get; init; } = [];

    /// <summary>Addresses that the name may well resolve to, of pods that start or stop: that they fail is no evidence.</summary>
    public ImmutableArray<string> Unsteady { get; init; } = [];

    /// <summary>The Service has no such port, so nothing that answers there is the Service: in IPVS mode it is the node itself.</summary>
    public bool IsMissing { get; init; }

    /// <summary>An endpoint that the Service leads to from its own node only (internalTrafficPolicy Local).</summary>
    public string? OnlyFrom { get; init; }

    /// <summary>Of a Service with internalTrafficPolicy Local the nodes that have an endpoint; null for others.</summary>
    public IReadOnlyCollection<string>? LocalNodes { get; init; }

    /// <summary>The name that clients call the destination by, also where an endpoint is probed by its address; null when only the host tells.</summary>
    public string? ServerName { get; init; }

    /// <summary>A fact of the Service that may be why it does not work, as a clause; null when there is none.</summary>
    public string? Caution { get; init; }

    /// <summary>Clients reach it on port 53, whatever an endpoint's own port is: over UDP it is asked a question of DNS.</summary>
    public bool IsDns { get; init; }

    /// <summary>Resolved where the probe starts.</summary>
    public bool IsByName => IpFamily.Of(ConnectHost) == IpFamilies.Unknown;

    /// <summary>Who the source itself talks to: the proxy, where there is one.</summary>
    public string ConnectHost => Proxy?.Host ?? Host;

    public int ConnectPort => Proxy?.Port ?? Port;

    /// <summary>Clients go through it; null: straight to the target.</summary>
    public ProxySpec? Proxy { get; init; }
}

/// <summary>One source and one target of a row: the unit that is probed and judged.</summary>
public readonly record struct ProbePair(PairSource Source, PairTarget Target);

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
    public string Display => Kind == TargetKind.Service && Service is { } service ? HostAndPort.Format($"{service.Name}.{service.Namespace}", Port) : HostAndPort.Format(Host, Port);

    /// <summary>Families in which clients find what stands behind this target: those of the pod, of the node, or of all endpoints of the Service.</summary>
    public IpFamilies Offered { get; init; }

    /// <summary>Addresses that the Service's name should resolve to; empty where only DNS knows.</summary>
    public ImmutableArray<string> Behind { get; init; } = [];
}

/// <summary>One source and one target of a row: the unit that is probed and judged.</summary>
public readonly record struct ProbePair(PairSource Source, PairTarget Target);

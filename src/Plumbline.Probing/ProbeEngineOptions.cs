using System.Net;

namespace Plumbline.Probing;

public sealed record ProbeEngineOptions
{
    /// <summary>
    /// Probes under way at once; more wait for their turn, and their deadline begins when it comes. A probe of a name has a socket an
    /// address. Default 128.
    /// </summary>
    public int MaxConcurrency { get; init; } = 128;

    /// <summary>
    /// Callers that await a result continue on the engine's own thread, which saves a hop between threads a probe. What they do there
    /// holds up every other probe, so they must be quick and never block. Default false: on the thread pool.
    /// </summary>
    public bool ContinueOnEngineThread { get; init; }

    /// <summary>The node's resolver configuration, for sources whose dnsPolicy is Default. Default <c>/etc/resolv.conf</c>.</summary>
    public string ResolvConfPath { get; init; } = "/etc/resolv.conf";

    /// <summary>End connections with a reset: no TIME_WAIT in the pod's namespace, but servers log it. Default false: orderly.</summary>
    public bool CloseWithReset { get; init; }

    /// <summary>
    /// How often a server that minds connections which come to nothing (MySQL, SSH, Oracle's listener, ZooKeeper) gets a whole one. In between only
    /// its kernel is asked, and after a failure each connection is a whole one. Default 1 h.
    /// </summary>
    public TimeSpan WholeConnectionEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Addresses that are probed although they are refused targets. Default none.</summary>
    public IReadOnlyList<IPNetwork> AllowedTargets { get; init; } = [];

    /// <summary>Targets that are refused besides loopback and cloud metadata; a refused probe is TargetRefused and says why. Default none.</summary>
    public IReadOnlyList<RefusedTarget> RefusedTargets { get; init; } = [];

    /// <summary>Port that nameservers are asked on. Default 53; tests use another.</summary>
    public int DnsPort { get; init; } = 53;
}

using System.Net;
using Plumbline.Metrics;
using Plumbline.Probing;

namespace Plumbline.Agent;

public sealed record AgentOptions
{
    /// <summary>Where the operator listens: <c>wss://host:port</c>. The link's path is added.</summary>
    public required Uri OperatorUri { get; init; }

    /// <summary>
    /// Address to dial instead of looking up the host of <see cref="OperatorUri"/>, which the certificate must name all the same. Null, the
    /// default: look it up. With an address the link needs no cluster DNS.
    /// </summary>
    public IPAddress? OperatorAddress { get; init; }

    /// <summary>File with the bearer token; read again at every dial, since projected tokens rotate.</summary>
    public required string TokenFile { get; init; }

    /// <summary>
    /// Who may be the operator: a PEM file with authorities or with the operator's own self-signed certificates, or a directory whose .crt and
    /// .pem files hold them (a mounted ConfigMap). Read again at every dial. Needed unless <see cref="SystemTrust"/>.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>Any authority that the system trusts may sign the operator's certificate. Default false.</summary>
    public bool SystemTrust { get; init; }

    /// <summary>The node that this agent runs on.</summary>
    public required string NodeName { get; init; }

    /// <summary>Where the container runtime pins network namespaces. Default <c>/run/netns</c>.</summary>
    public string NetnsDirectory { get; init; } = "/run/netns";

    /// <summary>For runtimes that do not pin: processes are matched to pods by their cgroup. Default <c>/proc</c>; empty switches it off.</summary>
    public string ProcDirectory { get; init; } = "/proc";

    /// <summary>File that names the node's network namespace. Null, the default: the agent's own (<c>hostNetwork: true</c>).</summary>
    public string? NodeNamespacePath { get; init; }

    /// <summary>The node's resolver configuration. Default <c>/etc/resolv.conf</c>.</summary>
    public string ResolvConfPath { get; init; } = "/etc/resolv.conf";

    /// <summary>Probes under way at once. Default 64.</summary>
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>Probes of a plan; a larger plan is refused whole. Default 50,000.</summary>
    public int MaxProbes { get; init; } = 50_000;

    /// <summary>Sources of a plan. Default 2,000.</summary>
    public int MaxSources { get; init; } = 2_000;

    /// <summary>A probe's first start lies at random within this time (and within its interval). Default 5 s.</summary>
    public TimeSpan FirstStartWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two probes from one pod: ICMP errors are rate limited a receiver. Default 50 ms.</summary>
    public TimeSpan SourceSpacing { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Least time between two probes of one target host from this node. Default 20 ms.</summary>
    public TimeSpan TargetSpacing { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often results without news are sent. Default 5 s.</summary>
    public TimeSpan AggregateInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Address of /healthz, /readyz and /metrics, such as <c>[::]:9090</c>; port 0 takes a free one. Empty, the default: off.</summary>
    public string MetricsListen { get; init; } = "";

    /// <summary>Starts to export the process's meters and these families elsewhere, until disposed. Null, the default: /metrics only.</summary>
    public Func<IReadOnlyList<IMetricFamilySource>, IDisposable>? ExportMetrics { get; init; }

    /// <summary>Targets that are not probed, besides loopback and cloud metadata: the API server, say. Default none.</summary>
    public IReadOnlyList<RefusedTarget> RefuseTargets { get; init; } = [];

    /// <summary>Networks that are probed although they are refused. Default none.</summary>
    public IReadOnlyList<IPNetwork> AllowTargets { get; init; } = [];

    /// <summary>End connections with a reset instead of orderly. Default false.</summary>
    public bool CloseWithReset { get; init; }

    /// <summary>Version that the agent reports.</summary>
    public string Version { get; init; } = "0.1.0";
}

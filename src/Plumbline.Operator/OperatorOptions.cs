using System.Net;
using Plumbline.Link;
using Plumbline.Core.Loop;
using Plumbline.Core.Words;
using Plumbline.Metrics;

namespace Plumbline.Operator;

public sealed record OperatorOptions
{
    /// <summary>kubeconfig file; null: KUBECONFIG, the in-cluster account, or ~/.kube/config, in that order.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Namespace of the Lease and of the agents' service account. Default <c>plumbline-system</c>.</summary>
    public string Namespace { get; init; } = "plumbline-system";

    /// <summary>Service account of the agents, in <see cref="Namespace"/>. Default <c>plumbline-agent</c>.</summary>
    public string AgentServiceAccount { get; init; } = "plumbline-agent";

    /// <summary>Unique among the replicas and across restarts of one: the pod's name, with something random after it.</summary>
    public required string Identity { get; init; }

    /// <summary>Where agents dial in, with TLS. Default <c>[::]:8443</c>, which takes IPv4, too.</summary>
    public IPEndPoint LinkListen { get; init; } = Listening.Everywhere(8443);

    /// <summary>Certificate of the link (PEM, with the chain), made by somebody else; read again when the file changes. Null, the default: the replica makes its own.</summary>
    public string? LinkCertificateFile { get; init; }

    /// <summary>Key of <see cref="LinkCertificateFile"/>; both or none.</summary>
    public string? LinkKeyFile { get; init; }

    /// <summary>Names under which agents dial, for the replica's own certificate. Default: those of Service <c>plumbline-operator</c>.</summary>
    public IReadOnlyList<string> LinkNames { get; init; } = [];

    /// <summary>Where the replica's own key outlives its container. Default empty: nowhere.</summary>
    public string LinkDirectory { get; init; } = "";

    /// <summary>Name of this replica's pod. Default: the machine's name.</summary>
    public string Replica { get; init; } = Environment.MachineName;

    /// <summary><c>host:port</c> under which agents reach this very replica; standbys name the leader's.</summary>
    public required string LinkAddress { get; init; }

    /// <summary>/metrics, /healthz and /readyz, plain HTTP. Default <c>[::]:8080</c>, which takes IPv4, too.</summary>
    public IPEndPoint MetricsListen { get; init; } = Listening.Everywhere(8080);

    /// <summary>Starts to export the process's meters and these families elsewhere, until disposed. Null, the default: /metrics only.</summary>
    public Func<IReadOnlyList<IMetricFamilySource>, IDisposable>? ExportMetrics { get; init; }

    public LoopOptions Loop { get; init; } = new();

    public string Version { get; init; } = "0.1.0";
}

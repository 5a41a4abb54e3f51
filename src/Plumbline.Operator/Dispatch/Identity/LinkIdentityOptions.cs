namespace Plumbline.Operator.Dispatch.Identity;

public sealed record LinkIdentityOptions
{
    public const string DefaultConfigMap = "plumbline-link-trust";

    /// <summary>Name of this replica's pod: its entry in the ConfigMap is <c>&lt;replica&gt;.crt</c>.</summary>
    public required string Replica { get; init; }

    /// <summary>DNS names and addresses under which agents dial the operator; the certificate is good for these only.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Namespace of the ConfigMap and of the replicas' pods.</summary>
    public required string Namespace { get; init; }

    /// <summary>The ConfigMap that agents mount. Default <c>plumbline-link-trust</c>.</summary>
    public string ConfigMap { get; init; } = DefaultConfigMap;

    /// <summary>
    /// Where the key is kept across restarts of the container: memory that goes with the pod (an emptyDir of medium Memory). Default empty:
    /// nowhere, so that a restart needs a new certificate.
    /// </summary>
    public string Directory { get; init; } = "";

    /// <summary>Default 30 days.</summary>
    public TimeSpan Validity { get; init; } = TimeSpan.FromDays(30);

    /// <summary>A new certificate is made this long before the old one expires. Default 10 days.</summary>
    public TimeSpan RenewBefore { get; init; } = TimeSpan.FromDays(10);

    /// <summary>A new certificate is published this long before it is used: kubelets take up to about 90 s to bring it to the agents. Default 10 min.</summary>
    public TimeSpan AnnounceFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the ConfigMap is looked at: somebody may have removed our entry. Default 1 min.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>All ways to write a Service's name from inside the cluster.</summary>
    public static IReadOnlyList<string> NamesOf(string service, string @namespace, string clusterDomain) =>
        [service, $"{service}.{@namespace}", $"{service}.{@namespace}.svc", $"{service}.{@namespace}.svc.{clusterDomain}"];
}

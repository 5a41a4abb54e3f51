namespace Plumbline.Kubernetes.Connection;

/// <summary>Somebody else to act as; the credentials need the right to do so.</summary>
public sealed record Impersonation(string User, string? Uid, string? Group);

/// <summary>Where the API server is, why to believe it, and who we are.</summary>
public sealed record ApiConnection
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>May have a path, as behind a proxy of many clusters. Plain <c>http</c> is taken as it is.</summary>
    public required Uri Server { get; init; }

    /// <summary>For messages: the files, or <c>in-cluster</c>.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where to look when nothing else is said.</summary>
    public string Namespace { get; init; } = "default";

    /// <value>Default: <see cref="ServerTrust.System"/>.</value>
    public ServerTrust Trust { get; init; } = ServerTrust.System;

    /// <summary>The name that the server's certificate must have, where it is not that of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Null uses the proxy that the environment names (<c>HTTPS_PROXY</c>, <c>NO_PROXY</c>), if any.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>False connects straight to the server, whatever the environment says.</summary>
    /// <value>Default: true; false in a cluster.</value>
    public bool UseProxy { get; init; } = true;

    /// <value>Default: nobody.</value>
    public ApiCredentials Credentials { get; init; } = new StaticCredentials(null, null);

    public Impersonation? Impersonation { get; init; }

    /// <summary>
    /// As kubectl looks: the given file, else the files of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>; where none is there, the service account of
    /// the pod.
    /// </summary>
    /// <param name="environment">Reads a variable; <see cref="Environment.GetEnvironmentVariable(string)"/> outside of tests.</param>
    /// <exception cref="KubernetesConfigurationException">No usable configuration; names file and field.</exception>
    public static ApiConnection BuildDefaultConfig(
        TimeProvider time, string? kubeconfig = null, string? context = null, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var listed = (environment("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var home = Path.Combine(environment("HOME") ?? "", ".kube", "config");
        if (kubeconfig is not null || listed.Length > 0 || File.Exists(home) || context is not null)
        {
            return BuildConfigFromConfigFile(time, kubeconfig, context, environment);
        }

        return IsInCluster(environment)
            ? InClusterConfig(time, environment)
            : throw new KubernetesConfigurationException(
                $"no Kubernetes configuration: KUBECONFIG is not set, there is no {home}, and KUBERNETES_SERVICE_HOST is not set as it is in a pod");
    }

    /// <inheritdoc cref="BuildDefaultConfig"/>
    public static ApiConnection BuildConfigFromConfigFile(
        TimeProvider time, string? kubeconfig = null, string? context = null, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var listed = (environment("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] files = kubeconfig is not null ? [kubeconfig] : listed.Length > 0 ? listed : [Path.Combine(environment("HOME") ?? "", ".kube", "config")];
        return KubeconfigReader.Read(Kubeconfig.Load(files, skipMissing: kubeconfig is null), context, time);
    }

    public static bool IsInCluster(Func<string, string?>? environment = null) =>
        !string.IsNullOrEmpty((environment ?? Environment.GetEnvironmentVariable)("KUBERNETES_SERVICE_HOST"));

    /// <summary>The service account of the pod that we run in. The token is read again as the kubelet rotates it.</summary>
    /// <param name="directory">Where the kubelet puts token, authority and namespace.</param>
    /// <exception cref="KubernetesConfigurationException">A variable or a file is missing.</exception>
    public static ApiConnection InClusterConfig(
        TimeProvider time, Func<string, string?>? environment = null, string directory = ServiceAccount)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var host = Variable("KUBERNETES_SERVICE_HOST");
        var port = Variable("KUBERNETES_SERVICE_PORT");
        var server = $"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}";
        var token = Path.Combine(directory, "token");
        var ownNamespace = Path.Combine(directory, "namespace");
        if (!File.Exists(token))
        {
            throw new KubernetesConfigurationException($"{token}: there is no token: does the pod set automountServiceAccountToken to false?");
        }

        return new ApiConnection
        {
            Server = Uri.TryCreate(server, UriKind.Absolute, out var uri)
                ? uri
                : throw new KubernetesConfigurationException($"KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no address: {server}"),
            Source = "in-cluster",
            Namespace = File.Exists(ownNamespace) ? File.ReadAllText(ownNamespace).Trim() : "default",
            Trust = ServerTrust.AuthorityFile(Path.Combine(directory, "ca.crt")),
            UseProxy = false,
            Credentials = new TokenFileCredentials(token, null, null, time),
        };

        string Variable(string name) => environment(name) is { Length: > 0 } value
            ? value
            : throw new KubernetesConfigurationException($"{name} is not set: every pod has it, so this is no pod");
    }

    internal void Address(HttpRequestMessage message)
    {
        // SocketsHttpHandler sets the name to verify by itself, and the Host header is the one way to tell it another.
        message.Headers.Host = TlsServerName;
        if (Impersonation is null)
        {
            return;
        }

        message.Headers.Add("Impersonate-User", Impersonation.User);
        foreach (var (header, value) in new[] { ("Impersonate-Group", Impersonation.Group), ("Impersonate-Uid", Impersonation.Uid) })
        {
            if (value is not null)
            {
                message.Headers.Add(header, value);
            }
        }
    }
}

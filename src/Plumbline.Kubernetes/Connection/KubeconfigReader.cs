using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Plumbline.Kubernetes.Connection;

/// <summary>From one context of a kubeconfig to a configuration. A setting that we cannot honour is an error, never passed over.</summary>
internal static class KubeconfigReader
{
    private static readonly string[] ExecVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    public static ApiConnection Read(Kubeconfig kubeconfig, string? contextName, TimeProvider time)
    {
        var (context, cluster, user) = kubeconfig.Resolve(contextName);
        return new ApiConnection
        {
            Server = AddressOf(cluster, "server", cluster.Required("server"), ["http", "https"]),
            Source = kubeconfig.Source,
            Namespace = context.String("namespace") ?? "default",
            Trust = TrustOf(cluster),
            TlsServerName = cluster.String("tls-server-name"),
            Proxy = cluster.String("proxy-url") is { } proxy ? AddressOf(cluster, "proxy-url", proxy, ["http", "https", "socks5"]) : null,
            Credentials = user is null ? new StaticCredentials(null, null) : CredentialsOf(user, cluster, time),
            Impersonation = user is null ? null : ImpersonationOf(user),
        };
    }

    private static Uri AddressOf(YamlFields cluster, string field, string text, string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme)
            ? uri
            : throw cluster.Wrong(field, $"'{text}' is no address such as {schemes[^1]}://host:port");

    private static ServerTrust TrustOf(YamlFields cluster)
    {
        if (cluster.Bool("insecure-skip-tls-verify"))
        {
            return cluster.String("certificate-authority") is null && cluster.String("certificate-authority-data") is null
                ? ServerTrust.Anyone
                : throw cluster.Wrong("insecure-skip-tls-verify", "cannot be combined with a certificate authority: remove one of the two");
        }

        if (Data(cluster, "certificate-authority-data") is { } pem)
        {
            return ServerTrust.Authorities(CertificatesIn(cluster, pem));
        }

        return cluster.PathOf("certificate-authority") is { } path ? ServerTrust.AuthorityFile(ExistingFile(cluster, "certificate-authority", path)) : ServerTrust.System;
    }

    private static X509Certificate2Collection CertificatesIn(YamlFields cluster, string pem)
    {
        try
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPem(pem);
            return anchors.Count > 0 ? anchors : throw cluster.Wrong("certificate-authority-data", "holds no PEM certificate");
        }
        catch (CryptographicException e)
        {
            throw cluster.Wrong("certificate-authority-data", $"holds no readable certificate: {e.Message}", e);
        }
    }

    private static ApiCredentials CredentialsOf(YamlFields user, YamlFields cluster, TimeProvider time)
    {
        foreach (var unsupported in new[] { "auth-provider", "username", "password" })
        {
            if (user.Names().Contains(unsupported))
            {
                throw user.Wrong(unsupported, "is not supported: use exec, token, tokenFile or a client certificate");
            }
        }

        var certificate = ClientCertificateOf(user);
        if (user.PathOf("tokenFile") is { } tokenFile)
        {
            return new TokenFileCredentials(tokenFile, user.String("token"), certificate, time);
        }

        if (user.String("token") is null && user.Map("exec") is { } exec)
        {
            return certificate is null
                ? new ExecCredentials(PluginOf(exec, cluster), time)
                : throw user.Wrong("exec", "cannot be combined with a client certificate: remove one of the two");
        }

        return new StaticCredentials(user.String("token"), certificate);
    }

    private static X509Certificate2? ClientCertificateOf(YamlFields user)
    {
        var certificate = DataOrFile(user, "client-certificate");
        var key = DataOrFile(user, "client-key");
        if (certificate is null && key is null)
        {
            return null;
        }

        if (certificate is null || key is null)
        {
            throw user.Wrong(certificate is null ? "client-certificate" : "client-key", "is missing: a client certificate needs both");
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw user.Wrong("client-certificate", $"the certificate and its key cannot be read: {e.Message}", e);
        }
    }

    private static ExecPlugin PluginOf(YamlFields exec, YamlFields cluster)
    {
        var version = exec.Required("apiVersion");
        if (!ExecVersions.Contains(version))
        {
            throw exec.Wrong("apiVersion", $"'{version}' is not supported: use {string.Join(" or ", ExecVersions)}");
        }

        if (exec.String("interactiveMode") == "Always")
        {
            throw exec.Wrong("interactiveMode", "Always is not possible in a service: use IfAvailable or Never");
        }

        // With a slash in it the command is a path, relative to its file; else it is looked up in PATH.
        var command = exec.Required("command");
        return new ExecPlugin(
            command.Contains('/', StringComparison.Ordinal) ? exec.PathOf("command")! : command,
            exec.Strings("args"),
            exec.Maps("env").ToDictionary(variable => variable.Required("name"), variable => variable.String("value") ?? ""),
            version)
        {
            Source = exec.Where("command"),
            InstallHint = exec.String("installHint"),
            Cluster = exec.Bool("provideClusterInfo") ? ClusterInfo(cluster) : null,
        };
    }

    private static ExecCluster ClusterInfo(YamlFields cluster) => new()
    {
        Server = cluster.String("server"),
        TlsServerName = cluster.String("tls-server-name"),
        InsecureSkipTlsVerify = cluster.Bool("insecure-skip-tls-verify") ? true : null,
        ProxyUrl = cluster.String("proxy-url"),
        CertificateAuthorityData = DataOrFile(cluster, "certificate-authority") is { } pem ? Convert.ToBase64String(Encoding.UTF8.GetBytes(pem)) : null,
    };

    private static Impersonation? ImpersonationOf(YamlFields user)
    {
        if (user.Names().Contains("as-user-extra"))
        {
            throw user.Wrong("as-user-extra", "is not supported: remove it");
        }

        var groups = user.Strings("as-groups");
        if (groups.Count > 1)
        {
            // Each is a header of its own to the API server, and HttpClient makes one of them: a group "a, b".
            throw user.Wrong("as-groups", $"holds {groups.Count} groups, and only one can be sent: name one");
        }

        return (user.String("as"), user.String("as-uid")) switch
        {
            ({ } name, var uid) => new Impersonation(name, uid, groups.Count == 0 ? null : groups[0]),
            (null, null) when groups.Count == 0 => null,
            _ => throw user.Wrong("as", "is missing: as-uid and as-groups need it"),
        };
    }

    /// <summary>The <c>…-data</c> field wins over the file, as with kubectl.</summary>
    private static string? DataOrFile(YamlFields fields, string name) =>
        Data(fields, $"{name}-data") ?? (fields.PathOf(name) is { } path ? ReadFile(fields, name, path) : null);

    private static string? Data(YamlFields fields, string name)
    {
        try
        {
            return fields.String(name) is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
        }
        catch (FormatException e)
        {
            throw fields.Wrong(name, "is not valid base64", e);
        }
    }

    private static string ReadFile(YamlFields fields, string name, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw fields.Wrong(name, $"cannot be read: {e.Message}", e);
        }
    }

    private static string ExistingFile(YamlFields fields, string name, string path) =>
        File.Exists(path) ? path : throw fields.Wrong(name, $"there is no file {path}");
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Agent.Link;

/// <summary>Whose certificates the agent takes for the operator's, as its options and files say at this moment.</summary>
public abstract record OperatorTrust
{
    /// <param name="Certificates">Authorities, or the operator's own self-signed certificates.</param>
    /// <param name="Unreadable">Files that were passed over, each with why.</param>
    public sealed record Only(X509Certificate2Collection Certificates, IReadOnlyList<string> Unreadable) : OperatorTrust
    {
        public X509ChainPolicy ToPolicy()
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            policy.CustomTrustStore.AddRange(Certificates);
            return policy;
        }
    }

    /// <summary>Any authority of the system: asked for by name, never by leaving something out.</summary>
    public sealed record System : OperatorTrust;

    /// <summary>Nobody can be trusted as yet; the agent tries again.</summary>
    public sealed record Nobody(string Reason) : OperatorTrust;
}

/// <summary>Reads the trust anew at every dial, since certificates and authorities rotate as tokens do.</summary>
public static class TrustFiles
{
    /// <summary>More than a ConfigMap can hold; what is larger is no list of certificates.</summary>
    private const int MaxBytes = 1024 * 1024;

    private const int MaxFiles = 1_000;

    public static OperatorTrust Read(AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.SystemTrust)
            return new OperatorTrust.System();
        var path = options.CaFile ?? "";
        var certificates = new X509Certificate2Collection();
        var unreadable = new List<string>();
        try
        {
            foreach (var file in FilesOf(path))
            {
                if (ReadInto(certificates, file) is { } problem)
                    unreadable.Add($"{file}: {problem}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable.Add(e.Message);
        }

        return certificates.Count > 0 ? new OperatorTrust.Only(certificates, unreadable) : new OperatorTrust.Nobody(Why(path, unreadable));
    }

    /// <summary>A mounted ConfigMap also has entries that begin with two dots: the kubelet's own, by which it swaps all files at once.</summary>
    private static IEnumerable<string> FilesOf(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path)
            .Where(file => Path.GetExtension(file) is ".crt" or ".pem" && !Path.GetFileName(file).StartsWith("..", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Take(MaxFiles)
        : [path];

    /// <returns>Why the file is of no use; null when it is.</returns>
    private static string? ReadInto(X509Certificate2Collection certificates, string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            if (stream.Length > MaxBytes)
                return $"more than {MaxBytes} bytes";
            using var reader = new StreamReader(stream);
            var before = certificates.Count;
            certificates.ImportFromPem(reader.ReadToEnd());
            return certificates.Count > before ? null : "it holds no certificate";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return e.Message;
        }
    }

    private static string Why(string path, List<string> unreadable)
    {
        if (!Path.Exists(path))
            return $"{path} is not there: mount the operator's certificates (ConfigMap plumbline-link-trust) or their authority there";
        return unreadable.Count > 0
            ? $"no certificate of the operator can be read: {string.Join("; ", unreadable.Take(3))}"
            : $"{path} holds no .crt or .pem file as yet: is the operator running? A kubelet takes up to 90 s to bring what it publishes";
    }
}

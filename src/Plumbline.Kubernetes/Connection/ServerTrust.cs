using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Kubernetes.Connection;

/// <summary>Which servers are believed.</summary>
public sealed class ServerTrust
{
    private ServerTrust(RemoteCertificateValidationCallback? callback) => Callback = callback;

    /// <summary>What the system trusts.</summary>
    public static ServerTrust System { get; } = new(null);

#pragma warning disable CA5359 // it is what insecure-skip-tls-verify asks for
    /// <summary>Any server at all (<c>insecure-skip-tls-verify</c>).</summary>
    public static ServerTrust Anyone { get; } = new((_, _, _, _) => true);
#pragma warning restore CA5359

    /// <summary>Null leaves the decision to the platform.</summary>
    internal RemoteCertificateValidationCallback? Callback { get; }

    /// <summary>Only servers that these authorities vouch for.</summary>
    public static ServerTrust Authorities(X509Certificate2Collection anchors) => new((_, leaf, presented, errors) => IsTrusted(anchors, leaf, presented, errors));

    /// <summary>As <see cref="Authorities"/>, from a PEM file that may be replaced while we run, as a cluster rotates its authority.</summary>
    /// <exception cref="KubernetesConfigurationException">The file cannot be read now.</exception>
    public static ServerTrust AuthorityFile(string path)
    {
        var last = Tuple.Create(ReadBundle(path), File.GetLastWriteTimeUtc(path));
        return new ServerTrust((_, leaf, presented, errors) =>
        {
            try
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (written != last.Item2)
                {
                    last = Tuple.Create(ReadBundle(path), written);
                }
            }
            catch (Exception e) when (e is KubernetesConfigurationException or IOException or UnauthorizedAccessException)
            {
                // Half-written or gone for a moment: the bundle that was good is still the best we know.
            }

            return IsTrusted(last.Item1, leaf, presented, errors);
        });
    }

    private static X509Certificate2Collection ReadBundle(string path)
    {
        try
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPemFile(path);
            return anchors.Count > 0 ? anchors : throw new KubernetesConfigurationException($"{path}: holds no PEM certificate");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException($"{path}: the certificate authority cannot be read: {e.Message}", e);
        }
    }

    private static bool IsTrusted(X509Certificate2Collection anchors, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        const SslPolicyErrors OtherThanChain = SslPolicyErrors.RemoteCertificateNotAvailable | SslPolicyErrors.RemoteCertificateNameMismatch;
        if (certificate is not X509Certificate2 leaf || (errors & OtherThanChain) != 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // An intermediate may be the anchor, which .NET calls a partial chain. Letting that pass is only safe with the check below.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(leaf)
            && chain.ChainElements.Any(element => anchors.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
    }
}

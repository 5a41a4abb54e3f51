using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Lab.Listeners;

/// <summary>The lab's own certificate authority (ECDSA P-256), kept in memory. Issues server certificates per set of names.</summary>
public sealed class LabCertificates : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Dictionary<string, X509Certificate2> _issued = [];
    private readonly Lock _lock = new();

    /// <param name="authority">With private key; null: a new one, valid for ten years.</param>
    /// <param name="time">Starts validity, an hour back so that a clock a little behind still accepts it.</param>
    public LabCertificates(TimeProvider time, X509Certificate2? authority = null)
    {
        _time = time;
        Authority = authority ?? CreateAuthority(time.GetUtcNow());
    }

    public X509Certificate2 Authority { get; }

    /// <summary>The authority without its key, as PEM: what clients trust.</summary>
    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <param name="names">DNS names and addresses.</param>
    public X509Certificate2 ServerCertificate(IReadOnlyList<string> names) => IssuedOnce("", names, () => Issue(names));

    /// <summary>With an RSA key, for servers whose key exchange needs one; valid for servers and clients.</summary>
    public X509Certificate2 RsaCertificate(IReadOnlyList<string> names) => IssuedOnce("rsa\n", names, () =>
    {
        using var rsa = RSA.Create(2048);
        using var signed = Sign(new CertificateRequest($"CN={names[0]}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), names, keyEncipherment: true);
        return signed.CopyWithPrivateKey(rsa);
    });

    /// <summary>One that was valid until yesterday.</summary>
    public X509Certificate2 ExpiredCertificate(IReadOnlyList<string> names) => IssuedOnce("expired\n", names, () => Issue(names, _time.GetUtcNow().AddDays(-1)));

    /// <summary>One that no authority knows of.</summary>
    public X509Certificate2 SelfSignedCertificate(IReadOnlyList<string> names) => IssuedOnce("self\n", names, () =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = _time.GetUtcNow();
        return new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddDays(365));
    });

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var certificate in _issued.Values)
            {
                certificate.Dispose();
            }

            _issued.Clear();
        }

        Authority.Dispose();
    }

    private static X509Certificate2 CreateAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Plumbline lab CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(3650));
    }

    /// <param name="kind">Tells certificates of the same names apart.</param>
    private X509Certificate2 IssuedOnce(string kind, IReadOnlyList<string> names, Func<X509Certificate2> issue)
    {
        lock (_lock)
        {
            var key = kind + string.Join('\n', names);
            if (!_issued.TryGetValue(key, out var certificate))
            {
                _issued[key] = certificate = issue();
            }

            return certificate;
        }
    }

    private X509Certificate2 Issue(IReadOnlyList<string> names, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Sign(new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256), names, keyEncipherment: false, until);
        return signed.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Sign(CertificateRequest request, IReadOnlyList<string> names, bool keyEncipherment, DateTimeOffset? until = null)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        var usage = X509KeyUsageFlags.DigitalSignature | (keyEncipherment ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.None);
        var purposes = new OidCollection { new Oid("1.3.6.1.5.5.7.3.1", "serverAuth") };
        if (keyEncipherment)
        {
            purposes.Add(new Oid("1.3.6.1.5.5.7.3.2", "clientAuth"));
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = _time.GetUtcNow();

        // The authority's own kind of key signs, whatever kind the certificate has.
        using var authority = Authority.GetECDsaPrivateKey()!;
        return request.Create(Authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authority), (until ?? now).AddHours(-1), until ?? now.AddDays(365), RandomNumberGenerator.GetBytes(16));
    }
}

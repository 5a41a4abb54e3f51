using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Testing;

/// <summary>Authorities and what they issue, valid today.</summary>
public static class TestCertificates
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request($"CN={name}", key, null, isAuthority: true).CreateSelfSigned(Now.AddDays(-2), Now.AddDays(2));
    }

    /// <param name="serverName">A DNS name or an address; null for a client.</param>
    public static X509Certificate2 Issue(string subject, X509Certificate2 issuer, string? serverName = null, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(subject, key, serverName, isAuthority).Create(issuer, Now.AddDays(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    private static CertificateRequest Request(string subject, ECDsa key, string? serverName, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (serverName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (IPAddress.TryParse(serverName, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(serverName);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        return request;
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Operator.Dispatch.Identity;

/// <summary>
/// Certificates that vouch for nobody but themselves: no authority, so that who steals the key can make no second certificate, and the
/// list of trusted certificates is the list of trusted keys.
/// </summary>
public static class SelfSigned
{
    /// <summary>For agents whose clock is behind.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    public static X509Certificate2 Create(IReadOnlyList<string> names, DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // A subject of its own: verifiers look for issuers by subject, and must not take another replica's certificate for this one's.
        var subject = new X500DistinguishedName($"CN=plumbline-link-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
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

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - ClockSkew, now + validity);
    }

    public static bool IsFor(X509Certificate2 certificate, IReadOnlyList<string> names)
    {
        var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        return extension is not null
            && extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(a => a.ToString())).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(names);
    }

    public static bool IsExpired(X509Certificate2 certificate, DateTimeOffset now) => certificate.NotAfter.ToUniversalTime() <= now;
}

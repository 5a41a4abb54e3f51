using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plumbline.Core.Evidence;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// What the peer's certificate says of itself and what the agent's own trust store says of it. Facts, no verdict: a cluster's services
/// are often signed by an authority that only their clients know.
/// </summary>
/// <param name="named">A name was asked for. Without one there is nothing that the certificate's names could fail to match.</param>
internal sealed class PeerCertificate(TimeProvider clock, bool named)
{
    private const int MaxText = 200;
    private const int MaxNames = 8;

    /// <summary>Null until a certificate came.</summary>
    public CertificateFacts? Facts { get; private set; }

    public string CommonName { get; private set; } = "";

    /// <summary>For the end of a sentence; empty unless the server asked for a client certificate.</summary>
    public string Demand { get; private set; } = "";

    public void See(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is X509Certificate2 shown)
            Facts = Read(shown, Problem(chain, errors));
    }

    /// <param name="certificate">Null before the server has spoken: the framework asks then too.</param>
    public void SeeDemand(X509Certificate? certificate)
    {
        if (certificate is null)
            return;
        Demand = "; the server asks for a client certificate";
        if (Facts is null && certificate is X509Certificate2 shown)
            Facts = Read(shown, "not judged: the handshake ended first");
    }

    private CertificateFacts? Read(X509Certificate2 certificate, string? problem)
    {
        try
        {
            CommonName = Limit(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
            return new CertificateFacts(
                Limit(certificate.Subject), Limit(certificate.Issuer), Utc(certificate.NotBefore), Utc(certificate.NotAfter), NamesOf(certificate), problem ?? Lapsed(certificate));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            // The bytes are the peer's; a certificate that cannot be read must not cost the probe its outcome.
            return null;
        }
    }

    /// <summary>A chain policy may judge leniently; the dates are plain.</summary>
    private string? Lapsed(X509Certificate2 certificate) =>
        clock.GetUtcNow() > Utc(certificate.NotAfter) ? "expired" : clock.GetUtcNow() < Utc(certificate.NotBefore) ? "not valid yet" : null;

    private string? Problem(X509Chain? chain, SslPolicyErrors errors)
    {
        var problems = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            problems.Add("no certificate");
        if (named && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            problems.Add("the name does not match");
        foreach (var status in chain?.ChainStatus ?? [])
            problems.Add($"{status.Status}: {status.StatusInformation.Trim()}");
        return problems.Count == 0 ? null : Limit(string.Join("; ", problems.Distinct()));
    }

    private static string[] NamesOf(X509Certificate2 certificate)
    {
        try
        {
            var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            return extension is null
                ? []
                : [.. extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())).Take(MaxNames).Select(Limit)];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    private static DateTimeOffset Utc(DateTime local) => new(local.ToUniversalTime());

    private static string Limit(string text) => text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, MaxText - 1), "…");
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// What a probe offers in a handshake: what OpenSSL offers by default, as ordinary clients do. .NET's own default leaves out every suite
/// without forward secrecy, which many old servers have nothing else than.
/// </summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "agents run on Linux")]
internal sealed record TlsOffer(string ServerName, SslProtocols Versions, bool Http2)
{
#pragma warning disable SYSLIB0039, CA5397 // old versions are offered only where a row asks for them
    private const SslProtocols Tls10 = SslProtocols.Tls;
    private const SslProtocols Tls11 = SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397
    private const SslProtocols OldVersions = Tls10 | Tls11;

    // OpenSSL's DEFAULT, without suites that need a shared key. Those that the installed OpenSSL or its security level does not have are left out by it.
    private static readonly CipherSuitesPolicy Suites = new(
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256, TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
    ]);

    /// <summary>In words, for the sentence about a server that has none of it.</summary>
    public string VersionsInWords => Versions == SslProtocols.Tls13 ? "TLS 1.3" : IsOld(Versions) ? $"TLS {Lowest} to 1.3" : "TLS 1.2 and 1.3";

    private string Lowest => (Versions & OldVersions) == OldVersions ? "1.0" : "1.1";

    public static TlsOffer For(PlannedProbe probe, bool http2) => new(NameOf(probe), VersionsFrom(probe.MinTls), http2);

    /// <summary>Whoever documents that a server is old wants to know that it is reached; nothing is sent that would need better protection.</summary>
    [SuppressMessage("Security", "CA5397", Justification = "only where a row asks for it")]
    [SuppressMessage("Security", "CA5398", Justification = "the row says which versions it takes")]
    private static SslProtocols VersionsFrom(string? least) => least switch
    {
        "1.0" => Tls10 | Tls11 | SslProtocols.Tls12 | SslProtocols.Tls13,
        "1.1" => Tls11 | SslProtocols.Tls12 | SslProtocols.Tls13,
        "1.3" => SslProtocols.Tls13,
        _ => SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    public static string NameOf(SslProtocols version) => version switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        Tls11 => "TLS 1.1",
        Tls10 => "TLS 1.0",
        _ => version.ToString(),
    };

    public static bool IsOld(SslProtocols version) => (version & OldVersions) != 0;

    [SuppressMessage("Security", "CA5359", Justification = "what is proven is that the peer speaks TLS; nothing is sent that a wrong peer must not see")]
    public SslClientAuthenticationOptions Options(PeerCertificate peer) => new()
    {
        TargetHost = ServerName,
        EnabledSslProtocols = Versions,
        CipherSuitesPolicy = Suites,
#pragma warning disable SYSLIB0040 // the one way to OpenSSL's security level 0, without which it speaks no TLS before 1.2; suites without encryption are not among those above
        EncryptionPolicy = IsOld(Versions) ? EncryptionPolicy.AllowNoEncryption : EncryptionPolicy.RequireEncryption,
#pragma warning restore SYSLIB0040
        ApplicationProtocols = Http2 ? [SslApplicationProtocol.Http2] : null,
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            peer.See(certificate, chain, errors);
            return true;
        },
        // Asked when the server wants a client certificate: there is none, but the handshake may end over it, and this tells why.
        LocalCertificateSelectionCallback = (_, _, _, certificate, _) =>
        {
            peer.SeeDemand(certificate);
            return null!;
        },
        // A resumed session shows the certificate of the first one, long after the server has got another.
        AllowTlsResume = false,
        // Trusts nobody, which is the cheapest way to get the certificate: whether it is trusted is asked by CertificateReader, once.
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
        },
    };

    /// <summary>Empty for an address without a documented name.</summary>
    private static string NameOf(PlannedProbe probe) =>
        !string.IsNullOrEmpty(probe.ServerName) ? probe.ServerName
        : IPAddress.TryParse(probe.Host, out _) ? ""
        : probe.Host.TrimEnd('.');
}

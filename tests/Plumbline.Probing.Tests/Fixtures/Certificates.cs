using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Plumbline.Probing.Tests.Fixtures;

internal static class Certificates
{
    /// <summary>A self-signed certificate, expired long ago: validity must not decide a verdict.</summary>
    public static X509Certificate2 Expired { get; } = Make("CN=plumbline.test", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), []);

    /// <summary>Self-signed, in its time, with names.</summary>
    public static X509Certificate2 Named { get; } = Make("CN=tenant, O=Plumbline Test", TimeProvider.System.GetUtcNow().AddDays(-1), ["tenant.voice.svc", "tenant"]);

    /// <summary>Three times what the peer of a handshake should accept.</summary>
    public static X509Certificate2 Huge { get; } = Make("CN=huge", TimeProvider.System.GetUtcNow(), [], padding: 300_000);

    /// <summary>Finishes a TLS handshake, then answers with <paramref name="response"/> after a request, or holds when null.</summary>
    public static Func<Socket, Task> Serve(string? response, SslServerAuthenticationOptions? options = null) => async connection =>
    {
        await using var stream = new SslStream(new NetworkStream(connection, ownsSocket: true));
        await stream.AuthenticateAsServerAsync(options ?? new SslServerAuthenticationOptions { ServerCertificate = Expired });
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer);
        if (response is null || read == 0)
            return;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(response));
        await stream.ShutdownAsync();
    };

    /// <summary>The extension of alternative names holds bytes that are none.</summary>
    public static X509Certificate2 WithBrokenNames()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broken", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", [0x30, 0x03, 0x82, 0x7f, 0x41], critical: false));
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public static X509Certificate2 Make(string subject, DateTimeOffset from, IReadOnlyList<string> names, int padding = 0)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (names.Count > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
                alternatives.AddDnsName(name);
            alternatives.AddIpAddress(System.Net.IPAddress.Parse("10.201.2.2"));
            request.CertificateExtensions.Add(alternatives.Build());
        }

        if (padding > 0)
            request.CertificateExtensions.Add(new X509Extension("1.2.3.4.5", new byte[padding], critical: false));
        using var made = request.CreateSelfSigned(from, from.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

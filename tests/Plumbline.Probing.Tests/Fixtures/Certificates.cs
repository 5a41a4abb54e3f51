using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Plumbline.Probing.Tests.Fixtures;

internal static class Certificates
{
    /// <summary>A self-signed certificate, expired long ago: validity must not decide a verdict.</summary>
    public static X509Certificate2 Expired { get; } = Make();

    /// <summary>Finishes a TLS handshake, then answers with <paramref name="response"/> after a request, or holds when null.</summary>
    public static Func<Socket, Task> Serve(string? response) => async connection =>
    {
        await using var stream = new SslStream(new NetworkStream(connection, ownsSocket: true));
        await stream.AuthenticateAsServerAsync(Expired);
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer);
        if (response is null || read == 0)
            return;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(response));
        await stream.ShutdownAsync();
    };

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=plumbline.test", key, HashAlgorithmName.SHA256);
        var from = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var made = request.CreateSelfSigned(from, from.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

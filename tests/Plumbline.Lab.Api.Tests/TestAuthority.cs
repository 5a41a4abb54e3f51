using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Lab.Api.Tests;

/// <summary>A certificate authority in a temporary directory, with certificates for the server on 127.0.0.1 and for a user.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("plumbline-tls-");

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test-authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        Certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        File.WriteAllText(CertificatePath, Certificate.ExportCertificatePem());
        Issue("server", "CN=server");
        Issue("client", "O=plumbers, CN=alice");
    }

    public X509Certificate2 Certificate { get; }

    public string CertificatePath => PathOf("ca.crt");

    public TlsFiles Server => new(PathOf("server.crt"), PathOf("server.key"));

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose()
    {
        Certificate.Dispose();
        _directory.Delete(recursive: true);
    }

    private void Issue(string name, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(Certificate, Certificate.NotBefore, Certificate.NotAfter, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf($"{name}.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }
}

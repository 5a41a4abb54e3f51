using System.Security.Cryptography.X509Certificates;
using Plumbline.Testing;

namespace Plumbline.Lab.Api.Tests;

/// <summary>A certificate authority in a temporary directory, with certificates for the server on 127.0.0.1 and for a user.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("plumbline-tls-");

    public TestAuthority()
    {
        File.WriteAllText(CertificatePath, Certificate.ExportCertificatePem());
        Issue("server", "CN=server", "127.0.0.1");
        Issue("client", "O=plumbers, CN=alice", null);
    }

    public X509Certificate2 Certificate { get; } = TestCertificates.Authority("test-authority");

    public string CertificatePath => PathOf("ca.crt");

    public TlsFiles Server => new(PathOf("server.crt"), PathOf("server.key"));

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose()
    {
        Certificate.Dispose();
        _directory.Delete(recursive: true);
    }

    private void Issue(string name, string subject, string? serverName)
    {
        using var certificate = TestCertificates.Issue(subject, Certificate, serverName);
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(PathOf($"{name}.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Tests.Support;

namespace Plumbline.Kubernetes.Tests;

public sealed class ServerTrustTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Test]
    public async Task Server_VouchedForByTheAuthority_IsTrustedOverHttp2()
    {
        using var authority = Authority("ca");
        Assert.That(await ConnectAsync(authority, ServerTrust.Authorities([authority]), "127.0.0.1"), Is.EqualTo("HTTP/2"));
    }

    [Test]
    public async Task Server_OfAnotherAuthorityOfTheSameName_IsRefused()
    {
        using var authority = Authority("ca");
        using var other = Authority("ca");
        Assert.That(await ConnectAsync(authority, ServerTrust.Authorities([other]), "127.0.0.1"), Does.StartWith("refused").And.Contain("certificate"));
    }

    [Test]
    public async Task Server_NotInTheSystemsRoots_IsRefused()
    {
        using var authority = Authority("ca");
        Assert.That(await ConnectAsync(authority, ServerTrust.System, "127.0.0.1"), Does.StartWith("refused"));
    }

    [Test]
    public async Task Server_OfAnotherName_IsRefusedUnlessThatNameIsExpected()
    {
        using var authority = Authority("ca");
        var trust = ServerTrust.Authorities([authority]);

        Assert.That(await ConnectAsync(authority, trust, "api.internal"), Does.StartWith("refused"));
        Assert.That(await ConnectAsync(authority, trust, "api.internal", expect: "api.internal"), Is.EqualTo("HTTP/2"));
        Assert.That(await ConnectAsync(authority, trust, "127.0.0.1", expect: "api.internal"), Does.StartWith("refused"));
    }

    [Test]
    public async Task Server_BelowAnIntermediateThatIsTheAnchor_IsTrusted()
    {
        using var root = Authority("root");
        using var intermediate = Issue("CN=intermediate", root, isAuthority: true);

        Assert.That(await ConnectAsync(intermediate, ServerTrust.Authorities([intermediate]), "127.0.0.1"), Is.EqualTo("HTTP/2"));
        Assert.That(await ConnectAsync(intermediate, ServerTrust.Authorities([root]), "127.0.0.1"), Does.StartWith("refused"), "the link between them is not at hand");
    }

    [Test]
    public async Task Client_WithCertificate_PresentsIt()
    {
        using var authority = Authority("ca");
        using var client = Issue("CN=me", authority);

        Assert.That(await ConnectAsync(authority, ServerTrust.Authorities([authority]), "127.0.0.1", clientCertificate: client), Is.EqualTo("HTTP/2 CN=me"));
    }

    [Test]
    public async Task AuthorityFile_Replaced_IsReadAgain()
    {
        using var old = Authority("ca");
        using var next = Authority("ca");
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, old.ExportCertificatePem());
            var trust = ServerTrust.AuthorityFile(path);
            Assert.That(await ConnectAsync(next, trust, "127.0.0.1"), Does.StartWith("refused"));

            await File.WriteAllTextAsync(path, next.ExportCertificatePem());
            File.SetLastWriteTimeUtc(path, Now.UtcDateTime.AddMinutes(1));
            Assert.That(await ConnectAsync(next, trust, "127.0.0.1"), Is.EqualTo("HTTP/2"));

            await File.WriteAllTextAsync(path, "half-writ");
            File.SetLastWriteTimeUtc(path, Now.UtcDateTime.AddMinutes(2));
            Assert.That(await ConnectAsync(next, trust, "127.0.0.1"), Is.EqualTo("HTTP/2"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<string> ConnectAsync(
        X509Certificate2 issuer, ServerTrust trust, string serverName, string? expect = null, X509Certificate2? clientCertificate = null)
    {
        using var certificate = Issue("CN=server", issuer, serverName);
        await using var api = await FakeApi.StartAsync(
            (context, request) =>
            {
                var seen = $"{context.Request.Protocol} {context.Connection.ClientCertificate?.Subject}".Trim();
                return FakeApi.Json($$$"""{"metadata":{"name":"{{{seen}}}"}}""")(context, request);
            },
            listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            }));
        var configuration = new ApiConnection
        {
            Server = api.Url,
            Trust = trust,
            TlsServerName = expect,
            UseProxy = false,
            Credentials = new StaticCredentials(null, clientCertificate),
        };
        using var client = new KubernetesClient(
            configuration, KindContracts.Models, TimeProvider.System, new Random(1), new KubernetesClientOptions { Retries = 0 });
        try
        {
            return (await client.GetAsync<V1Pod>("a", "n", CancellationToken.None))!.Metadata.Name!;
        }
        catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.Transport)
        {
            return $"refused: {e.Message}";
        }
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request($"CN={name}", key, null, isAuthority: true).CreateSelfSigned(Now.AddDays(-2), Now.AddDays(2));
    }

    private static X509Certificate2 Issue(string subject, X509Certificate2 issuer, string? serverName = null, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(subject, key, serverName, isAuthority).Create(issuer, Now.AddDays(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }

    private static CertificateRequest Request(string subject, ECDsa key, string? serverName, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (serverName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (System.Net.IPAddress.TryParse(serverName, out var address))
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

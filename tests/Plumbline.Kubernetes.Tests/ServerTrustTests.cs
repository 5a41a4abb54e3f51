using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Kubernetes.Tests;

public sealed class ServerTrustTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Test]
    public async Task Server_VouchedForByTheAuthority_IsTrustedOverHttp2()
    {
        using var authority = TestCertificates.Authority("ca");
        Assert.That(await ConnectAsync(authority, ServerTrust.Authorities([authority]), "127.0.0.1"), Is.EqualTo("HTTP/2"));
    }

    [Test]
    public async Task Server_OfAnotherAuthorityOfTheSameName_IsRefused()
    {
        using var authority = TestCertificates.Authority("ca");
        using var other = TestCertificates.Authority("ca");
        Assert.That(await ConnectAsync(authority, ServerTrust.Authorities([other]), "127.0.0.1"), Does.StartWith("refused").And.Contain("certificate"));
    }

    [Test]
    public async Task Server_NotInTheSystemsRoots_IsRefused()
    {
        using var authority = TestCertificates.Authority("ca");
        Assert.That(await ConnectAsync(authority, ServerTrust.System, "127.0.0.1"), Does.StartWith("refused"));
    }

    [Test]
    public async Task Server_OfAnotherName_IsRefusedUnlessThatNameIsExpected()
    {
        using var authority = TestCertificates.Authority("ca");
        var trust = ServerTrust.Authorities([authority]);

        Assert.That(await ConnectAsync(authority, trust, "api.internal"), Does.StartWith("refused"));
        Assert.That(await ConnectAsync(authority, trust, "api.internal", expect: "api.internal"), Is.EqualTo("HTTP/2"));
        Assert.That(await ConnectAsync(authority, trust, "127.0.0.1", expect: "api.internal"), Does.StartWith("refused"));
    }

    [Test]
    public async Task Server_BelowAnIntermediateThatIsTheAnchor_IsTrusted()
    {
        using var root = TestCertificates.Authority("root");
        using var intermediate = TestCertificates.Issue("CN=intermediate", root, isAuthority: true);

        Assert.That(await ConnectAsync(intermediate, ServerTrust.Authorities([intermediate]), "127.0.0.1"), Is.EqualTo("HTTP/2"));
        Assert.That(await ConnectAsync(intermediate, ServerTrust.Authorities([root]), "127.0.0.1"), Does.StartWith("refused"), "the link between them is not at hand");
    }

    [Test]
    public async Task Client_WithCertificate_PresentsIt()
    {
        using var authority = TestCertificates.Authority("ca");
        using var client = TestCertificates.Issue("CN=me", authority);

        Assert.That(await ConnectAsync(authority, ServerTrust.Authorities([authority]), "127.0.0.1", clientCertificate: client), Is.EqualTo("HTTP/2 CN=me"));
    }

    [Test]
    public async Task AuthorityFile_Replaced_IsReadAgain()
    {
        using var old = TestCertificates.Authority("ca");
        using var next = TestCertificates.Authority("ca");
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
        using var certificate = TestCertificates.Issue("CN=server", issuer, serverName);
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
}

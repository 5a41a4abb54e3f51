using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Plumbline.Agent;
using Plumbline.Agent.Link;
using Plumbline.Operator.Dispatch.Identity;

namespace Plumbline.Operator.Tests.Dispatch;

/// <summary>The certificates that replicas make, as the agent's own dialer judges them.</summary>
internal sealed class LinkTrustTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private DirectoryInfo _directory = null!;

    private string Trust => Path.Combine(_directory.FullName, "trust");

    [SetUp]
    public void Begin()
    {
        _directory = Directory.CreateTempSubdirectory("plumbline-link-trust-");
        Directory.CreateDirectory(Trust);
        File.WriteAllText(Path.Combine(_directory.FullName, "token"), "t");
    }

    [TearDown]
    public void End() => _directory.Delete(true);

    [Test]
    public async Task EachReplicaOfTheTrust_IsKnown()
    {
        var replicas = new[] { Certificate(), Certificate(), Certificate() };
        Publish("one", replicas[0], replicas[1]);
        Publish("two", replicas[2]);

        foreach (var replica in replicas)
            Assert.That(await DialAsync(replica), Does.Contain("answers 418"), "TLS came about, and the request was answered");
    }

    [Test]
    public async Task AnotherCertificateOfTheSameName_IsNot()
    {
        Publish("one", Certificate());
        Assert.That(await DialAsync(Certificate()), Does.Contain("does not prove to be the operator"));
    }

    [Test]
    public async Task TrustedCertificateOfAnotherName_IsNot()
    {
        var other = SelfSigned.Create(["elsewhere"], Now, TimeSpan.FromDays(1));
        Publish("one", other);
        Assert.That(await DialAsync(other), Does.Contain("does not prove to be the operator"));
    }

    [Test]
    public async Task ExpiredCertificate_IsNot()
    {
        var expired = SelfSigned.Create(["localhost"], Now.AddDays(-2), TimeSpan.FromDays(1));
        Publish("one", expired);
        Assert.That(await DialAsync(expired), Does.Contain("does not prove to be the operator"));
    }

    [Test]
    public async Task CertificateSignedByATrustedReplica_IsNot()
    {
        var replica = Certificate();
        Publish("one", replica);
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(
            replica.SubjectName, X509SignatureGenerator.CreateForECDsa(replica.GetECDsaPrivateKey()!), Now.AddHours(-1), Now.AddHours(1), [1, 2, 3]);

        Assert.That(await DialAsync(signed.CopyWithPrivateKey(key)), Does.Contain("does not prove to be the operator"));
    }

    [Test]
    public async Task RotatedAsAKubeletDoes_IsReadAtTheNextDial()
    {
        var (old, young) = (Certificate(), Certificate());
        Mount("..2026_01", old);
        Assert.That(await DialAsync(young), Does.Contain("does not prove to be the operator"));

        Mount("..2026_02", young);
        Assert.That(await DialAsync(young), Does.Contain("answers 418"));
    }

    [Test]
    public async Task EmptyDirectory_IsAReason()
    {
        using var certificate = Certificate();
        Assert.That(await DialAsync(certificate), Does.Contain("holds no .crt or .pem file as yet"));
        Directory.Delete(Trust);
        Assert.That(await DialAsync(certificate), Does.Contain("is not there: mount"));
    }

    [Test]
    public async Task SpoiltFile_DoesNotHideTheOthers()
    {
        var replica = Certificate();
        Publish("two", replica);
        await File.WriteAllTextAsync(Path.Combine(Trust, "one.crt"), "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        await File.WriteAllBytesAsync(Path.Combine(Trust, "zoo.pem"), new byte[2 * 1024 * 1024]);
        await File.WriteAllTextAsync(Path.Combine(Trust, "README.txt"), "not looked at");

        Assert.That(await DialAsync(replica), Does.Contain("answers 418"));
        File.Delete(Path.Combine(Trust, "two.crt"));
        Assert.That(await DialAsync(replica), Does.Contain("one.crt").And.Contain("zoo.pem: more than").And.Not.Contain("README"));
    }

    private static X509Certificate2 Certificate() => SelfSigned.Create(["localhost"], Now, TimeSpan.FromDays(1));

    private void Publish(string replica, params X509Certificate2[] certificates) =>
        File.WriteAllText(Path.Combine(Trust, LinkTrust.KeyOf(replica)), LinkTrust.EntryOf(certificates));

    /// <summary>A directory a version, a link to the newest, and links through that link: as ConfigMaps are mounted.</summary>
    private void Mount(string version, X509Certificate2 certificate)
    {
        Directory.CreateDirectory(Path.Combine(Trust, version));
        File.WriteAllText(Path.Combine(Trust, version, "one.crt"), LinkTrust.EntryOf(certificate));
        var data = Path.Combine(Trust, "..data");
        if (Directory.Exists(data))
            Directory.Delete(data);
        Directory.CreateSymbolicLink(data, version);
        if (!File.Exists(Path.Combine(Trust, "one.crt")))
            File.CreateSymbolicLink(Path.Combine(Trust, "one.crt"), Path.Combine("..data", "one.crt"));
    }

    /// <summary>What the dialer says of a server that shows this certificate and is no operator otherwise.</summary>
    private async Task<string> DialAsync(X509Certificate2 shown)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(shown)));
        await using var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        });
        await app.StartAsync();
        var address = new Uri($"wss://localhost:{new Uri(app.Urls.First()).Port}");
        var options = new AgentOptions { OperatorUri = address, TokenFile = Path.Combine(_directory.FullName, "token"), CaFile = Trust, NodeName = "n" };
        return ((DialOutcome.Failed)await new LinkDialer(options).DialAsync(address, TimeProvider.System, CancellationToken.None)).Reason;
    }
}

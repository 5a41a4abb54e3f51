using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>TLS servers that want more than an anonymous client has, or offer less than a modern one asks.</summary>
internal sealed class TlsServerTests
{
    private const int Port = 8410;

    private string _folder = "";

    [OneTimeSetUp]
    public void WriteCertificate()
    {
        _folder = Directory.CreateTempSubdirectory("plumbline-tls").FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=old.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        File.WriteAllText(Path.Combine(_folder, "c.pem"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "k.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task ClientCertificateDemanded_AnyVersionAndProtocol_ReachedAndTold(
        [Values("-tls1_2", "-tls1_3")] string version, [Values(ProbeProtocol.Tls, ProbeProtocol.Https)] ProbeProtocol protocol)
    {
        using var server = await OpenSslAsync(version, "-Verify", "1", "-verify_return_error", "-CAfile", Path.Combine(_folder, "c.pem"));

        ExpectDemand(await RunAsync(protocol));
    }

    [Test]
    public async Task ClientCertificateDemanded_ServerLeavesWithoutAnAlert_ReachedAndTold(
        [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version, [Values(ProbeProtocol.Tls, ProbeProtocol.Https)] ProbeProtocol protocol, [Values] bool reset)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await using var stream = new SslStream(new NetworkStream(connection, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = Certificates.Named,
                ClientCertificateRequired = true,
                EnabledSslProtocols = version,
                RemoteCertificateValidationCallback = (_, _, _, _) =>
                {
                    connection.LingerState = new LingerOption(reset, 0);
                    connection.Close();
                    return false;
                },
            });
        });

        ExpectDemand(await RunAsync(protocol));
    }

    [TestCase(400, true)]
    [TestCase(200, false)]
    public async Task ClientCertificateAskedFor_StatusSaysWhetherItIsDemanded(int status, bool demanded)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, Asking($"HTTP/1.1 {status} So\r\n\r\n"));

        var result = await RunAsync(ProbeProtocol.Https);

        Assert.That((result.Outcome, result.HttpStatus), Is.EqualTo((ProbeOutcome.Succeeded, (int?)status)), result.Detail);
        Assert.That(result.Remarks.HasFlag(ProbeRemarks.ClientCertificateDemanded), Is.EqualTo(demanded));
    }

    [Test]
    public async Task ClientCertificateAskedFor_ServerGoesOnWithout_IsNoDemand()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, Asking(null));

        var result = await RunAsync(ProbeProtocol.Tls);

        Assert.That((result.Outcome, result.Proven), Is.EqualTo((ProbeOutcome.Succeeded, ProvenStage.TlsEstablished)), result.Detail);
        Assert.That(result.Remarks, Is.EqualTo(ProbeRemarks.None));
    }

    [TestCase("-tls1_2", "-cipher", "AES128-SHA:AES256-SHA", TestName = "RSA key exchange only, CBC")]
    [TestCase("-tls1_2", "-cipher", "AES256-GCM-SHA384", TestName = "RSA key exchange only, GCM")]
    [TestCase("-tls1_2", "-cipher", "DHE-RSA-AES128-SHA256", TestName = "finite-field Diffie-Hellman only")]
    [TestCase("-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", TestName = "one suite of TLS 1.3 only")]
    public async Task Server_OfferingLittleOfWhatOpenSslOffers_IsReached(params string[] arguments)
    {
        using var server = await OpenSslAsync(arguments);

        var result = await RunAsync(ProbeProtocol.Https);

        Assert.That((result.Outcome, result.HttpStatus), Is.EqualTo((ProbeOutcome.Succeeded, (int?)200)), result.Detail);
        Assert.That(result.Remarks, Is.EqualTo(ProbeRemarks.None));
    }

    [TestCase("-tls1", "1.0", "TLS 1.0")]
    [TestCase("-tls1_1", "1.0", "TLS 1.1")]
    [TestCase("-tls1_1", "1.1", "TLS 1.1")]
    public async Task OldServer_NamedAsSuch_AndReachedWhereTheRowTakesIt(string version, string least, string name)
    {
        using var server = await OpenSslAsync(version, "-cipher", "ALL:@SECLEVEL=0");

        var modern = await RunAsync(ProbeProtocol.Tls);
        var old = await RunAsync(ProbeProtocol.Https, least);

        Assert.That(modern.Outcome, Is.EqualTo(ProbeOutcome.TlsHandshakeFailed), modern.Detail);
        Assert.That(modern.Detail, Does.Contain("none of TLS 1.2 and 1.3").And.Contain("tls.minVersion"));
        Assert.That((old.Outcome, old.HttpStatus), Is.EqualTo((ProbeOutcome.Succeeded, (int?)200)), old.Detail);
        Assert.That(old.Remarks, Is.EqualTo(ProbeRemarks.OldTls));
        Assert.That((await RunAsync(ProbeProtocol.Tls, least)).Detail, Does.StartWith(name));
    }

    [Test]
    public async Task ModernServer_LowBar_SpeaksTheNewestAndIsNotCalledOld()
    {
        using var server = await OpenSslAsync();

        var result = await RunAsync(ProbeProtocol.Tls, "1.0");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Detail, Does.StartWith("TLS 1.3"));
        Assert.That(result.Remarks, Is.EqualTo(ProbeRemarks.None));
    }

    [Test]
    public async Task Server_BelowTheRowsBar_TlsHandshakeFailed()
    {
        using var server = await OpenSslAsync("-tls1_2");

        var result = await RunAsync(ProbeProtocol.Tls, "1.3");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TlsHandshakeFailed), result.Detail);
        Assert.That(result.Detail, Does.Contain("none of TLS 1.3"));
    }

    [Test]
    public async Task NoSuiteInCommon_TlsHandshakeFailedAndNoDemand()
    {
        using var server = await OpenSslAsync("-tls1_2", "-cipher", "AES128-CCM");

        var result = await RunAsync(ProbeProtocol.Tls);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TlsHandshakeFailed), result.Detail);
        Assert.That(result.Detail, Does.Contain("handshake_failure").And.Contain("no server name was sent"));
        Assert.That(result.Remarks, Is.EqualTo(ProbeRemarks.None));
    }

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task ServerThatChoosesByName_ReachedByItsNameOnly(string version)
    {
        using var server = await OpenSslAsync(version, "-servername", "shop.example.org", "-servername_fatal", "-cert2", Path.Combine(_folder, "c.pem"), "-key2", Path.Combine(_folder, "k.pem"));

        var right = await RunAsync(ProbeProtocol.Https, name: "shop.example.org");
        var wrong = await RunAsync(ProbeProtocol.Https, name: "front.trial");

        Assert.That(right.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), right.Detail);
        Assert.That(wrong.Outcome, Is.EqualTo(ProbeOutcome.TlsHandshakeFailed), wrong.Detail);
        Assert.That(wrong.Detail, Does.Contain("unrecognized_name").And.Contain("'front.trial'"));
    }

    [TestCase("shop.example.org", "shop.example.org")]
    [TestCase(null, "")]
    public async Task LiteralAddress_SendsTheNameOfThePlan(string? name, string expected)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await using var stream = new SslStream(new NetworkStream(connection, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(
                (_, hello, _, _) =>
                {
                    seen.TrySetResult(hello.ServerName);
                    return ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificate = Certificates.Named });
                },
                null);
        });

        await RunAsync(ProbeProtocol.Tls, name: name);

        Assert.That(await seen.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(expected));
    }

    private static Func<Socket, Task> Asking(string? response) => Certificates.Serve(response, new SslServerAuthenticationOptions
    {
        ServerCertificate = Certificates.Named,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null,
    });

    private static void ExpectDemand(ProbeResult result)
    {
        Assert.That((result.Outcome, result.Proven, result.Remarks), Is.EqualTo((ProbeOutcome.Succeeded, ProvenStage.TlsEstablished, ProbeRemarks.ClientCertificateDemanded)), result.Detail);
        Assert.That(result.HttpStatus, Is.Null);
        Assert.That(result.Detail, Does.Contain("demands a client certificate"));
        Assert.That(result.Certificate, Is.Not.Null);
    }

    private async Task<NamespaceProcess> OpenSslAsync(params string[] arguments)
    {
        var server = NamespaceProcess.Start(
            Lab.Network.Target, "openssl", "openssl",
            ["s_server", "-accept", $"{TestNetwork.TargetAddress}:{Port}", "-www", "-cert", Path.Combine(_folder, "c.pem"), "-key", Path.Combine(_folder, "k.pem"), .. arguments]);
        await server.SaysAsync("ACCEPT");
        return server;
    }

    private static async Task<ProbeResult> RunAsync(ProbeProtocol protocol, string? least = null, string? name = null) =>
        await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port, protocol, timeout: 5000) with { MinTls = least, ServerName = name }, Lab.Source, default);
}

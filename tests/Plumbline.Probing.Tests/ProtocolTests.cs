using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>What is proven once the handshake is: HTTP, TLS and HTTPS against servers that behave and servers that do not.</summary>
internal sealed class ProtocolTests
{
    private const int Port = 8400;

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ProbeOutcome.Succeeded, 200)]
    [TestCase("HTTP/1.0 503 Service Unavailable\r\n\r\n", ProbeOutcome.Succeeded, 503)]
    [TestCase("HTTP/1.1 404\r\n\r\n", ProbeOutcome.Succeeded, 404)]
    [TestCase("HTTP/1.1 100 Continue\r\n\r\n", ProbeOutcome.Succeeded, 100)]
    [TestCase("SSH-2.0-OpenSSH_9.2\r\n", ProbeOutcome.NotHttp, null)]
    [TestCase("HTTP/1.1 9999 What\r\n\r\n", ProbeOutcome.NotHttp, null)]
    [TestCase("HTTP/1.1 20", ProbeOutcome.ClosedByPeer, null)]
    [TestCase("HT", ProbeOutcome.ClosedByPeer, null)]
    public async Task Http_Answer_Outcome(string answer, ProbeOutcome outcome, int? status)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer(answer));

        var result = await RunAsync(ProbeProtocol.Http);

        Assert.That(result.Outcome, Is.EqualTo(outcome), result.Detail);
        Assert.That(result.HttpStatus, Is.EqualTo(status));
        Assert.That(result.Proven, Is.EqualTo(outcome == ProbeOutcome.ClosedByPeer ? ProvenStage.Connected : ProvenStage.Replied));
        Assert.That(result.Timings.Http.HasValue, Is.EqualTo(status is not null));
    }

    [TestCase("HTTP/1.1 503 Busy\r\n\r\n", 503)]
    [TestCase("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, Description = "the final status counts")]
    [TestCase("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 103, Description = "no final one came, and yet it speaks HTTP")]
    public async Task Http_AnyStatus_IsToldAndNotJudged(string answer, int status)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer(answer));

        var result = await RunAsync(ProbeProtocol.Http);

        Assert.That((result.Outcome, result.HttpStatus), Is.EqualTo((ProbeOutcome.Succeeded, (int?)status)), result.Detail);
    }

    [Test]
    public async Task Http_SplitAnswer_Succeeded()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer([.. "HTTP/1.1 200 OK\r\n\r\n".Select(c => c.ToString())]));

        Assert.That((await RunAsync(ProbeProtocol.Http)).HttpStatus, Is.EqualTo(200));
    }

    [Test]
    public async Task Http_ServerSpeaksTls_NotHttpAndSaysSo()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer("\u0015\u0003\u0001\u0000\u0002\u0002\u0046"));

        var result = await RunAsync(ProbeProtocol.Http);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NotHttp));
        Assert.That(result.Detail, Does.Contain("answers in TLS"));
    }

    [Test]
    public async Task Http_NeverAnswers_HttpNoResponse()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Hold);

        var result = await RunAsync(ProbeProtocol.Http);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.HttpNoResponse), result.Detail);
        Assert.That(result.Proven, Is.EqualTo(ProvenStage.Connected));
    }

    [TestCase(ProbeProtocol.Http)]
    [TestCase(ProbeProtocol.Tls)]
    [TestCase(ProbeProtocol.Https)]
    public async Task AnyProtocol_AcceptedThenClosedOrReset_ClosedByPeer(ProbeProtocol protocol)
    {
        foreach (var treat in new[] { TcpServer.Close, TcpServer.Reset })
        {
            using var server = TcpServer.Start(Lab.Network.Target, Port, treat);

            var result = await RunAsync(protocol);

            Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.ClosedByPeer), result.Detail);
            Assert.That(result.Proven, Is.EqualTo(ProvenStage.Connected));
        }
    }

    [TestCase("/a b", "GET", null)]
    [TestCase("/", "GET\r\nX-Injected: 1", null)]
    [TestCase("/", "GET", "host\r\nX: y")]
    [TestCase("relative", "GET", null)]
    public async Task Http_RequestThatWouldNotBeOneLineAHeader_NotRunAndNothingSent(string path, string method, string? host)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Hold);

        var result = await RunAsync(ProbeProtocol.Http, new HttpRequestSpec(method, path, host));

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NotRun), result.Detail);
        Assert.That(server.Accepted, Is.Zero);
    }

    [Test]
    public async Task Http_Request_CarriesHostAndMethod()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            var buffer = new byte[4096];
            seen.SetResult(Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer)));
            connection.Dispose();
        });

        await RunAsync(ProbeProtocol.Http, new HttpRequestSpec("HEAD", "/health", "tenant.example"));

        Assert.That(await seen.Task, Does.StartWith("HEAD /health HTTP/1.1\r\nHost: tenant.example\r\n").And.Contain("Connection: close\r\n\r\n"));
    }

    [Test]
    public async Task Tls_ExpiredCertificate_SucceededAndTold()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, Certificates.Serve(null));

        var result = await RunAsync(ProbeProtocol.Tls);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Proven, Is.EqualTo(ProvenStage.TlsEstablished));
        Assert.That(result.Detail, Does.Contain("plumbline.test").And.Contain("2020-01-31"));
        Assert.That(result.Timings.Tls, Is.GreaterThan(0));
        Assert.That(result.Certificate!.NotAfter, Is.EqualTo(new DateTimeOffset(2020, 1, 31, 0, 0, 0, TimeSpan.Zero)));
        Assert.That(result.Certificate.ChainProblem, Does.Contain("NotTimeValid").Or.Contain("expired"));
    }

    [Test]
    public async Task Tls_Certificate_FactsTold([Values(ProbeProtocol.Tls, ProbeProtocol.Https)] ProbeProtocol protocol)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, Certificates.Serve("HTTP/1.1 200 OK\r\n\r\n", new SslServerAuthenticationOptions { ServerCertificate = Certificates.Named }));

        var facts = (await RunAsync(protocol)).Certificate!;

        Assert.That(facts.Subject, Is.EqualTo("CN=tenant, O=Plumbline Test"));
        Assert.That(facts.Issuer, Is.EqualTo(facts.Subject));
        Assert.That(facts.Names, Is.EqualTo(["tenant.voice.svc", "tenant", "10.201.2.2"]));
        Assert.That(facts.NotAfter - facts.NotBefore, Is.EqualTo(TimeSpan.FromDays(30)));
        Assert.That(facts.ChainProblem, Does.StartWith("UntrustedRoot").Or.StartWith("PartialChain"), "no name was asked for, so none is missed");
    }

    [TestCase("tenant.voice.svc", false)]
    [TestCase("other.voice.svc", true)]
    public async Task Tls_ServerName_MismatchTold(string name, bool mismatch)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, Certificates.Serve(null, new SslServerAuthenticationOptions { ServerCertificate = Certificates.Named }));

        var result = await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port, ProbeProtocol.Tls) with { ServerName = name }, Lab.Source, default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Certificate!.ChainProblem!.Contains("name does not match", StringComparison.Ordinal), Is.EqualTo(mismatch), result.Certificate.ChainProblem);
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Tls_ClientCertificateDemanded_CertificateOfTheServerToldAllTheSame(SslProtocols version)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, Certificates.Serve("HTTP/1.1 200 OK\r\n\r\n", new SslServerAuthenticationOptions
        {
            ServerCertificate = Certificates.Named,
            ClientCertificateRequired = true,
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        }));

        var result = await RunAsync(ProbeProtocol.Https);

        Assert.That((result.Outcome, result.Remarks), Is.EqualTo((ProbeOutcome.Succeeded, ProbeRemarks.ClientCertificateDemanded)), result.Detail);
        Assert.That(result.Detail, Does.Contain("demands a client certificate"));
        Assert.That(result.Certificate?.Subject, Is.EqualTo("CN=tenant, O=Plumbline Test"));
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Tls_ServerGetsAnotherCertificate_TheNextProbeTellsIt(SslProtocols version)
    {
        using var renewed = Certificates.Make("CN=renewed", TimeProvider.System.GetUtcNow(), []);
        var certificate = Certificates.Named;
        using var server = TcpServer.Start(Lab.Network.Target, Port, connection => Certificates.Serve(
            "HTTP/1.1 200 OK\r\n\r\n", new SslServerAuthenticationOptions { ServerCertificate = Volatile.Read(ref certificate), EnabledSslProtocols = version })(connection));
        var subjects = new List<string?>();
        for (var i = 0; i < 4; i++)
        {
            if (i == 3)
                Volatile.Write(ref certificate, renewed);
            var result = await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port, ProbeProtocol.Https, 5000) with { ServerName = "tenant" }, Lab.Source, default);
            subjects.Add(result.Certificate?.Subject);
        }

        Assert.That(subjects, Is.EqualTo([Certificates.Named.Subject, Certificates.Named.Subject, Certificates.Named.Subject, "CN=renewed"]));
    }

    [Test]
    public async Task Tls_CertificateWithEndlessNames_Bounded()
    {
        using var certificate = Certificates.Make($"CN={new string('a', 64)}, {string.Join(", ", Enumerable.Range(0, 40).Select(i => $"OU=unit{i}"))}", TimeProvider.System.GetUtcNow(), [.. Enumerable.Range(0, 200).Select(i => $"name{i}.{new string('x', 60)}.example")]);
        using var server = TcpServer.Start(Lab.Network.Target, Port, Certificates.Serve(null, new SslServerAuthenticationOptions { ServerCertificate = certificate }));

        var facts = (await RunAsync(ProbeProtocol.Tls)).Certificate!;

        Assert.That(facts.Subject, Has.Length.LessThanOrEqualTo(200));
        Assert.That(facts.Names, Has.Length.EqualTo(8).And.All.Length.LessThanOrEqualTo(200));
    }

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ProbeOutcome.Succeeded, ProvenStage.Replied)]
    [TestCase("220 smtp ready\r\n", ProbeOutcome.NotHttp, ProvenStage.Replied)]
    public async Task Https_Answer_Outcome(string answer, ProbeOutcome outcome, ProvenStage proven)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, Certificates.Serve(answer));

        var result = await RunAsync(ProbeProtocol.Https);

        Assert.That(result.Outcome, Is.EqualTo(outcome), result.Detail);
        Assert.That(result.Proven, Is.EqualTo(proven));
    }

    [Test]
    public async Task Tls_GarbageInstead_TlsHandshakeFailed()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer("SSH-2.0-OpenSSH_9.2 and a good deal of other text\r\n"));

        Assert.That((await RunAsync(ProbeProtocol.Tls)).Outcome, Is.EqualTo(ProbeOutcome.TlsHandshakeFailed));
    }

    [Test]
    public async Task Tls_NeverAnswers_TlsHandshakeFailedInTime()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Hold);

        var result = await RunAsync(ProbeProtocol.Tls);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TlsHandshakeFailed));
        Assert.That(result.Detail, Does.Contain("in time"));
    }

    [Test]
    public async Task Tcp_ServerThatGreets_SeesAnOrderlyEnd()
    {
        var end = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            try
            {
                await connection.SendAsync("220 smtp ready\r\n"u8.ToArray());
                var buffer = new byte[10];
                while (await connection.ReceiveAsync(buffer) is > 0 and var got)
                    Assert.That(buffer.AsSpan(0, got).SequenceEqual("QUIT\r\n"u8));
                end.SetResult(0);
            }
            catch (SocketException e)
            {
                end.SetException(e);
            }

            connection.Dispose();
        });

        await RunAsync(ProbeProtocol.Tcp);

        Assert.That(await end.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.Zero, "the goodbye of its protocol, then the end of the stream, no reset");
    }

    private static async Task<ProbeResult> RunAsync(ProbeProtocol protocol, HttpRequestSpec? http = null) =>
        await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port, protocol, timeout: 1000) with { Http = http }, Lab.Source, default);
}

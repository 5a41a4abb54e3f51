using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>TLS that begins inside another protocol, and TLS rows to what does not speak it.</summary>
internal sealed class StartTlsTests
{
    [TestCase(25, "220 mail ESMTP\r\n", "EHLO plumbline", "250-mail\r\n250 STARTTLS\r\n", "STARTTLS", "220 2.0.0 Ready\r\n", "QUIT")]
    [TestCase(143, "* OK ready\r\n", "a STARTTLS", "* CAPABILITY IMAP4rev1\r\na OK begin\r\n", null, null, "a LOGOUT")]
    [TestCase(110, "+OK ready\r\n", "STLS", "+OK begin\r\n", null, null, "QUIT")]
    [TestCase(21, "220 ready\r\n", "AUTH TLS", "234 begin\r\n", null, null, "QUIT")]
    public async Task ServerThatGoesOverToTls_IsReachedAsItsClientsDoIt(int port, string greeting, string ask, string answer, string? askMore, string? answerMore, string leaving)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = TcpServer.Start(Lab.Network.Target, port, async connection =>
        {
            var stream = new NetworkStream(connection);
            await SayAsync(stream, greeting);
            foreach (var (question, reply) in new[] { (ask, answer), (askMore, answerMore) })
            {
                if (question is not null && (await LineAsync(stream)) == question)
                    await SayAsync(stream, reply!);
            }

            heard.TrySetResult(await LineAsync(await SecureAsync(stream)));
        });

        var result = await RunAsync(port);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Proven, Is.GreaterThanOrEqualTo(ProvenStage.TlsEstablished));
        Assert.That(result.Certificate, Is.Not.Null);
        Assert.That(await heard.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(leaving), "inside the session");
    }

    [TestCase('S', ProbeOutcome.Succeeded, "TLS 1.3")]
    [TestCase('N', ProbeOutcome.TlsHandshakeFailed, "PostgreSQL says that it has no TLS")]
    public async Task Postgres_IsAskedBefore(char says, ProbeOutcome outcome, string detail)
    {
        using var server = TcpServer.Start(Lab.Network.Target, 5432, async connection =>
        {
            var stream = new NetworkStream(connection);
            await stream.ReadExactlyAsync(new byte[8]);
            await SayAsync(stream, says.ToString());
            if (says == 'S')
                await SecureAsync(stream);
        });

        var result = await RunAsync(5432);

        Assert.That(result.Outcome, Is.EqualTo(outcome), result.Detail);
        Assert.That(result.Detail, Does.Contain(detail));
    }

    [TestCase(5432)]
    [TestCase(143)]
    public async Task TlsFromTheFirstByteOnSuchAPort_IsFoundAndRemembered(int port)
    {
        var connections = 0;
        using var server = TcpServer.Start(Lab.Network.Target, port, async connection =>
        {
            Interlocked.Increment(ref connections);
            var stream = new NetworkStream(connection, ownsSocket: true);
            try
            {
                await SecureAsync(stream);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                await stream.DisposeAsync();
            }
        });

        Assert.That((await RunAsync(port)).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
        var first = connections;
        Assert.That((await RunAsync(port)).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
        Assert.That(connections - first, Is.EqualTo(1));
    }

    [Test]
    public async Task ServerThatGreetsLate_IsWaitedForTheNextTime()
    {
        using var server = TcpServer.Start(Lab.Network.Target, 587, async connection =>
        {
            var stream = new NetworkStream(connection);
            await Task.Delay(TimeSpan.FromMilliseconds(1500), TimeProvider.System);
            await SayAsync(stream, "220 mail ESMTP\r\n");
            while (await LineAsync(stream) is { Length: > 0 } line)
            {
                await SayAsync(stream, line == "STARTTLS" ? "220 go\r\n" : "250 mail\r\n");
                if (line == "STARTTLS")
                    await LineAsync(await SecureAsync(stream));
            }
        });

        var first = await RunAsync(587);
        Assert.That((first.Outcome, first.Proven), Is.EqualTo((ProbeOutcome.TlsHandshakeFailed, ProvenStage.Replied)), first.Detail);
        var second = await RunAsync(587);
        Assert.That(second.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), second.Detail);
    }

    [TestCase(8420, "SSH-2.0-OpenSSH_9.2p1\r\n", "no TLS: answers 'SSH-2.0-OpenSSH_9.2p1'")]
    [TestCase(8421, "HTTP/1.1 400 Bad Request\r\n\r\n", "no TLS: answers in plain HTTP ('HTTP/1.1 400 Bad Request')")]
    [TestCase(25, "554 go away\r\n", "the server turns this client away: 554 go away")]
    public async Task PlainAnswer_IsQuoted(int port, string words, string detail)
    {
        using var server = TcpServer.Start(Lab.Network.Target, port, async connection => await SayAsync(new NetworkStream(connection), words));

        var result = await RunAsync(port);

        Assert.That((result.Proven, result.Detail), Is.EqualTo((ProvenStage.Replied, detail)));
    }

    [TestCase("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<title>400 The plain HTTP request was sent to HTTPS port</title>", ProbeOutcome.NotHttp)]
    [TestCase("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", ProbeOutcome.NotHttp)]
    [TestCase("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n", ProbeOutcome.Succeeded)]
    [TestCase("HTTP/1.1 400 Bad Request\r\n", ProbeOutcome.Succeeded)]
    public async Task BadRequest_IsAWrongPortWhereTheServerSaysSo(string answer, ProbeOutcome outcome)
    {
        using var server = TcpServer.Start(Lab.Network.Target, 8422, TcpServer.Answer(answer));

        var result = await RunAsync(8422, ProbeProtocol.Http);

        Assert.That(result.Outcome, Is.EqualTo(outcome), result.Detail);
        Assert.That(result.HttpStatus, Is.EqualTo(outcome == ProbeOutcome.Succeeded ? 400 : null));
    }

    [Test]
    public async Task TlsServerThatEndsPlainHttpWithoutAWord_IsToldAsTls()
    {
        using var server = TcpServer.Start(Lab.Network.Target, 8423, async connection =>
        {
            var first = new byte[1];
            if (await connection.ReceiveAsync(first, SocketFlags.Peek) == 1 && first[0] == 22)
                await SecureAsync(new NetworkStream(connection));
            else
                connection.Dispose();
        });

        var result = await RunAsync(8423, ProbeProtocol.Http);

        Assert.That((result.Outcome, result.Detail), Is.EqualTo((ProbeOutcome.NotHttp, "closes HTTP without a word, and speaks TLS: document it as HTTPS")));
    }

    private static async Task<ProbeResult> RunAsync(int port, ProbeProtocol protocol = ProbeProtocol.Tls) =>
        await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, port, protocol, timeout: 4000), Lab.Source, CancellationToken.None);

    private static async Task<Stream> SecureAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificates.Named });
        return secure;
    }

    private static async Task SayAsync(Stream stream, string words) => await stream.WriteAsync(Encoding.Latin1.GetBytes(words));

    private static async Task<string> LineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        return line.ToString().TrimEnd('\r');
    }
}

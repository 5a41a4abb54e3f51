using System.Net.Sockets;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Protocols;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>HTTP rows whose server speaks HTTP/2 alone, and gRPC.</summary>
internal sealed class Http2Tests
{
    private const int Port = 8420;

    private static readonly byte[] Settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100];
    private static readonly byte[] GoAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    private static IEnumerable<TestCaseData> Http2Beginnings =>
    [
        new TestCaseData((object)new[] { Settings }).SetArgDisplayNames("settings"),
        new TestCaseData((object)new[] { GoAway }).SetArgDisplayNames("goaway"),
        new TestCaseData((object)new[] { Settings[..3], Settings[3..8], Settings[8..] }).SetArgDisplayNames("in parts"),
    ];

    [TestCaseSource(nameof(Http2Beginnings))]
    public async Task Http_AnswerInFrames_Succeeded(byte[][] parts)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer([.. parts.Select(Encoding.Latin1.GetString)]));

        ExpectHttp2(await RunAsync(ProbeProtocol.Http));
    }

    [TestCase("\0\0\u0005\u0004\0\0\0\0\0abcde", Description = "settings of no whole number")]
    [TestCase("\0\0\u0006\u0004\0\0\0\0\u0001abcdef", Description = "settings of a stream")]
    [TestCase("\0\0\u0006\u0001\0\0\0\0\u0001abcdef", Description = "headers first")]
    [TestCase("\0\u00ff\u00ff\u0004\0\0\0\0\0abcdef", Description = "too long")]
    [TestCase("\0garbage")]
    public async Task Http_AnswerThatOnlyLooksLikeFrames_NotHttp(string answer)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer(answer));

        var result = await RunAsync(ProbeProtocol.Http);

        Assert.That((result.Outcome, result.Remarks), Is.EqualTo((ProbeOutcome.NotHttp, ProbeRemarks.None)), result.Detail);
    }

    [Test]
    public async Task HttpRow_ServerOfHttp2Alone_Succeeded([Values] bool tls)
    {
        await using var server = await Http2Server.StartAsync(Lab.Network.Target, Port, tls, Http2Server.Health(1));

        var result = await RunAsync(tls ? ProbeProtocol.Https : ProbeProtocol.Http);

        // In the clear this server answers in HTTP/1.1 that it does not speak it, which is a status like any other.
        if (tls)
            ExpectHttp2(result);
        Assert.That((result.Outcome, result.HttpStatus), Is.EqualTo((ProbeOutcome.Succeeded, tls ? null : (int?)400)), result.Detail);
    }

    [Test]
    public async Task HttpRow_ServerThatLeavesWithoutAWordUnlessSpokenToInHttp2_Succeeded([Values(ProbeProtocol.Http, ProbeProtocol.Grpc)] ProbeProtocol protocol)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            var buffer = new byte[4096];
            var got = await connection.ReceiveAsync(buffer);
            if (buffer.AsSpan(0, got).StartsWith("PRI * HTTP/2.0"u8))
                await connection.SendAsync(Settings);
            connection.Dispose();
        });

        ExpectHttp2(await RunAsync(protocol));
    }

    [Test]
    public async Task HttpRow_ServerThatLeavesWithoutAWord_ClosedByPeer([Values(ProbeProtocol.Http, ProbeProtocol.Https, ProbeProtocol.Grpc)] ProbeProtocol protocol)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await connection.ReceiveAsync(new byte[4096]);
            connection.Dispose();
        });

        Assert.That((await RunAsync(protocol)).Outcome, Is.EqualTo(ProbeOutcome.ClosedByPeer));
    }

    [TestCase(1, "SERVING")]
    [TestCase(2, "NOT_SERVING")]
    [TestCase(0, "UNKNOWN")]
    [TestCase(null, "UNIMPLEMENTED")]
    public async Task Grpc_AnyAnswer_SucceededAndTold(int? serving, string word)
    {
        foreach (var tls in new[] { false, true })
        {
            await using var server = await Http2Server.StartAsync(Lab.Network.Target, Port, tls, Http2Server.Health(serving));

            // The second time it is known whether the server wants TLS.
            for (var i = 0; i < 2; i++)
            {
                var result = await RunAsync(ProbeProtocol.Grpc);
                ExpectHttp2(result);
                Assert.That(result.Detail, Does.Contain(word));
                Assert.That(result.Certificate, tls ? Is.Not.Null : Is.Null);
            }
        }
    }

    [Test]
    public async Task Grpc_ServerOfHttp1_NotHttpAndSaysSo()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Answer("HTTP/1.1 400 Bad Request\r\n\r\n"));

        var result = await RunAsync(ProbeProtocol.Grpc);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NotHttp));
        Assert.That(result.Detail, Does.Contain("HTTP/1.1"));
    }

    [Test]
    public async Task Grpc_NeverAnswers_HttpNoResponse()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, TcpServer.Hold);

        Assert.That((await RunAsync(ProbeProtocol.Grpc, 700)).Outcome, Is.EqualTo(ProbeOutcome.HttpNoResponse));
    }

    [Test]
    public async Task Grpc_OnlySettingsInTime_Succeeded()
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection => await connection.SendAsync(Settings));

        var result = await RunAsync(ProbeProtocol.Grpc, 700);

        ExpectHttp2(result);
        Assert.That(result.Detail, Does.Contain("not the health check"));
    }

    [Test]
    public async Task Grpc_Authority_IsTheServicesNameWhereThePlanHasOne()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await Http2Server.StartAsync(Lab.Network.Target, Port, tls: false, context =>
        {
            seen.TrySetResult(context.Request.Host.Value ?? "");
            return Task.CompletedTask;
        });

        await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port, ProbeProtocol.Grpc) with { Http = new HttpRequestSpec("", "", "front.trial") }, Lab.Source, default);

        Assert.That(await seen.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo("front.trial"));
    }

    [TestCase("88", 200, null)]
    [TestCase("8c", 400, null)]
    [TestCase("0885105f", null, null, Description = "cut off")]
    [TestCase("0803353033", 503, null, Description = "a value as it is")]
    [TestCase("08826402", 302, null, Description = "Huffman-coded, as RFC 7541 C.6.1 has it")]
    [TestCase("000b677270632d737461747573023132", null, 12)]
    [TestCase("00889acac8b21234da8f023132", null, 12, Description = "Huffman-coded name")]
    [TestCase("400b677270632d737461747573023132be", null, 12, Description = "kept, then by its number")]
    [TestCase("3fe11f88", 200, null, Description = "after a change of the table's size")]
    public void HeaderBlock_StatusesRead(string hexadecimal, int? status, int? grpc)
    {
        var reader = new HeaderReader();

        reader.Read(Convert.FromHexString(hexadecimal));

        Assert.That((reader.Status, reader.GrpcStatus), Is.EqualTo((status, grpc)));
    }

    [Test]
    public void HeaderBlock_OfAnyBytes_NeverThrows()
    {
        var random = new Random(1);
        var bytes = new byte[64];
        for (var i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes);
            var length = random.Next(bytes.Length);
            new HeaderReader().Read(bytes.AsSpan(0, length));
            _ = GrpcAnswer.Read([.. Settings, 0, 0, (byte)length, 1, bytes[0], 0, 0, 0, 1, .. bytes.AsSpan(0, length)]).Describe();
        }
    }

    private static void ExpectHttp2(ProbeResult result)
    {
        Assert.That((result.Outcome, result.Proven, result.Remarks), Is.EqualTo((ProbeOutcome.Succeeded, ProvenStage.Replied, ProbeRemarks.SpeaksHttp2)), result.Detail);
        Assert.That(result.HttpStatus, Is.Null);
        Assert.That(result.Timings.Http, Is.GreaterThan(0));
    }

    private static async Task<ProbeResult> RunAsync(ProbeProtocol protocol, int timeout = 5000) =>
        await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port, protocol, timeout), Lab.Source, default);
}

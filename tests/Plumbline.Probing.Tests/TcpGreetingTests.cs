using System.Net.Sockets;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>What a server does right after the handshake of plain TCP, and how it is left.</summary>
internal sealed class TcpGreetingTests
{
    private const int Port = 8430;

    [Test]
    public async Task ClosedOrResetWithoutAByte_ClosedByPeer([Values] bool reset, [Values(0, 20)] int after)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(after), TimeProvider.System);
            connection.LingerState = new LingerOption(reset, 0);
            connection.Dispose();
        });

        var result = await RunAsync();

        Assert.That((result.Outcome, result.Proven), Is.EqualTo((ProbeOutcome.ClosedByPeer, ProvenStage.Connected)), result.Detail);
        Assert.That(result.Address, Is.EqualTo(TestNetwork.TargetAddress));
        Assert.That(result.Timings.Connect, Is.GreaterThan(0));
    }

    [TestCase("220 smtp ready\r\n")]
    [TestCase("<html>busy</html>")]
    [TestCase("x")]
    public async Task SpeaksThenCloses_Reached(string words)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes(words));
            connection.Shutdown(SocketShutdown.Send);
        });

        var result = await RunAsync();

        Assert.That((result.Outcome, result.Proven), Is.EqualTo((ProbeOutcome.Succeeded, ProvenStage.Replied)), result.Detail);
    }

    [Test]
    public async Task SaysNothing_ReachedAndLeftInOrder()
    {
        var seen = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            seen.TrySetResult(await connection.ReceiveAsync(new byte[16]));
            connection.Dispose();
        });

        Assert.That((await RunAsync()).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
        Assert.That(await seen.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.Zero, "the end of the stream, and not a byte");
    }

    [TestCase("554 5.7.1 no access\r\n", "554")]
    [TestCase("421 Too many connections (8) from this IP\r\n", "421 Too many")]
    [TestCase("-ERR max number of clients reached\r\n", "max number of clients")]
    [TestCase("-DENIED Redis is running in protected mode\r\n", "protected mode")]
    [TestCase("* BYE overloaded\r\n", "overloaded")]
    [TestCase("Exceeded MaxStartups\r\n", "MaxStartups")]
    public async Task GreetingThatTurnsAway_TurnedAway(string words, string told)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await connection.SendAsync(Encoding.Latin1.GetBytes(words));
            connection.Shutdown(SocketShutdown.Send);
        });

        var result = await RunAsync();

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TurnedAway), result.Detail);
        Assert.That(result.Outcome.IsEvidence(), Is.True);
        Assert.That(result.Detail, Does.Contain(told));
    }

    [TestCase(1129, "Host '10.1.1.1' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'")]
    [TestCase(1130, "Host '10.1.1.1' is not allowed to connect to this MySQL server")]
    [TestCase(1040, "Too many connections")]
    public async Task MySqlErrorInsteadOfAGreeting_TurnedAway(int code, string words)
    {
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await connection.SendAsync((byte[])[(byte)(3 + words.Length), 0, 0, 0, 0xff, (byte)code, (byte)(code >> 8), .. Encoding.ASCII.GetBytes(words)]);
            connection.Shutdown(SocketShutdown.Send);
        });

        var result = await RunAsync();

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TurnedAway), result.Detail);
        Assert.That(result.Detail, Does.Contain($"error {code}: {words[..20]}"));
    }

    [TestCase("220 mail.example ESMTP\r\n", "QUIT\r\n")]
    [TestCase("+OK POP3 ready\r\n", "QUIT\r\n")]
    [TestCase("* OK IMAP4rev1 ready\r\n", "a LOGOUT\r\n")]
    public async Task Greeting_LeftAsTheProtocolHasIt(string words, string goodbye)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            // In two parts, as it may come.
            await connection.SendAsync(Encoding.ASCII.GetBytes(words[..2]));
            await connection.SendAsync(Encoding.ASCII.GetBytes(words[2..]));
            var buffer = new byte[64];
            heard.TrySetResult(Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer)));
            await TcpServer.UntilLeft(connection);
        });

        Assert.That((await RunAsync()).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
        Assert.That(await heard.Task.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(goodbye));
    }

    [Test]
    public async Task ServerThatMindsEmptyConnections_HearsOfOneInManyProbes()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        using var server = TcpServer.Start(Lab.Network.Target, Port, async connection =>
        {
            await connection.SendAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray());
            await TcpServer.UntilLeft(connection);
        });

        for (var i = 0; i < 20; i++)
            Assert.That((await engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port), Lab.Source, default)).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));

        Assert.That(server.Accepted, Is.EqualTo(1));
    }

    [Test]
    public async Task ServerThatMindsEmptyConnections_SeenToBeGone_AndLookedAtWhollyWhenItIsBack()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        var probe = Lab.Probe(TestNetwork.TargetAddress, Port);
        var greeting = Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.2\r\n");
        Func<Socket, Task> greet = async connection =>
        {
            await connection.SendAsync(greeting);
            await TcpServer.UntilLeft(connection);
        };
        using (TcpServer.Start(Lab.Network.Target, Port, greet))
        {
            for (var i = 0; i < 3; i++)
                await engine.RunAsync(probe, Lab.Source, default);
        }

        var gone = await engine.RunAsync(probe, Lab.Source, default);
        greeting = Encoding.ASCII.GetBytes("Not allowed at this time\r\n");
        using var back = TcpServer.Start(Lab.Network.Target, Port, greet);
        var turned = await engine.RunAsync(probe, Lab.Source, default);

        Assert.That(gone.Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused), gone.Detail);
        Assert.That(turned.Outcome, Is.EqualTo(ProbeOutcome.TurnedAway), turned.Detail);
    }

    private static async Task<ProbeResult> RunAsync() => await Lab.Engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Port), Lab.Source, default);
}

using Plumbline.Testing;
using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;
using static Plumbline.Core.Probes.ProbeOutcome;

namespace Plumbline.Probing.Tests;

/// <summary>Servers that mean harm, or are broken badly enough. Each costs bounded memory, ends by itself and is told honestly.</summary>
internal sealed class HostileServerTests
{
    private const int Port = 8450;
    private const int Timeout = 1000;

    /// <summary>Most that a probe may allocate against any of them, the test's own server in the same process included.</summary>
    private const long MaxAllocated = 16 * 1024 * 1024;

    /// <summary>What the kernel's buffers of both ends hold at most; a server that gets rid of more is being read from.</summary>
    private const long MaxSwallowed = 16 * 1024 * 1024;

    private static readonly byte[] Garbage = RandomBytes(64 * 1024);
    private static readonly byte[] HeaderLines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("X-Padding: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 1000)));
    private static readonly byte[] Letters = Encoding.ASCII.GetBytes(new string('a', 64 * 1024));
    internal sealed record Case(string Name, ProbeProtocol Protocol, Func<Socket, Sent, Task> Serve, ProbeOutcome Outcome, string? Says = null)
    {
        public override string ToString() => $"{Protocol}: {Name}";
    }

    internal sealed class Sent
    {
        public long Bytes;
    }

    private static IEnumerable<Case> Cases =>
    [
        new("endless headers", ProbeProtocol.Http, Endless("HTTP/1.1 200 OK\r\n", HeaderLines), Succeeded),
        new("endless headers of an interim response", ProbeProtocol.Http, Endless("HTTP/1.1 103 Early Hints\r\n", HeaderLines), Succeeded),
        new("endless interim responses", ProbeProtocol.Http, Endless("", "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray()), Succeeded),
        new("endless status line", ProbeProtocol.Http, Endless("HTTP/1.1 200 ", Letters), Succeeded),
        new("endless version", ProbeProtocol.Http, Endless("HTTP/1.1", Letters), NotHttp),
        new("endless body", ProbeProtocol.Http, Endless("HTTP/1.1 200 OK\r\n\r\n", Letters), Succeeded),
        new("endless garbage", ProbeProtocol.Http, Endless("", Garbage), NotHttp),
        new("a byte a moment", ProbeProtocol.Http, Drip("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray()), HttpNoResponse, "before a status line"),
        new("a status that never gets its third digit", ProbeProtocol.Http, Drip("HTTP/1.1 20"u8.ToArray()), HttpNoResponse),
        new("garbage", ProbeProtocol.Tls, Endless("", Garbage), TlsHandshakeFailed),
        new("held", ProbeProtocol.Tls, (_, _) => Task.CompletedTask, TlsHandshakeFailed, "in time"),
        new("a record of 16 KB, a byte a moment", ProbeProtocol.Tls, Drip([0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc, .. new byte[4096]]), TlsHandshakeFailed, "in time"),
        new("a record of more than any may hold", ProbeProtocol.Tls, Endless("", [0x16, 3, 3, 0xff, 0xff, .. new byte[65535]]), TlsHandshakeFailed),
        new("a handshake message of 16 MB", ProbeProtocol.Tls, Endless("", [0x16, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff, .. new byte[16380]]), TlsHandshakeFailed),
        new("endless empty records", ProbeProtocol.Tls, Endless("", [0x16, 3, 3, 0, 0]), TlsHandshakeFailed),
        new("endless warnings", ProbeProtocol.Tls, Endless("", [0x15, 3, 3, 0, 2, 1, 0x5a]), TlsHandshakeFailed),
        new("a certificate of 300 KB", ProbeProtocol.Tls, Secure(() => Certificates.Huge, _ => Task.CompletedTask), TlsHandshakeFailed),
        new("a certificate whose names are garbage", ProbeProtocol.Tls, Secure(Certificates.WithBrokenNames, _ => Task.CompletedTask), Succeeded, "TLS 1.3"),
        new("endless headers", ProbeProtocol.Https, Secure(() => Certificates.Named, stream => PourAsync(stream, "HTTP/1.1 200 OK\r\n", HeaderLines)), Succeeded),
        new("endless garbage", ProbeProtocol.Https, Secure(() => Certificates.Named, stream => PourAsync(stream, "", Letters)), NotHttp),
        new("held after the handshake", ProbeProtocol.Https, Secure(() => Certificates.Named, stream => stream.ReadExactlyAsync(new byte[1_000_000]).AsTask()), HttpNoResponse),
    ];

    [TestCaseSource(nameof(Cases))]
    public async Task Server_Hostile_EndsBoundedAndTold(Case hostile)
    {
        var sent = new Sent();
        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        using var server = TcpServer.Start(Lab.Network.Target, Port, connection => hostile.Serve(connection, sent));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var result = await engine.RunAsync(
            Lab.Probe(TestNetwork.TargetAddress, Port, hostile.Protocol, Timeout), Lab.Source, default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => engine.OpenSockets == 0);

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        TestContext.Out.WriteLine($"{result.Outcome}: {result.Detail}; {allocated / 1024} KB allocated, {Interlocked.Read(ref sent.Bytes) / 1024} KB sent");
        Assert.That(result.Outcome, Is.EqualTo(hostile.Outcome), result.Detail);
        Assert.That(result.Detail, hostile.Says is null ? Is.Null.Or.Length.LessThanOrEqualTo(200) : Does.Contain(hostile.Says));
        Assert.That(allocated, Is.LessThan(MaxAllocated));
        Assert.That(Interlocked.Read(ref sent.Bytes), Is.LessThan(MaxSwallowed));
    }

    [TestCase("names that jump in a circle", "does not answer")]
    [TestCase("an answer cut off in the middle", "does not answer")]
    [TestCase("wrong ids, without end", "does not answer")]
    [TestCase("65535 records announced, none there", "does not answer")]
    [TestCase("a chain of aliases without end", "is an alias of")]
    [TestCase("truncated, and TCP drips", "over TCP")]
    [TestCase("truncated, and TCP resets", "over TCP")]
    [TestCase("truncated, and TCP is truncated too", "over TCP")]
    public async Task Nameserver_Hostile_NameNotResolvedAndTold(string kind, string says)
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { DnsPort = 5300 }, TimeProvider.System);
        using var server = TestNetwork.Bind(Lab.Network.Target, System.Net.IPAddress.Any, 5300, SocketType.Dgram);
        using var stream = TcpServer.Start(Lab.Network.Target, 5300, connection => OverTcpAsync(kind, connection));
        _ = AnswerAsync(server, kind);
        var origin = Lab.Source with { Dns = new DnsSettings(false, [TestNetwork.TargetAddress], [], 1) };
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var result = await engine.RunAsync(Lab.Probe("victim.example.", 80, timeout: Timeout), origin, default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        await Eventually.TrueAsync(() => engine.OpenSockets == 0);
        Assert.That(result.Outcome, Is.EqualTo(NameNotResolved), result.Detail);
        Assert.That(result.Detail, Does.Contain(says).And.Contain("victim"));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(MaxAllocated));
    }

    private static async Task AnswerAsync(Socket server, string kind)
    {
        var buffer = new byte[600];
        try
        {
            for (var count = 0; ; count++)
            {
                var received = await server.ReceiveFromAsync(buffer, new System.Net.IPEndPoint(System.Net.IPAddress.Any, 0));
                var query = buffer[..received.ReceivedBytes];
                if (kind == "wrong ids, without end")
                {
                    for (var i = 1; i < 500; i++)
                    {
                        var foreign = DnsServer.Reply(query);
                        BinaryPrimitives.WriteUInt16BigEndian(foreign, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(query) + i));
                        await server.SendToAsync(foreign, received.RemoteEndPoint);
                    }

                    continue;
                }

                await server.SendToAsync(Answer(kind, query, count), received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static byte[] Answer(string kind, byte[] query, int count)
    {
        switch (kind)
        {
            case "names that jump in a circle":
                // The owner's name points at itself.
                var circle = DnsServer.Reply(query, records: [DnsServer.A("", "10.0.0.1")]);
                BinaryPrimitives.WriteUInt16BigEndian(circle.AsSpan(query.Length), (ushort)(0xC000 | query.Length));
                return circle;
            case "an answer cut off in the middle":
                return DnsServer.Reply(query, records: [DnsServer.A("", "10.0.0.1")])[..^6];
            case "65535 records announced, none there":
                var empty = DnsServer.Reply(query);
                empty[6] = empty[7] = 0xFF;
                return empty;
            case "a chain of aliases without end":
                return DnsServer.Reply(query, records: [.. Enumerable.Range(0, 30).Select(i => DnsServer.Alias(i == 0 ? DnsServer.NameOf(query) : $"victim{count}x{i}", $"victim{count}x{i + 1}"))]);
            default:
                return DnsServer.Reply(query, truncated: true);
        }
    }

    private static async Task OverTcpAsync(string kind, Socket connection)
    {
        var buffer = new byte[600];
        var got = await connection.ReceiveAsync(buffer);
        if (kind.EndsWith("resets", StringComparison.Ordinal))
        {
            connection.LingerState = new LingerOption(true, 0);
            connection.Dispose();
        }
        else if (kind.EndsWith("too", StringComparison.Ordinal))
        {
            var reply = DnsServer.Reply(buffer[2..got], truncated: true);
            await connection.SendAsync((byte[])[(byte)(reply.Length >> 8), (byte)reply.Length, .. reply]);
        }
        else
        {
            await Drip([0xFF, 0xFF, .. new byte[1000]])(connection, new Sent());
        }
    }

    private static Func<Socket, Sent, Task> Endless(string prefix, byte[] data) => async (connection, sent) =>
    {
        await connection.SendAsync(Encoding.ASCII.GetBytes(prefix));
        while (true)
            Interlocked.Add(ref sent.Bytes, await connection.SendAsync(data));
    };

    private static Func<Socket, Sent, Task> Drip(byte[] data) => async (connection, sent) =>
    {
        foreach (var b in data)
        {
            Interlocked.Add(ref sent.Bytes, await connection.SendAsync(new[] { b }));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
    };

    private static Func<Socket, Sent, Task> Secure(Func<X509Certificate2> certificate, Func<SslStream, Task> then) => async (connection, _) =>
    {
        await using var stream = new SslStream(new NetworkStream(connection, ownsSocket: true));
        await stream.AuthenticateAsServerAsync(certificate());
        await then(stream);
    };

    private static async Task PourAsync(SslStream stream, string prefix, byte[] data)
    {
        await stream.ReadExactlyAsync(new byte[4]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(prefix));
        while (true)
            await stream.WriteAsync(data);
    }

    private static byte[] RandomBytes(int count)
    {
        // Fixed, so that a failure repeats; the first byte is neither a TLS record nor a letter.
        var bytes = new byte[count];
        new Random(4711).NextBytes(bytes);
        bytes[0] = 0xFF;
        return bytes;
    }
}

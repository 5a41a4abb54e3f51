using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Tests.Network;

[CancelAfter(30_000)]
public sealed class StreamRelayTests
{
    [Test]
    public async Task Relay_OfMegabytesBothWays_LosesNothing(CancellationToken cancellation)
    {
        var (client, left) = await PairAsync(cancellation);
        var (right, server) = await PairAsync(cancellation);
        var relay = StreamRelay.RunAsync(left, right, cancellation);
        var there = new byte[5_000_000];
        var back = new byte[3_000_000];
        new Random(1).NextBytes(there);
        new Random(2).NextBytes(back);
        await using var atClient = new NetworkStream(client);
        await using var atServer = new NetworkStream(server);
        var results = await Task.WhenAll(SendAsync(client, there), SendAsync(server, back), ReceiveAsync(atClient), ReceiveAsync(atServer));
        Assert.That(results[2], Is.EqualTo(Convert.ToHexString(SHA256.HashData(back))));
        Assert.That(results[3], Is.EqualTo(Convert.ToHexString(SHA256.HashData(there))));
        await relay;

        async Task<string> SendAsync(Socket socket, byte[] bytes)
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await socket.SendAsync(bytes.AsMemory(sent), cancellation);
            }

            socket.Shutdown(SocketShutdown.Send);
            return "";
        }

        async Task<string> ReceiveAsync(NetworkStream stream) => Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellation));
    }

    [Test]
    public async Task Relay_WhenOneSideHasFinished_StillCarriesTheOther(CancellationToken cancellation)
    {
        var (client, left) = await PairAsync(cancellation);
        var (right, server) = await PairAsync(cancellation);
        var relay = StreamRelay.RunAsync(left, right, cancellation);
        client.Shutdown(SocketShutdown.Send);
        var buffer = new byte[8];
        Assert.That(await server.ReceiveAsync(buffer, cancellation), Is.Zero);
        await server.SendAsync("late"u8.ToArray(), cancellation);
        Assert.That(await client.ReceiveAsync(buffer, cancellation), Is.EqualTo(4));
        Assert.That(relay.IsCompleted, Is.False);
        server.Dispose();
        Assert.That(await client.ReceiveAsync(buffer, cancellation), Is.Zero);
        await relay;
    }

    [Test]
    public async Task Relay_WhenOneSideResets_ResetsTheOther(CancellationToken cancellation)
    {
        var (client, left) = await PairAsync(cancellation);
        var (right, server) = await PairAsync(cancellation);
        var relay = StreamRelay.RunAsync(left, right, cancellation);
        StreamRelay.Reset(server);
        server.Dispose();
        await relay;
        var error = await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1], CancellationToken.None));
        Assert.That(error!.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task Relay_WhenReceiverIsSlow_HoldsTheSenderBack(CancellationToken cancellation)
    {
        var (client, left) = await PairAsync(cancellation);
        var (right, server) = await PairAsync(cancellation);
        var relay = StreamRelay.RunAsync(left, right, cancellation);
        client.Blocking = false;
        var sent = 0L;
        const long FarMoreThanBuffers = 256L << 20;
        while (sent < FarMoreThanBuffers && await CanWriteAsync())
        {
            sent += client.Send(new byte[64 * 1024], SocketFlags.None, out _);
        }

        Assert.That(sent, Is.LessThan(FarMoreThanBuffers));
        client.Dispose();
        server.Dispose();
        await relay;

        async Task<bool> CanWriteAsync()
        {
            for (var i = 0; i < 50 && !client.Poll(0, SelectMode.SelectWrite); i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
            }

            return client.Poll(0, SelectMode.SelectWrite);
        }
    }

    [Test]
    public async Task Relay_WhenCancelled_EndsAndCloses(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (client, left) = await PairAsync(cancellation);
        var (right, server) = await PairAsync(cancellation);
        var relay = StreamRelay.RunAsync(left, right, stop.Token);
        await stop.CancelAsync();
        await relay;
        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1], CancellationToken.None));
        server.Dispose();
    }

    [Test]
    public async Task Server_WhoseTargetIsAway_ResetsAndGoesOn(CancellationToken cancellation)
    {
        var path = Path.Combine("/tmp", $"plumbline-relay-{Guid.NewGuid():N}.sock");
        await using var front = RelayServer.FromLoopback(0, new UnixDomainSocketEndPoint(path), TimeProvider.System, NullLogger.Instance);

        // The reset may be faster than the news of the connection.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var early = await ConnectAsync(front.LocalEndPoint, cancellation);
            await early.ReceiveAsync(new byte[1], cancellation);
        });

        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        await using (RelayServer.FromUnixSocket(path, server.LocalEndPoint!, TimeProvider.System, NullLogger.Instance))
        {
            using var client = await ConnectAsync(front.LocalEndPoint, cancellation);
            using var accepted = await server.AcceptAsync(cancellation);
            await accepted.SendAsync("hi"u8.ToArray(), cancellation);
            Assert.That(await client.ReceiveAsync(new byte[8], cancellation), Is.EqualTo(2));
        }

        Assert.That(File.Exists(path), Is.False);
    }

    private static async Task<Socket> ConnectAsync(EndPoint to, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to, cancellation);
        return socket;
    }

    private static async Task<(Socket A, Socket B)> PairAsync(CancellationToken cancellation)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = await ConnectAsync(listener.LocalEndPoint!, cancellation);
        return (client, await listener.AcceptAsync(cancellation));
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Listeners.Dns;

/// <summary>Cluster DNS: UDP and TCP on port 53 of a pod, to be put behind the DNS Service's address like any other pod.</summary>
public sealed class DnsServer : IAsyncDisposable
{
    public const int Port = 53;

    private static readonly TimeSpan TcpIdleLimit = TimeSpan.FromSeconds(10);

    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;
    private DnsZone _zone;
    private long _answered;

    private DnsServer(Socket udp, Socket tcp, DnsZone zone, TimeProvider time, ILogger log)
    {
        _udp = udp;
        _tcp = tcp;
        _zone = zone;
        _time = time;
        _log = log;
        _running = Task.WhenAll(Task.Run(ServeUdpAsync), Task.Run(ServeTcpAsync));
    }

    /// <summary>What is answered from; replaceable at any time, one query sees one zone.</summary>
    public DnsZone Zone
    {
        get => Volatile.Read(ref _zone);
        set => Volatile.Write(ref _zone, value);
    }

    public long Answered => Interlocked.Read(ref _answered);

    /// <param name="address">Null: every address of the namespace.</param>
    /// <exception cref="IOException">The port is taken or the namespace is gone.</exception>
    public static async Task<DnsServer> StartAsync(NamespaceThread thread, NetworkNamespace pod, DnsZone zone, TimeProvider time, ILogger log, IPAddress? address = null)
    {
        var udp = await NamespaceSocket.BindUdpAsync(thread, pod, address, Port);
        try
        {
            return new DnsServer(udp, await NamespaceSocket.ListenAsync(thread, pod, address, Port), zone, time, log);
        }
        catch
        {
            udp.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await _running;
        _closing.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var length = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, from, _closing.Token);
                if (DnsMessage.Answer(buffer.AsSpan(0, length), Zone, udp: true) is { } reply)
                {
                    await _udp.SendToAsync(reply, SocketFlags.None, from, _closing.Token);
                    Interlocked.Increment(ref _answered);
                }
            }
            catch (SocketException e) when (!_closing.IsCancellationRequested)
            {
                // One client's port or route is gone; the next query is another's.
                Log.AnswerFailed(_log, e.SocketErrorCode);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeTcpAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                _ = ServeConnectionAsync(await _tcp.AcceptAsync(_closing.Token));
            }
            catch (SocketException e) when (!_closing.IsCancellationRequested)
            {
                Log.AnswerFailed(_log, e.SocketErrorCode);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeConnectionAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                await using var stream = new NetworkStream(connection);
                var length = new byte[2];
                while (true)
                {
                    using var limit = new CancellationTokenSource(TcpIdleLimit, _time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _closing.Token);
                    await stream.ReadExactlyAsync(length, either.Token);
                    var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(query, either.Token);
                    if (DnsMessage.Answer(query, Zone, udp: false) is not { } reply)
                    {
                        return;
                    }

                    await stream.WriteAsync((byte[])[(byte)(reply.Length >> 8), (byte)reply.Length, .. reply], either.Token);
                    Interlocked.Increment(ref _answered);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client is done, or gone.
            }
        }
    }
}

using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Listeners.Protocols;
using Plumbline.Lab.Listeners.Tls;

namespace Plumbline.Lab.Listeners;

/// <summary>One listening socket and the connections that it accepted. Disposing is what a killed process looks like: port and connections go at once.</summary>
public sealed class Listener : IAsyncDisposable
{
    /// <summary>Where ignored bytes go: written by every connection at once, read by nobody.</summary>
    private static readonly byte[] Ignored = new byte[16 * 1024];

    /// <summary>How a TLS client begins (RFC 8446, 5.1).</summary>
    private const byte HandshakeRecord = 22;

    private const string BadRequest = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>\r\n";

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly ListenerServer _server;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly Dictionary<Socket, Task> _connections = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private long _accepted;

    internal Listener(ListenerSpec spec, Socket socket, ListenerServer server, TimeProvider time, ILogger log)
    {
        Spec = spec;
        _socket = socket;
        _server = server;
        _time = time;
        _log = log;
        _accepting = spec.Kind == ListenerKind.QueueFull ? Task.CompletedTask : Task.Run(spec.Kind.Transport() == TransportKind.Udp ? AnswerDatagramsAsync : AcceptAsync);
    }

    public ListenerSpec Spec { get; }

    /// <summary>Connections, or datagrams, since it was opened.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Connections that are open now.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_closing.IsCancellationRequested)
            {
                return;
            }

            _closing.Cancel();
        }

        _socket.Dispose();
        await _accepting;
        List<Socket> open;
        lock (_lock)
        {
            open = [.. _connections.Keys];
        }

        open.ForEach(c => c.Dispose());
        await Task.WhenAll(Serving());
        _server.Dispose();
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var connection = await _socket.AcceptAsync(_closing.Token);
                Interlocked.Increment(ref _accepted);
                lock (_lock)
                {
                    // Added first: what is served at once removes itself.
                    _connections.Add(connection, Task.CompletedTask);
                }

                var serving = ServeAsync(connection);
                lock (_lock)
                {
                    if (_connections.ContainsKey(connection))
                    {
                        _connections[connection] = serving;
                    }
                }
            }
            catch (SocketException e) when (!_closing.IsCancellationRequested)
            {
                Log.AcceptFailed(_log, Spec, e.SocketErrorCode);

                // Out of descriptors, mostly: give others the time to close some.
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private Task[] Serving()
    {
        lock (_lock)
        {
            return [.. _connections.Values];
        }
    }

    private async Task AnswerDatagramsAsync()
    {
        var buffer = new byte[64 * 1024];
        var from = new System.Net.SocketAddress(_socket.AddressFamily);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, from, _closing.Token);
                Interlocked.Increment(ref _accepted);
                if (UdpAnswers.Of(Spec.Kind, buffer.AsSpan(0, length), _server.Zone()) is { } answer)
                {
                    await _socket.SendToAsync(answer, SocketFlags.None, from, _closing.Token);
                }
            }
            catch (SocketException e) when (!_closing.IsCancellationRequested)
            {
                // One client's port or route is gone.
                Log.AcceptFailed(_log, Spec, e.SocketErrorCode);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            await ServeKindAsync(connection, _closing.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // The peer left in the middle, spoke something else than TLS, or the listener is being closed: nobody to tell.
        }
        finally
        {
            lock (_lock)
            {
                _connections.Remove(connection);
            }

            connection.Dispose();
        }
    }

    private async Task ServeKindAsync(Socket connection, CancellationToken cancellation)
    {
        switch (Spec.Kind)
        {
            case ListenerKind.Tcp:
                await IgnoreAsync(connection, cancellation);
                break;
            case ListenerKind.Banner:
                await connection.SendAsync(Encoding.ASCII.GetBytes(Spec.Banner), cancellation);
                await IgnoreAsync(connection, cancellation);
                break;
            case ListenerKind.Http:
                await using (var stream = new NetworkStream(connection))
                {
                    await HttpAnswers.ServeAsync(stream, Spec.HttpStatus, cancellation);
                }

                break;
            case ListenerKind.TlsOrBadRequest when !await IsTlsAsync(connection, cancellation):
                await WithStreamAsync(connection, (stream, stop) => Greetings.WriteAsync(stream, BadRequest, stop), cancellation);
                break;
            case ListenerKind.Https or ListenerKind.Tls or ListenerKind.TlsExpired or ListenerKind.TlsSelfSigned or ListenerKind.TlsOrBadRequest:
                await ServeTlsAsync(connection, cancellation);
                break;
            case ListenerKind.Silent:
                await WaitForHangUpAsync(connection, cancellation);
                break;
            case ListenerKind.HttpUnavailable:
                await WithStreamAsync(connection, (stream, stop) => HttpAnswers.ServeAsync(stream, 503, stop), cancellation);
                break;
            case ListenerKind.Http2:
                await WithStreamAsync(connection, (stream, stop) => Http2Answers.ServeAsync(stream, Http2Answer.Ok, stop), cancellation);
                break;
            case ListenerKind.Grpc:
                await WithStreamAsync(connection, (stream, stop) => Http2Answers.ServeAsync(stream, Http2Answer.GrpcServing, stop), cancellation);
                break;
            case ListenerKind.GrpcWithoutHealth:
                await WithStreamAsync(connection, (stream, stop) => Http2Answers.ServeAsync(stream, Http2Answer.GrpcUnimplemented, stop), cancellation);
                break;
            case ListenerKind.TlsByName or ListenerKind.TlsMutual12 or ListenerKind.TlsMutual13 or ListenerKind.TlsOld or ListenerKind.TlsRsa:
                await WithStreamAsync(connection, ServeChoosyTlsAsync, cancellation);
                break;
            case ListenerKind.Smtp:
                await WithStreamAsync(connection, (stream, stop) => Greetings.ServeSmtpAsync(stream, InTlsAsync, stop), cancellation);
                break;
            case ListenerKind.SmtpBlocked:
                await WithStreamAsync(connection, (stream, stop) => Greetings.WriteAsync(stream, "554 5.7.1 lab.example.com: your address is blocked\r\n", stop), cancellation);
                break;
            case ListenerKind.Ftp:
                await WithStreamAsync(connection, (stream, stop) => Greetings.ServeLinesAsync(stream, "220 (vsFTPd 3.0.3)\r\n", Greetings.Ftp, stop), cancellation);
                break;
            case ListenerKind.Ssh:
                await connection.SendAsync("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"u8.ToArray(), cancellation);
                await IgnoreAsync(connection, cancellation);
                break;
            case ListenerKind.MySql:
                await WithStreamAsync(connection, (stream, stop) => _server.MySql!.ServeAsync(stream, Peer(connection), stop), cancellation);
                break;
            case ListenerKind.MySqlBlocked:
                await connection.SendAsync(MySqlServer.Blocked(Peer(connection)), cancellation);
                break;
            case ListenerKind.Postgres:
                await WithStreamAsync(connection, Greetings.ServePostgresAsync, cancellation);
                break;
            case ListenerKind.PostgresTls:
                await WithStreamAsync(connection, (stream, stop) => Greetings.ServePostgresTlsAsync(stream, InTlsAsync, stop), cancellation);
                break;
            case ListenerKind.ConnectProxy:
                await using (var stream = new NetworkStream(connection))
                {
                    await _server.Proxy!.ServeAsync(stream, cancellation);
                }

                break;
            case ListenerKind.ClosesAtOnce:
                connection.Shutdown(SocketShutdown.Both);
                break;
            case ListenerKind.Resets:
                connection.LingerState = new LingerOption(true, 0);
                break;
        }
    }

    private async Task<SslStream> InTlsAsync(Stream transport, CancellationToken cancellation)
    {
        var stream = new SslStream(transport);
        using var limit = new CancellationTokenSource(HandshakeLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _server.Certificate }, either.Token);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task ServeTlsAsync(Socket connection, CancellationToken cancellation)
    {
        await using var stream = await InTlsAsync(new NetworkStream(connection, ownsSocket: false), cancellation);
        if (Spec.Kind != ListenerKind.Tls)
        {
            await HttpAnswers.ServeAsync(stream, Spec.HttpStatus, cancellation);
        }
        else
        {
            while (await stream.ReadAsync(Ignored, cancellation) > 0)
            {
            }
        }

        await stream.ShutdownAsync();
    }

    private static async Task WithStreamAsync(Socket connection, Func<Stream, CancellationToken, Task> serve, CancellationToken cancellation)
    {
        await using var stream = new NetworkStream(connection);
        await serve(stream, cancellation);
    }

    private static System.Net.IPAddress Peer(Socket connection) => ((System.Net.IPEndPoint)connection.RemoteEndPoint!).Address.MapToIPv4();

    private async Task ServeChoosyTlsAsync(Stream transport, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(HandshakeLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        await using var stream = await _server.Tls!.AcceptAsync(transport, either.Token);
        await HttpAnswers.ServeAsync(stream, Spec.HttpStatus, cancellation);
    }

    private static async Task<bool> IsTlsAsync(Socket connection, CancellationToken cancellation)
    {
        var first = new byte[1];
        return await connection.ReceiveAsync(first, SocketFlags.Peek, cancellation) == 0 || first[0] == HandshakeRecord;
    }

    private static async Task IgnoreAsync(Socket connection, CancellationToken cancellation)
    {
        while (await connection.ReceiveAsync(Ignored, cancellation) > 0)
        {
        }
    }

    /// <summary>Leaves the bytes in the kernel, so that the peer's window fills up as with a process that hangs; a peer that resets is let go.</summary>
    private async Task WaitForHangUpAsync(Socket connection, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellation);
            if (connection.Poll(0, SelectMode.SelectError) || HasEnded(connection))
            {
                return;
            }
        }
    }

    /// <summary>The peer has closed and nothing is left to read; a peer that sent bytes before closing is kept until keep-alive or the listener's end.</summary>
    private static bool HasEnded(Socket connection)
    {
        try
        {
            return connection.Poll(0, SelectMode.SelectRead) && connection.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

/// <summary>What a listener's kind needs to serve.</summary>
internal sealed class ListenerServer : IDisposable
{
    public required Func<DnsZone> Zone { get; init; }

    public SslStreamCertificateContext? Certificate { get; init; }

    public OpenSslServer? Tls { get; init; }

    public ConnectProxy? Proxy { get; init; }

    public MySqlServer? MySql { get; init; }

    public void Dispose() => Tls?.Dispose();
}

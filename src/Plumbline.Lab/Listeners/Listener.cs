using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Plumbline.Lab.Listeners;

/// <summary>One listening socket and the connections that it accepted. Disposing is what a killed process looks like: port and connections go at once.</summary>
public sealed class Listener : IAsyncDisposable
{
    /// <summary>Where ignored bytes go: written by every connection at once, read by nobody.</summary>
    private static readonly byte[] Ignored = new byte[16 * 1024];

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly SslStreamCertificateContext? _certificate;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Socket> _connections = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private long _accepted;

    internal Listener(ListenerSpec spec, Socket socket, SslStreamCertificateContext? certificate, TimeProvider time, ILogger log)
    {
        Spec = spec;
        _socket = socket;
        _certificate = certificate;
        _time = time;
        _log = log;
        _accepting = Task.Run(AcceptAsync);
    }

    public ListenerSpec Spec { get; }

    /// <summary>Connections since it was opened.</summary>
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
            open = [.. _connections];
        }

        open.ForEach(c => c.Dispose());
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
                    _connections.Add(connection);
                }

                _ = ServeAsync(connection);
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
            case ListenerKind.Https or ListenerKind.Tls:
                await ServeTlsAsync(connection, cancellation);
                break;
            case ListenerKind.Silent:
                await WaitForHangUpAsync(connection, cancellation);
                break;
            case ListenerKind.ClosesAtOnce:
                connection.Shutdown(SocketShutdown.Both);
                break;
            case ListenerKind.Resets:
                connection.LingerState = new LingerOption(true, 0);
                break;
        }
    }

    private async Task ServeTlsAsync(Socket connection, CancellationToken cancellation)
    {
        await using var stream = new SslStream(new NetworkStream(connection, ownsSocket: false));
        using (var limit = new CancellationTokenSource(HandshakeLimit, _time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation))
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate }, either.Token);
        }

        if (Spec.Kind == ListenerKind.Https)
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

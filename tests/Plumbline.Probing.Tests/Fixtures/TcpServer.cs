using System.Net;
using System.Net.Sockets;
using System.Text;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>A listener inside a namespace that treats every connection the same way.</summary>
internal sealed class TcpServer : IDisposable
{
    private readonly Socket _listener;
    private readonly List<Socket> _open = [];

    private TcpServer(Socket listener) => _listener = listener;

    public int Accepted { get; private set; }

    public static TcpServer Start(NetworkNamespace where, int port, Func<Socket, Task> serve, IPAddress? address = null)
    {
        var listener = TestNetwork.Bind(where, address ?? IPAddress.Any, port);
        listener.Listen(256);
        var server = new TcpServer(listener);
        _ = server.AcceptAsync(serve);
        return server;
    }

    public static Func<Socket, Task> Hold => _ => Task.CompletedTask;

    /// <summary>Says nothing, and closes once the peer has.</summary>
    public static Func<Socket, Task> UntilLeft => async connection =>
    {
        while (await connection.ReceiveAsync(new byte[256]) > 0)
        {
        }

        connection.Dispose();
    };

    public static Func<Socket, Task> Close => connection =>
    {
        connection.Dispose();
        return Task.CompletedTask;
    };

    public static Func<Socket, Task> Reset => connection =>
    {
        connection.LingerState = new LingerOption(true, 0);
        connection.Dispose();
        return Task.CompletedTask;
    };

    /// <summary>Reads the request, sends the parts one by one, closes.</summary>
    public static Func<Socket, Task> Answer(params string[] parts) => async connection =>
    {
        await connection.ReceiveAsync(new byte[4096]);
        foreach (var part in parts)
            await connection.SendAsync(Encoding.Latin1.GetBytes(part));
        connection.Shutdown(SocketShutdown.Both);
        connection.Dispose();
    };

    public void Dispose()
    {
        _listener.Dispose();
        lock (_open)
        {
            foreach (var connection in _open)
                connection.Dispose();
        }
    }

    private async Task AcceptAsync(Func<Socket, Task> serve)
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync();
                lock (_open)
                {
                    _open.Add(connection);
                    Accepted++;
                }

                _ = ServeAsync(serve, connection);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(Func<Socket, Task> serve, Socket connection)
    {
        try
        {
            await serve(connection);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or System.Security.Authentication.AuthenticationException)
        {
            // The prober left first.
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>
/// Accepts on one socket and relays each connection to one target. They make the lab's ways in and out: loopback of the machine → unix socket
/// (outer process), unix socket → TCP inside (inner process) or inside a node's namespace, a node's namespace → the lab's own (agents to the operator).
/// </summary>
public sealed class RelayServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly EndPoint _target;
    private readonly Func<Task<Socket>> _open;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Task> _relays = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;

    private RelayServer(Socket listener, EndPoint target, Func<Task<Socket>> open, TimeProvider time, ILogger log)
    {
        _listener = listener;
        _target = target;
        _open = open;
        _time = time;
        _log = log;
        LocalEndPoint = listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it accepts; tells the port where 0 was asked for.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>From 127.0.0.1 of the namespace that the caller is in.</summary>
    /// <param name="port">0: any free one.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public static RelayServer FromLoopback(int port, EndPoint target, TimeProvider time, ILogger log) =>
        FromBound(new IPEndPoint(IPAddress.Loopback, port), target, () => Task.FromResult(NewSocket(target)), time, log);

    /// <summary>From a unix socket, which must not be there yet.</summary>
    public static RelayServer FromUnixSocket(string path, EndPoint target, TimeProvider time, ILogger log) =>
        FromBound(new UnixDomainSocketEndPoint(path), target, () => Task.FromResult(NewSocket(target)), time, log);

    /// <summary>From a unix socket, which must not be there yet, to an address that is reached from inside a node's or pod's namespace only.</summary>
    public static RelayServer IntoNamespace(string path, NamespaceThread thread, NetworkNamespace into, IPEndPoint target, TimeProvider time, ILogger log) =>
        FromBound(new UnixDomainSocketEndPoint(path), target, () => NamespaceSocket.CreateAsync(thread, into), time, log);

    /// <summary>
    /// From inside a node's or pod's namespace to a target in the lab's own: the one thing of the lab that can be reached from there.
    /// </summary>
    /// <param name="address">Null: every address of the namespace.</param>
    /// <exception cref="IOException">The port is taken or the namespace is gone.</exception>
    public static async Task<RelayServer> FromNamespaceAsync(
        NamespaceThread thread, NetworkNamespace from, IPAddress? address, int port, EndPoint target, TimeProvider time, ILogger log) =>
        new(await NamespaceSocket.ListenAsync(thread, from, address, port), target, () => Task.FromResult(NewSocket(target)), time, log);

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        List<Task> open;
        lock (_lock)
        {
            open = [.. _relays];
        }

        await Task.WhenAll(open);
        _closing.Dispose();
        if (LocalEndPoint is UnixDomainSocketEndPoint unix)
        {
            File.Delete(unix.ToString()!);
        }
    }

    private static RelayServer FromBound(EndPoint local, EndPoint target, Func<Task<Socket>> open, TimeProvider time, ILogger log)
    {
        var listener = NewSocket(local);
        try
        {
            listener.Bind(local);
            listener.Listen(1024);
            return new RelayServer(listener, target, open, time, log);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static Socket NewSocket(EndPoint endPoint)
    {
        var unix = endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(unix ? AddressFamily.Unix : endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (!unix)
        {
            socket.NoDelay = true;
        }

        return socket;
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var connection = await _listener.AcceptAsync(_closing.Token);
                var relay = RelayAsync(connection);
                lock (_lock)
                {
                    _relays.Add(relay);
                }

                _ = relay.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            catch (SocketException e) when (!_closing.IsCancellationRequested)
            {
                Log.RelayFailed(_log, LocalEndPoint, _target, e.SocketErrorCode);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private void Forget(Task relay)
    {
        lock (_lock)
        {
            _relays.Remove(relay);
        }
    }

    private async Task RelayAsync(Socket connection)
    {
        Socket? target = null;
        try
        {
            target = await _open();
            await target.ConnectAsync(_target, _closing.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            if (e is not OperationCanceledException)
            {
                Log.RelayFailed(_log, LocalEndPoint, _target, (e as SocketException)?.SocketErrorCode ?? SocketError.NetworkDown);
            }

            StreamRelay.Reset(connection);
            connection.Dispose();
            target?.Dispose();
            return;
        }

        if (connection.AddressFamily != AddressFamily.Unix)
        {
            connection.NoDelay = true;
        }

        await StreamRelay.RunAsync(connection, target, _closing.Token);
    }
}

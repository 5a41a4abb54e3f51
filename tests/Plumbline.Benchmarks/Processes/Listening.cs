using System.Net;
using System.Net.Sockets;

namespace Plumbline.Benchmarks.Processes;

internal static class Listening
{
    /// <summary>A port of loopback that nobody listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Until something accepts on a port of loopback.</summary>
    public static async Task WaitAsync(int port, PinnedProcess server, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
            }
        }

        throw server.Broken($"does not listen on port {port}");
    }
}

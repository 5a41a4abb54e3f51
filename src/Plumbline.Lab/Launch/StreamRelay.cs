using System.Buffers;
using System.Net.Sockets;

namespace Plumbline.Lab.Launch;

/// <summary>Carries bytes both ways between two connected sockets.</summary>
public static class StreamRelay
{
    private const int ChunkBytes = 32 * 1024;

    /// <summary>
    /// Ends when both sides have finished sending, or at once when either breaks or the token is cancelled; both sockets are then closed – with a reset if
    /// something broke, so that no side takes half a stream for a whole one. A side that has only finished sending is still sent to (half-close). Reads
    /// no faster than the other side takes.
    /// </summary>
    public static async Task RunAsync(Socket left, Socket right, CancellationToken cancellation)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var whole = await Task.WhenAll(PumpAsync(left, right, broken), PumpAsync(right, left, broken));
        if (!whole.All(w => w))
        {
            Reset(left);
            Reset(right);
        }

        left.Dispose();
        right.Dispose();
    }

    /// <returns>False when the stream did not come to its proper end.</returns>
    private static async Task<bool> PumpAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        try
        {
            while (true)
            {
                // Waits without a buffer: idle connections (watches) hold none.
                await from.ReceiveAsync(Memory<byte>.Empty, broken.Token);
                var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
                try
                {
                    var length = await from.ReceiveAsync(buffer, broken.Token);
                    if (length == 0)
                    {
                        to.Shutdown(SocketShutdown.Send);
                        return true;
                    }

                    for (var sent = 0; sent < length;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), broken.Token);
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            await broken.CancelAsync();
            return false;
        }
    }

    internal static void Reset(Socket socket)
    {
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix)
            {
                socket.LingerState = new LingerOption(true, 0);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
    }
}

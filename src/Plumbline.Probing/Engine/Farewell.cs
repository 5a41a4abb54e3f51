using System.Buffers;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Engine;

/// <summary>
/// Ends a connection so that the peer sees an orderly end. A descriptor closed while a greeting is under way answers it with a reset,
/// which servers log; so half-close first, take what comes for a moment, then close. The result does not wait for it.
/// </summary>
internal static class Farewell
{
    /// <summary>Connections that may linger at once; more are closed straight away.</summary>
    private const int MaxLingering = 512;

    private const int MaxDrained = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public static void Begin(EventLoop loop, LoopSocket socket, bool reset)
    {
        if (reset)
            SocketFacts.ResetOnClose(socket.Descriptor);
        if (reset || loop.IsStopping || loop.Watched > MaxLingering || Libc.Shutdown(socket.Descriptor, Libc.ShutdownWrite) != 0)
        {
            loop.Close(socket);
            return;
        }

        _ = DrainAsync(loop, socket);
    }

    private static async Task DrainAsync(EventLoop loop, LoopSocket socket)
    {
        var deadline = loop.After(Patience);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            for (var drained = 0L; drained < MaxDrained;)
            {
                var ready = await socket.WaitAsync(Libc.EpollIn, deadline);
                if (ready.Kind != ReadinessKind.Ready)
                    return;
                var got = RawIo.Receive(socket.Descriptor, buffer, out var error);
                if (got == 0 || (got < 0 && error != Errno.TryAgain))
                    return;
                drained += Math.Max(0, got);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (socket.Descriptor >= 0)
                loop.Close(socket);
        }
    }
}

using System.Runtime.CompilerServices;
using Plumbline.Probing.Native;
using Plumbline.Probing.Protocols;

namespace Plumbline.Probing.Engine;

/// <summary>
/// Ends a connection as its protocol wants it, and so that the peer sees an orderly end. A descriptor closed while a greeting is under way answers
/// it with a reset, which servers log; so half-close first, take what comes for a moment, then close. The result does not wait for it.
/// </summary>
internal static class Farewell
{
    /// <summary>Connections that may linger at once; more are closed straight away.</summary>
    private const int MaxLingering = 512;

    private const int MaxDiscards = 16;
    private const int DiscardSize = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>A server that must be spoken to before it is left may think it over: MySQL looks up the client's name, or delays a denial.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(10);

    public static void Begin(EventLoop loop, LoopSocket socket, bool reset, GreetingKind greeting = GreetingKind.None)
    {
        if (greeting != GreetingKind.None && !loop.IsStopping)
        {
            LoopTask.Forget(LeaveAsync(loop, socket, reset, greeting));
            return;
        }

        if (reset)
            SocketFacts.ResetOnClose(socket.Descriptor);
        if (reset || loop.IsStopping || loop.Watched > MaxLingering || Libc.Shutdown(socket.Descriptor, Libc.ShutdownWrite) != 0)
        {
            loop.Close(socket);
            return;
        }

        LoopTask.Forget(DrainAsync(loop, socket));
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<bool> LeaveAsync(EventLoop loop, LoopSocket socket, bool reset, GreetingKind greeting)
    {
        try
        {
            if (greeting == GreetingKind.MySql)
                await MySqlLogin.AttemptAsync(loop, socket, loop.After(LongPatience));
            else
                RawIo.Send(socket.Descriptor, Goodbye.Of(greeting), out _);
        }
        catch
        {
            loop.Close(socket);
            throw;
        }

        if (socket.Descriptor >= 0)
            Begin(loop, socket, reset);
        return true;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<bool> DrainAsync(EventLoop loop, LoopSocket socket)
    {
        var deadline = loop.After(Patience);
        try
        {
            for (var i = 0; i < MaxDiscards && !socket.HungUp; i++)
            {
                if (await socket.PeerActsAsync(deadline) != ReadinessKind.Ready || socket.HungUp || !socket.Discard(DiscardSize))
                    break;
            }
        }
        finally
        {
            if (socket.Descriptor >= 0)
                loop.Close(socket);
        }

        return true;
    }
}

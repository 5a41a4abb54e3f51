using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <param name="Attempt">What the connection came to.</param>
/// <param name="Greeting">How the server wants to be left.</param>
internal readonly record struct TcpSeen(Attempt Attempt, GreetingKind Greeting);

/// <summary>
/// Plain TCP after its handshake: sends nothing, and looks for a moment. A peer that ends the connection without a byte, such as a proxy that
/// reaches nobody, is no working connection; one that speaks has been reached.
/// </summary>
internal static class TcpProbe
{
    private const int MaxReads = 8;

    /// <summary>A proxy on the way gives up at once, or within a round trip to the next hop.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks end together: one wake-up of the loop's thread serves all of this time.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(50);

    /// <summary>For a greeting that is owed.</summary>
    private static readonly TimeSpan GreetingPatience = TimeSpan.FromSeconds(2);

    /// <summary>Leaves the socket open: the caller ends the connection.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<TcpSeen> LookAsync(ProbeContext context, LoopSocket socket, Attempt connected, int port, long deadline)
    {
        var owed = KnownPorts.OwesGreeting(port);
        var until = Math.Min(deadline, owed ? context.Loop.After(GreetingPatience) : context.Loop.AfterRoughly(Look, Together));
        var ready = await socket.PeerActsAsync(context, until);
        if (ready == ReadinessKind.Cancelled)
            throw new OperationCanceledException("cancelled while looking");
        if (ready == ReadinessKind.TimedOut)
            return new TcpSeen(owed ? connected with { Detail = "connected, but the greeting that is usual on that port did not come" } : connected, KnownPorts.AwaitsLogin(port) ? GreetingKind.MySql : GreetingKind.None);
        return await HearAsync(context, socket, connected, until);
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<TcpSeen> HearAsync(ProbeContext context, LoopSocket socket, Attempt connected, long until)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Greeting.MaxBytes);
        try
        {
            var got = 0;
            for (var i = 0; i < MaxReads && got < Greeting.MaxBytes; i++)
            {
                var received = await socket.ReceiveAsync(context, buffer.AsMemory(got, Greeting.MaxBytes - got), until);
                if (received.Count <= 0 && got == 0 && !received.TimedOut)
                    return new TcpSeen(Closed(connected, received.Error), GreetingKind.None);
                if (received.Count <= 0)
                    break;
                got += received.Count;
                if (Greeting.Read(buffer.AsSpan(0, got)) is { } greeting)
                    return new TcpSeen(Greeted(connected, greeting), greeting.Kind);
            }

            return new TcpSeen(got > 0 ? connected with { Proven = ProvenStage.Replied } : connected, GreetingKind.None);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What a greeting proves: the server is there, though it may not be for this client.</summary>
    public static Attempt Greeted(Attempt connected, Greeting greeting) => greeting.TurnedAway is { } words
        ? connected with { Outcome = ProbeOutcome.TurnedAway, Proven = ProvenStage.Replied, Detail = $"the server turns this client away: {words}" }
        : connected with { Proven = ProvenStage.Replied };

    private static Attempt Closed(Attempt connected, int error) => connected with
    {
        Outcome = ProbeOutcome.ClosedByPeer,
        Detail = error == 0
            ? "accepted, then closed at once without a byte: a proxy or forwarder that reaches nobody, or a server that turns clients away"
            : $"accepted, then reset at once ({Errno.Name(error)}): a proxy or forwarder that reaches nobody, or a server that turns clients away",
    };
}

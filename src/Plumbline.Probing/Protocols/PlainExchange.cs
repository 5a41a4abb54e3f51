using System.Buffers;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>A conversation in the clear, on the loop, over a connection that the handshake left.</summary>
internal static class PlainExchange
{
    /// <summary>Leaves the socket open: the caller ends the connection.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<Attempt> RunAsync(ProbeContext context, LoopSocket socket, Attempt connected, Conversation conversation, long deadline)
    {
        var started = context.Loop.Now;
        var sent = await socket.SendAllAsync(context, conversation.Opening, deadline);
        if (sent == -Errno.TimedOut)
            return conversation.Ended(connected, [], context.Loop.MillisecondsSince(started), ConversationEnd.TimedOut);
        if (sent < 0)
            return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed before the request was sent ({Errno.Name(-sent)})", ClosedMute = true };

        var buffer = ArrayPool<byte>.Shared.Rent(Conversation.MaxBytes);
        try
        {
            for (var got = 0; ;)
            {
                var received = await socket.ReceiveAsync(context, buffer.AsMemory(got, Conversation.MaxBytes - got), deadline);
                if (received.TimedOut)
                    return conversation.Ended(connected, buffer.AsSpan(0, got), context.Loop.MillisecondsSince(started), ConversationEnd.TimedOut);
                if (received.Count <= 0)
                    return Reset(conversation.Ended(connected, buffer.AsSpan(0, got), context.Loop.MillisecondsSince(started), ConversationEnd.Closed), received.Error);

                got += received.Count;
                if (conversation.Read(connected, buffer.AsSpan(0, got), context.Loop.MillisecondsSince(started)) is { } proven)
                    return proven;
                if (got == Conversation.MaxBytes)
                    return conversation.Ended(connected, buffer.AsSpan(0, got), context.Loop.MillisecondsSince(started), ConversationEnd.TooLong);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Attempt Reset(Attempt ended, int error) =>
        error == 0 || ended.Outcome == ProbeOutcome.Succeeded || ended.Detail is null ? ended : ended with { Detail = $"{ended.Detail} ({Errno.Name(error)})" };
}

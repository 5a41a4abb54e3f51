using System.Buffers;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>Plain HTTP/1.1 on the loop, over a connection that the handshake left.</summary>
internal static class HttpProbe
{
    /// <summary>Leaves the socket open: the caller ends the connection.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<Attempt> ExchangeAsync(ProbeContext context, LoopSocket socket, Attempt connected, PlannedProbe probe, byte[] request, long deadline)
    {
        var started = context.Loop.Now;
        var sent = await socket.SendAllAsync(context, request, deadline);
        if (sent == -Errno.TimedOut)
            return HttpHead.Unfinished(connected, [], context.Loop.MillisecondsSince(started), timedOut: true);
        if (sent < 0)
            return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed before the request was sent ({Errno.Name(-sent)})" };

        var buffer = ArrayPool<byte>.Shared.Rent(HttpHead.MaxBytes);
        try
        {
            for (var got = 0; ;)
            {
                var received = await socket.ReceiveAsync(context, buffer.AsMemory(got, HttpHead.MaxBytes - got), deadline);
                if (received.TimedOut)
                    return HttpHead.Unfinished(connected, buffer.AsSpan(0, got), context.Loop.MillisecondsSince(started), timedOut: true);
                if (received.Count <= 0)
                    return Reset(HttpHead.Unfinished(connected, buffer.AsSpan(0, got), context.Loop.MillisecondsSince(started), timedOut: false), received.Error);

                got += received.Count;
                var head = HttpHead.Parse(buffer.AsSpan(0, got));
                if (head.Kind == HttpHeadKind.Status)
                    return HttpHead.Replied(connected, head.Status, context.Loop.MillisecondsSince(started));
                if (head.Kind == HttpHeadKind.NotHttp)
                    return HttpHead.SpokeOtherwise(connected, buffer.AsSpan(0, got));
                if (got == HttpHead.MaxBytes)
                    return HttpHead.TooLong(connected, head, buffer.AsSpan(0, got), context.Loop.MillisecondsSince(started));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Attempt Reset(Attempt ended, int error) =>
        error == 0 || ended.Detail is null ? ended : ended with { Detail = $"{ended.Detail} ({Errno.Name(error)})" };
}

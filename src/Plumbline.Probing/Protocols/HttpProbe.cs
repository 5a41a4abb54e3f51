using System.Buffers;
using System.Runtime.CompilerServices;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>Plain HTTP/1.1 on the loop, over a connection that the handshake left.</summary>
internal static class HttpProbe
{
    /// <summary>Leaves the socket open: the caller ends the connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Attempt> ExchangeAsync(ProbeContext context, LoopSocket socket, Attempt connected, PlannedProbe probe, byte[] request, long deadline)
    {
        var started = context.Loop.Now;
        var sent = 0;
        while (sent < request.Length)
        {
            var written = RawIo.Send(socket.Descriptor, request.AsSpan(sent), out var error);
            if (written < 0 && error != Errno.TryAgain)
                return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed before the request was sent ({Errno.Name(error)})" };
            sent += Math.Max(0, written);
            if (written < 0 && await Ready(Libc.EpollOut) == ReadinessKind.TimedOut)
                return HttpHead.Unfinished(connected, [], timedOut: true);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(HttpHead.MaxBytes);
        try
        {
            for (var got = 0; ;)
            {
                if (await Ready(Libc.EpollIn) == ReadinessKind.TimedOut)
                    return HttpHead.Unfinished(connected, buffer.AsSpan(0, got), timedOut: true);

                var read = RawIo.Receive(socket.Descriptor, buffer.AsSpan(got, HttpHead.MaxBytes - got), out var error);
                if (read < 0 && error == Errno.TryAgain)
                    continue;
                if (read <= 0)
                    return Reset(HttpHead.Unfinished(connected, buffer.AsSpan(0, got), timedOut: false), error);

                got += read;
                var head = HttpHead.Parse(buffer.AsSpan(0, got), HttpHead.WantsFinal(probe));
                if (head.Kind == HttpHeadKind.Status)
                    return HttpHead.Judge(connected with { HttpMilliseconds = context.Loop.MillisecondsSince(started) }, probe, head.Status);
                if (head.Kind == HttpHeadKind.NotHttp || got == HttpHead.MaxBytes)
                    return HttpHead.SpokeOtherwise(connected, buffer.AsSpan(0, got));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        async ValueTask<ReadinessKind> Ready(uint events)
        {
            var ready = await socket.WaitAsync(context, events, deadline);
            return ready.Kind == ReadinessKind.Cancelled ? throw new OperationCanceledException("cancelled during the HTTP exchange") : ready.Kind;
        }
    }

    private static Attempt Reset(Attempt ended, int error) =>
        error == 0 ? ended : ended with { Detail = $"{ended.Detail} ({Errno.Name(error)})" };
}

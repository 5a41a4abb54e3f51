using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>Asks an HTTP proxy for the way to the target by CONNECT. What is said after that is said to the target.</summary>
internal static class ProxyTunnel
{
    private const int MaxHead = 8 * 1024;

    /// <summary>The target as it stands in the request; null when it cannot stand there.</summary>
    public static string? Authority(PlannedProbe probe)
    {
        var host = HttpConversation.HostOf(probe);
        return host.Length == 0 || HttpConversation.HasBreak(host) ? null : string.Create(CultureInfo.InvariantCulture, $"{host}:{probe.Port}");
    }

    /// <returns>Null once the target answers; else what the proxy came to.</returns>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<Attempt?> OpenAsync(ProbeContext context, LoopSocket socket, Attempt connected, string authority, long deadline)
    {
        var request = Encoding.ASCII.GetBytes($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: plumbline\r\n\r\n");
        if (await socket.SendAllAsync(context, request, deadline) < 0)
            return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = "the proxy closed the connection before the request was sent" };

        var buffer = ArrayPool<byte>.Shared.Rent(MaxHead);
        try
        {
            for (var got = 0; got < MaxHead;)
            {
                // Byte by byte at its end: what follows the head is the target's, and whoever speaks to that reads it from the socket.
                var received = await socket.ReceiveAsync(context, buffer.AsMemory(got, Next(buffer.AsSpan(0, got))), deadline);
                if (received.TimedOut)
                    return connected with { Outcome = ProbeOutcome.TimedOut, Detail = $"the proxy does not answer CONNECT {authority}: it may wait for the target" };
                if (received.Count <= 0)
                    return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"the proxy closed the connection at CONNECT {authority}" };
                got += received.Count;
                var head = buffer.AsSpan(0, got);
                if (HttpHead.Parse(head).Kind == HttpHeadKind.NotHttp)
                    return connected with { Outcome = ProbeOutcome.NotHttp, Detail = $"the proxy answers '{PlainText.Of(head, 40)}'" };
                if (head.EndsWith("\r\n\r\n"u8))
                    return Judge(connected, authority, HttpHead.Parse(head).Status);
            }

            return connected with { Outcome = ProbeOutcome.NotHttp, Detail = "the proxy's answer has no end" };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>How many bytes may be read without reading past the blank line that ends the head.</summary>
    private static int Next(ReadOnlySpan<byte> head) =>
        head.EndsWith("\r\n\r"u8) ? 1 : head.EndsWith("\r\n"u8) ? 2 : head is [.., (byte)'\r'] ? 3 : 4;

    private static Attempt? Judge(Attempt connected, string authority, int status)
    {
        var said = $"the proxy answers CONNECT {authority} with status {status.ToString(CultureInfo.InvariantCulture)}";
        return status switch
        {
            >= 200 and < 300 => null,
            502 or 503 => connected with { Outcome = ProbeOutcome.Unreachable, Detail = $"{said}: it does not reach the target" },
            504 => connected with { Outcome = ProbeOutcome.TimedOut, Detail = $"{said}: the target does not answer it" },
            _ => connected with { Outcome = ProbeOutcome.TurnedAway, Detail = $"{said}{(status == 407 ? ": it wants to know who asks" : "")}" },
        };
    }
}

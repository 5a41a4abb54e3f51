using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Names;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// Asks a nameserver for the name servers of the root, which every nameserver has an opinion on. Any well-formed answer proves the
/// connection, a refusal too: what the server thinks of the question is in the detail.
/// </summary>
internal static class DnsProbe
{
    private const int MaxDatagram = 4096;

    /// <summary>Datagrams that are no answer of ours; after so many, somebody is flooding the socket.</summary>
    private const int MaxForeign = 64;

    /// <summary>One datagram may be lost as one SYN may, so the question is sent again as a SYN would be: after 1 s, then 2 s, 4 s.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    public static ValueTask<Attempt> AskAsync(ProbeContext probe, IPAddress address, int port, long deadline) =>
        DatagramSocket.RunAsync(probe, address, port, MaxDatagram, (socket, buffer) => ExchangeAsync(probe, socket, address, buffer, deadline));

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<Attempt> ExchangeAsync(ProbeContext probe, LoopSocket socket, IPAddress address, Memory<byte> buffer, long deadline)
    {
        var question = DnsMessage.RootQuestion((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1));
        var started = probe.Loop.Now;
        var wait = FirstWait;
        var (sent, foreign) = (0, 0);
        while (true)
        {
            if (RawIo.Send(socket.Descriptor, question, out var sendError) < 0 && sendError != Errno.TryAgain)
                return DatagramSocket.Failed(socket, address, sendError, sent);
            sent++;

            // An answer may be to an earlier question: the time counts from the first, as a client's would.
            var until = Math.Min(deadline, probe.Loop.After(wait));
            wait *= 2;
            while (true)
            {
                var received = await socket.ReceiveAsync(probe, buffer, until);
                if (received.TimedOut)
                    break;
                if (received.Count < 0)
                    return DatagramSocket.Failed(socket, address, received.Error, sent - 1);
                if (DnsMessage.AnswerCode(buffer.Span[..received.Count], question) is { } code)
                    return Answered(address, DnsMessage.CodeName(code), sent, probe.Loop.MillisecondsSince(started));
                if (++foreign > MaxForeign)
                    return Silent(address, sent, foreign);
            }

            if (probe.Loop.Now >= deadline)
                return Silent(address, sent, foreign);
        }
    }

    private static Attempt Answered(IPAddress address, string code, int sent, double milliseconds) =>
        new(ProbeOutcome.Succeeded, ProvenStage.Replied, sent == 1 ? $"answers {code}" : $"answers {code}, asked {sent} times: loss, or a slow server")
        {
            Address = address,
            Retransmits = sent - 1,
            DnsMilliseconds = milliseconds,
        };

    private static Attempt Silent(IPAddress address, int sent, int foreign) =>
        new(ProbeOutcome.TimedOut, ProvenStage.Nothing, foreign == 0
            ? $"no answer to the question, sent {sent} {(sent == 1 ? "time" : "times")}: dropped on the way, or no nameserver"
            : $"{foreign} datagrams came back, none of them an answer: no nameserver")
        {
            Address = address,
            Retransmits = sent - 1,
        };
}

using System.Net;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// A datagram, and what comes back: an answer proves the connection, an ICMP error that nobody listens there or that somebody said no. Silence
/// proves nothing, since most protocols over UDP owe no answer.
/// </summary>
internal static class UdpProbe
{
    private const int MaxDatagram = 2048;

    /// <summary>One datagram may be lost. An answer is asked for again, as a client would after 1 s, then 2 s; without one, once more is enough.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>For an ICMP error, where no answer is owed: it takes a round trip.</summary>
    private static readonly TimeSpan ErrorWithin = TimeSpan.FromSeconds(1);

    public static ValueTask<Attempt> AskAsync(ProbeContext probe, IPAddress address, int port, long deadline) =>
        DatagramSocket.RunAsync(probe, address, port, MaxDatagram, (socket, buffer) => ExchangeAsync(probe, socket, address, DatagramQuestion.For(port), buffer, deadline));

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<Attempt> ExchangeAsync(ProbeContext probe, LoopSocket socket, IPAddress address, DatagramQuestion question, Memory<byte> buffer, long deadline)
    {
        if (!question.IsAnswered)
            deadline = Math.Min(deadline, probe.Loop.After(ErrorWithin));
        var wait = question.IsAnswered ? FirstWait : ErrorWithin / 2;
        for (var sent = 1; ; sent++)
        {
            if (RawIo.Send(socket.Descriptor, question.Payload, out var sendError) < 0 && sendError != Errno.TryAgain)
                return DatagramSocket.Failed(socket, address, sendError, sent - 1);

            var received = await socket.ReceiveAsync(probe, buffer, Math.Min(deadline, probe.Loop.After(wait)));
            wait *= 2;
            if (!received.TimedOut)
            {
                return received.Count < 0
                    ? DatagramSocket.Failed(socket, address, received.Error, sent - 1)
                    : new Attempt(ProbeOutcome.Succeeded, ProvenStage.Replied, $"{question.Name} was answered with {received.Count} bytes")
                    {
                        Address = address,
                        Retransmits = sent - 1,
                    };
            }

            if (probe.Loop.Now >= deadline)
                return Silent(address, question, sent);
        }
    }

    private static Attempt Silent(IPAddress address, DatagramQuestion question, int sent) =>
        new(ProbeOutcome.Silent, ProvenStage.Nothing, $"{question.Name}, sent {(sent == 1 ? "once" : $"{sent} times")}, met silence: "
            + (question.IsAnswered ? "dropped, or no server of that protocol" : "it may have been taken or dropped, since nothing that is known to be answered is usual on that port"))
        {
            Address = address,
            Retransmits = sent - 1,
        };
}

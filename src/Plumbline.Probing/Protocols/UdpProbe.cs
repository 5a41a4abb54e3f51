using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Namespaces;
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

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<Attempt> AskAsync(ProbeContext probe, IPAddress address, int port, long deadline)
    {
        var ipv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var opened = probe.Loop.Door.Open(probe.Origin.Namespace, ipv6 ? Libc.AddressFamilyInet6 : Libc.AddressFamilyInet, Libc.Datagram, 0);
        if (opened.Failure != DoorFailure.None)
            return TcpConnector.NotOpened(opened, address);

        var socket = probe.Loop.Adopt(opened.Descriptor);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxDatagram);
        try
        {
            SocketFacts.AskForIcmpErrors(socket.Descriptor, ipv6);
            var error = RawIo.Connect(socket.Descriptor, address, port);
            return error != 0 ? Failed(socket, address, error, 0) : await ExchangeAsync(probe, socket, address, DatagramQuestion.For(port), buffer, deadline);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            probe.Loop.Close(socket);
        }
    }

    /// <summary>What connecting, sending or receiving met.</summary>
    public static Attempt Failed(LoopSocket socket, IPAddress address, int error, int retransmits)
    {
        var icmp = SocketFacts.DrainErrorQueue(socket.Descriptor);
        var (outcome, detail) = ConnectFailure.Classify(error, icmp, retransmits, address.AddressFamily == AddressFamily.InterNetworkV6);
        return new Attempt(outcome, ProvenStage.Nothing, detail)
        {
            Address = address,
            Icmp = icmp,
            Retransmits = retransmits,
            NoWayOut = ConnectFailure.IsNoWayOut(error, icmp),
        };
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<Attempt> ExchangeAsync(ProbeContext probe, LoopSocket socket, IPAddress address, DatagramQuestion question, byte[] buffer, long deadline)
    {
        if (!question.IsAnswered)
            deadline = Math.Min(deadline, probe.Loop.After(ErrorWithin));
        var wait = question.IsAnswered ? FirstWait : ErrorWithin / 2;
        for (var sent = 1; ; sent++)
        {
            if (RawIo.Send(socket.Descriptor, question.Payload, out var sendError) < 0 && sendError != Errno.TryAgain)
                return Failed(socket, address, sendError, sent - 1);

            var received = await socket.ReceiveAsync(probe, buffer.AsMemory(0, MaxDatagram), Math.Min(deadline, probe.Loop.After(wait)));
            wait *= 2;
            if (!received.TimedOut)
            {
                return received.Count < 0
                    ? Failed(socket, address, received.Error, sent - 1)
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

using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <param name="Socket">Null unless the handshake completed and the connection still stands.</param>
/// <param name="Seen">What was seen so far: for plain TCP already the whole attempt.</param>
internal readonly record struct Handshake(LoopSocket? Socket, Attempt Seen);

/// <summary>The TCP handshake from inside the source's namespace; the first stage of every protocol.</summary>
internal static class TcpConnector
{
    private const int StateEstablished = 1;
    private const int StateSynSent = 2;
    private const int StateSynReceived = 3;
    private const int StatePeerClosed = 8;

    /// <summary>
    /// Whether the SYN is answered, and no more: the answer is met with a reset before it is acknowledged, so that the server's process never hears
    /// of the connection. The kernel puts the acknowledgement off by at least 40 ms, as it does when data is about to follow.
    /// </summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<Attempt> GlanceAsync(ProbeContext probe, IPAddress address, int port, long deadline)
    {
        var handshake = await ConnectAsync(probe, address, port, deadline, glance: true);
        if (handshake.Socket is { } socket)
        {
            SocketFacts.ResetOnClose(socket.Descriptor);
            probe.Loop.Close(socket);
        }

        return handshake.Seen;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<Handshake> ConnectAsync(ProbeContext probe, IPAddress address, int port, long deadline, bool glance = false)
    {
        var ipv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var opened = probe.Loop.Door.Open(probe.Origin.Namespace, ipv6 ? Libc.AddressFamilyInet6 : Libc.AddressFamilyInet, Libc.Stream, 0);
        if (opened.Failure != DoorFailure.None)
            return new Handshake(null, NotOpened(opened, address));

        var socket = probe.Loop.Adopt(opened.Descriptor);
        if (glance)
            SocketFacts.PutOffAcknowledgement(opened.Descriptor);
        try
        {
            return await ConnectAsync(probe, socket, address, port, deadline);
        }
        catch
        {
            probe.Loop.Close(socket);
            throw;
        }
    }

    /// <summary>Not one packet was sent.</summary>
    public static Attempt NotOpened(OpenedSocket opened, IPAddress address) => opened.Failure switch
    {
        DoorFailure.NamespaceGone => new Attempt(ProbeOutcome.SourceGone, ProvenStage.Nothing, opened.Detail) { Address = address },
        DoorFailure.FamilyMissing => new Attempt(ProbeOutcome.Unreachable, ProvenStage.Nothing, opened.Detail) { Address = address, NoWayOut = true },
        _ => new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, opened.Detail) { Address = address },
    };

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<Handshake> ConnectAsync(ProbeContext probe, LoopSocket socket, IPAddress address, int port, long deadline)
    {
        SocketFacts.AskForIcmpErrors(socket.Descriptor, address.AddressFamily == AddressFamily.InterNetworkV6);
        IcmpError? icmp = null;
        var error = RawIo.Connect(socket.Descriptor, address, port);
        while (error == Errno.InProgress)
        {
            var ready = await socket.ConnectedAsync(probe, deadline);
            if (ready == ReadinessKind.Cancelled)
                throw new OperationCanceledException("cancelled while connecting");
            if (ready == ReadinessKind.TimedOut)
                return Failed(probe, socket, address, Errno.TimedOut, icmp);

            // Established and no error reported: then none is pending, which saves asking.
            var facts = SocketFacts.Tcp(socket.Descriptor);
            if (facts.State is StateEstablished or StatePeerClosed && !socket.HasError)
                return Connected(probe, socket, address, facts, 0);
            error = SocketFacts.PendingError(socket.Descriptor);
            if (error == 0 && facts.State is StateSynSent or StateSynReceived)
            {
                // An ICMP error that the kernel takes for temporary: remembered, in case nothing better comes.
                icmp = SocketFacts.DrainErrorQueue(socket.Descriptor) ?? icmp;
                socket.NotYetConnected();
                error = Errno.InProgress;
            }
        }

        return error is 0 or Errno.ConnectionReset or Errno.BrokenPipe
            ? Connected(probe, socket, address, SocketFacts.Tcp(socket.Descriptor), error)
            : Failed(probe, socket, address, error, icmp);
    }

    /// <summary>A reset this early was still preceded by the whole handshake, and whether it is seen here or later is a race.</summary>
    private static Handshake Connected(ProbeContext probe, LoopSocket socket, IPAddress address, TcpFacts facts, int error)
    {
        var seen = new Attempt(ProbeOutcome.Succeeded, ProvenStage.Connected, null)
        {
            Address = address,
            Retransmits = facts.Retransmits,
            ConnectMilliseconds = facts.RoundTripMicroseconds / 1000.0,
        };
        if (error == 0)
            return new Handshake(socket, seen with { Detail = facts.Retransmits > 0 ? "connected after retransmitting the SYN: loss, or a full accept queue" : null });

        probe.Loop.Close(socket);
        return new Handshake(null, seen with { Detail = "accepted, then reset at once: a proxy or forwarder that reaches nobody, or a server that turns clients away" });
    }

    private static Handshake Failed(ProbeContext probe, LoopSocket socket, IPAddress address, int error, IcmpError? earlier)
    {
        var icmp = SocketFacts.DrainErrorQueue(socket.Descriptor) ?? earlier;
        var retransmits = SocketFacts.Tcp(socket.Descriptor).Retransmits;
        probe.Loop.Close(socket);
        var (outcome, detail) = ConnectFailure.Classify(error, icmp, retransmits, address.AddressFamily == AddressFamily.InterNetworkV6);
        return new Handshake(null, new Attempt(outcome, ProvenStage.Nothing, detail) 
        {
            Address = address,
            Icmp = icmp,
            Retransmits = retransmits,
            NoWayOut = ConnectFailure.IsNoWayOut(error, icmp),
        });
    }
}

using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>What is said over a connected datagram socket, and what comes of it.</summary>
internal delegate ValueTask<Attempt> DatagramExchange(LoopSocket socket, Memory<byte> buffer);

/// <summary>A datagram socket of the source's namespace, connected so that ICMP errors come back to it.</summary>
internal static class DatagramSocket
{
    /// <param name="longest">The longest datagram that is read whole.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<Attempt> RunAsync(ProbeContext probe, IPAddress address, int port, int longest, DatagramExchange exchange)
    {
        var ipv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var opened = probe.Loop.Door.Open(probe.Origin.Namespace, ipv6 ? Libc.AddressFamilyInet6 : Libc.AddressFamilyInet, Libc.Datagram, 0);
        if (opened.Failure != DoorFailure.None)
            return TcpConnector.NotOpened(opened, address);

        var socket = probe.Loop.Adopt(opened.Descriptor);
        var buffer = ArrayPool<byte>.Shared.Rent(longest);
        try
        {
            SocketFacts.AskForIcmpErrors(socket.Descriptor, ipv6);
            var error = RawIo.Connect(socket.Descriptor, address, port);
            return error != 0 ? Failed(socket, address, error, 0) : await exchange(socket, buffer.AsMemory(0, longest));
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
}

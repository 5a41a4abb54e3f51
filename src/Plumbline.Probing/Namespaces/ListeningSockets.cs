using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Namespaces;

/// <summary>A TCP socket that listens.</summary>
/// <param name="Address">What it is bound to; <c>0.0.0.0</c> or <c>::</c> for every address.</param>
/// <param name="OnlyIpv6">Bound to <c>::</c> and takes no IPv4.</param>
/// <param name="Waiting">Connections that the process has not accepted yet.</param>
/// <param name="Room">How many may wait. The kernel drops what comes while more do.</param>
internal readonly record struct ListeningSocket(IPAddress Address, int Port, bool OnlyIpv6, uint Waiting, uint Room)
{
    public bool IsFull => Waiting > Room;

    public bool IsLoopback => IPAddress.IsLoopback(Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address);

    /// <summary>Whether a connection to the address comes to this socket.</summary>
    public bool Takes(IPAddress target) => Address.Equals(IPAddress.Any) ? target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        : Address.Equals(IPAddress.IPv6Any) ? !OnlyIpv6 || target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
        : (Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address).Equals(target);
}

/// <summary>The TCP sockets that listen inside a namespace, or why they cannot be told.</summary>
/// <param name="Sockets">Empty when <paramref name="Failure"/> is set.</param>
internal sealed record ListeningSockets(IReadOnlyList<ListeningSocket> Sockets, string? Failure)
{
    private const int SocketDiagnosis = 4;
    private const ushort ByFamily = 20;
    private const byte Tcp = 6;
    private const uint Listen = 1 << 10;
    private const int MessageSize = 72;
    private const ushort AttributeOnlyIpv6 = 11;

    /// <summary>Asks the kernel over a diagnosis socket made inside the namespace. Needs no privilege beyond getting in.</summary>
    public static ListeningSockets Read(NamespaceDoor door, NetworkNamespace target)
    {
        var found = new List<ListeningSocket>();
        var failure = Ask(Libc.AddressFamilyInet) ?? Ask(Libc.AddressFamilyInet6);
        return failure is null ? new ListeningSockets(found, null) : new ListeningSockets([], failure);

        string? Ask(int family)
        {
            // inet_diag_req_v2: family, protocol, extensions, padding, states; then the identity of one socket, which stays empty.
            Span<byte> question = stackalloc byte[56];
            question.Clear();
            (question[0], question[1]) = ((byte)family, Tcp);
            MemoryMarshal.Write(question[4..], Listen);
            return NetlinkDump.Run(door, target, SocketDiagnosis, ByFamily, question, "listening sockets", (type, payload) =>
            {
                if (type == ByFamily && payload.Length >= MessageSize)
                    found.Add(Socket(payload));
            });
        }
    }

    /// <summary>inet_diag_msg: family, state, timer, retransmits, then ports and addresses, …, the lengths of the two queues, owner, inode, attributes.</summary>
    private static ListeningSocket Socket(ReadOnlySpan<byte> message) => new(
        new IPAddress(message.Slice(8, message[0] == Libc.AddressFamilyInet ? 4 : 16)),
        BinaryPrimitives.ReadUInt16BigEndian(message[4..]),
        IsOnlyIpv6(message[MessageSize..]),
        MemoryMarshal.Read<uint>(message[56..]),
        MemoryMarshal.Read<uint>(message[60..]));

    private static bool IsOnlyIpv6(ReadOnlySpan<byte> attributes)
    {
        while (attributes.Length >= 4)
        {
            var (length, type) = (MemoryMarshal.Read<ushort>(attributes), MemoryMarshal.Read<ushort>(attributes[2..]));
            if (length < 4 || length > attributes.Length)
                return false;
            if (type == AttributeOnlyIpv6 && length > 4)
                return attributes[4] != 0;
            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }

        return false;
    }
}

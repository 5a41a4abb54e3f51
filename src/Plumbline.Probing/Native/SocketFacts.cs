using System.Net;
using System.Runtime.InteropServices;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Native;

/// <param name="State">1 established, 2 SYN sent, 7 closed, 8 peer closed.</param>
/// <param name="RoundTripMicroseconds">The kernel's smoothed round trip; right after the handshake, SYN to SYN-ACK.</param>
internal readonly record struct TcpFacts(int State, int Retransmits, uint RoundTripMicroseconds);

/// <summary>What the kernel knows of a socket that user space cannot measure.</summary>
internal static unsafe class SocketFacts
{
    /// <summary>Offsets into <c>struct tcp_info</c>, which only ever grows at its end: state 0, retransmits 2, rtt 68, total_retrans 100.</summary>
    public static TcpFacts Tcp(int descriptor)
    {
        byte* info = stackalloc byte[104];
        uint length = 104;
        return Libc.GetOption(descriptor, Libc.SolTcp, Libc.TcpInfo, info, &length) != 0
            ? default
            : new TcpFacts(info[0], Math.Max(info[2], (int)*(uint*)(info + 100)), *(uint*)(info + 68));
    }

    /// <summary>Reads and clears SO_ERROR.</summary>
    public static int PendingError(int descriptor)
    {
        int error = 0;
        uint length = sizeof(int);
        return Libc.GetOption(descriptor, Libc.SolSocket, Libc.SoError, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    public static void AskForIcmpErrors(int descriptor, bool ipv6)
    {
        int on = 1;
        _ = ipv6
            ? Libc.SetOption(descriptor, Libc.SolIpv6, Libc.Ipv6ReceiveErrors, &on, sizeof(int))
            : Libc.SetOption(descriptor, Libc.SolIp, Libc.IpReceiveErrors, &on, sizeof(int));
    }

    /// <summary>The last packet of the handshake waits for data, for a while.</summary>
    public static void PutOffAcknowledgement(int descriptor)
    {
        int off = 0;
        _ = Libc.SetOption(descriptor, Libc.SolTcp, Libc.TcpQuickAcknowledge, &off, sizeof(int));
    }

    public static void ResetOnClose(int descriptor)
    {
        var linger = new Libc.LingerOption { OnOff = 1 };
        _ = Libc.SetOption(descriptor, Libc.SolSocket, Libc.SoLinger, &linger, (uint)sizeof(Libc.LingerOption));
    }

    /// <summary>Empties the error queue; the last ICMP error in it, or null. Bounded, since a hostile hop could keep filling it.</summary>
    public static IcmpError? DrainErrorQueue(int descriptor)
    {
        IcmpError? last = null;
        byte* control = stackalloc byte[512];
        byte* data = stackalloc byte[256];
        byte* name = stackalloc byte[32];
        for (var i = 0; i < 16; i++)
        {
            var vector = new Libc.IoVector { Base = data, Length = 256 };
            var message = new Libc.MessageHeader
            {
                Name = name,
                NameLength = 32,
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = 512,
            };
            if (Libc.ReceiveMessage(descriptor, &message, Libc.MessageErrorQueue | Libc.MessageDontWait) < 0)
                break;

            last = ReadControl(new ReadOnlySpan<byte>(control, (int)Math.Min(message.ControlLength, 512))) ?? last;
        }

        return last;
    }

    /// <summary>cmsghdr (length 8, level 4, type 4), then sock_extended_err (errno 4, origin, type, code, pad, info 4, data 4), then the offender's sockaddr.</summary>
    private static IcmpError? ReadControl(ReadOnlySpan<byte> control)
    {
        const int header = 16;
        const int extended = 16;
        const byte originIcmp = 2;
        const byte originIcmp6 = 3;
        while (control.Length >= header + extended)
        {
            var length = (long)MemoryMarshal.Read<ulong>(control);
            if (length < header || length > control.Length)
                return null;

            var level = MemoryMarshal.Read<int>(control[8..]);
            var type = MemoryMarshal.Read<int>(control[12..]);
            var body = control[header..(int)length];
            if ((level, type) is (Libc.SolIp, Libc.IpReceiveErrors) or (Libc.SolIpv6, Libc.Ipv6ReceiveErrors)
                && body.Length >= extended && body[4] is originIcmp or originIcmp6)
            {
                return new IcmpError(body[5], body[6], SocketAddresses.Read(body[extended..])?.ToString() ?? "");
            }

            var next = (int)((length + 7) & ~7L);
            if (next >= control.Length)
                return null;
            control = control[next..];
        }

        return null;
    }
}

/// <summary><c>struct sockaddr_in</c> and <c>sockaddr_in6</c>.</summary>
internal static class SocketAddresses
{
    public const int MaxSize = 28;

    public static int Write(Span<byte> target, IPAddress address, int port)
    {
        target.Clear();
        var ipv6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        MemoryMarshal.Write(target, (ushort)(ipv6 ? Libc.AddressFamilyInet6 : Libc.AddressFamilyInet));
        target[2] = (byte)(port >> 8);
        target[3] = (byte)port;
        address.TryWriteBytes(target[(ipv6 ? 8 : 4)..], out _);
        if (!ipv6)
            return 16;

        MemoryMarshal.Write(target[24..], (uint)address.ScopeId);
        return 28;
    }

    public static IPAddress? Read(ReadOnlySpan<byte> source) => source.Length < 16
        ? null
        : MemoryMarshal.Read<ushort>(source) switch
        {
            Libc.AddressFamilyInet => new IPAddress(source.Slice(4, 4)),
            Libc.AddressFamilyInet6 when source.Length >= 24 => new IPAddress(source.Slice(8, 16)),
            _ => null,
        };
}

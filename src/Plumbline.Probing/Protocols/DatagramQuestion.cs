using System.Buffers.Binary;
using System.Security.Cryptography;
using Plumbline.Probing.Names;

namespace Plumbline.Probing.Protocols;

/// <summary>What is sent to a UDP port, by the protocol that is usual there: the smallest question that is answered and changes nothing.</summary>
/// <param name="Name">For the sentence: "an NTP request".</param>
/// <param name="IsAnswered">A server of that protocol owes an answer. Otherwise only an ICMP error tells anything.</param>
internal sealed record DatagramQuestion(string Name, byte[] Payload, bool IsAnswered)
{
    // A version that RFC 9000 reserves for just this: the server names those that it speaks.
    private const uint NegotiatedVersion = 0x1a2a3a4a;
    private const int QuicInitialSize = 1200;
    private const uint StunCookie = 0x2112A442;

    /// <summary>A new one each time: identifiers are random.</summary>
    public static DatagramQuestion For(int port) => port switch
    {
        53 => new("a DNS question", DnsMessage.RootQuestion((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1)), true),
        123 => new("an NTP request", Ntp(), true),
        161 => new("an SNMP request", Snmp(), true),
        3478 or 19302 => new("a STUN request", Stun(), true),
        443 or 8443 => new("a QUIC packet of no version", Quic(), true),
        514 => new("a syslog message", "<47>plumbline: verified\n"u8.ToArray(), false),
        _ => new("a datagram of one byte", [0], false),
    };

    /// <summary>Client, version 4.</summary>
    private static byte[] Ntp()
    {
        var packet = new byte[48];
        packet[0] = 0x23;
        RandomNumberGenerator.Fill(packet.AsSpan(40));
        return packet;
    }

    /// <summary>
    /// SNMPv3's discovery (RFC 3414): an empty request without a user, which every engine answers with its identity. A request of version 1 or 2c is
    /// answered only where the community is known.
    /// </summary>
    private static byte[] Snmp()
    {
        byte[] header = Tlv(0x30, [0x02, 0x01, 0x11, 0x02, 0x03, 0x00, 0xff, 0xe3, 0x04, 0x01, 0x04, 0x02, 0x01, 0x03]);
        byte[] security = Tlv(0x04, Tlv(0x30, [0x04, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00, 0x04, 0x00]));
        byte[] scoped = Tlv(0x30, [0x04, 0x00, 0x04, 0x00, .. Tlv(0xa0, [0x02, 0x01, 0x11, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x00])]);
        return Tlv(0x30, [0x02, 0x01, 0x03, .. header, .. security, .. scoped]);
    }

    /// <summary>A binding request, RFC 8489.</summary>
    private static byte[] Stun()
    {
        var packet = new byte[20];
        packet[1] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), StunCookie);
        RandomNumberGenerator.Fill(packet.AsSpan(8));
        return packet;
    }

    /// <summary>As long as a first packet must be, or servers drop it.</summary>
    private static byte[] Quic()
    {
        var packet = new byte[QuicInitialSize];
        packet[0] = 0xc0;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(1), NegotiatedVersion);
        packet[5] = 8;
        RandomNumberGenerator.Fill(packet.AsSpan(6, 8));
        packet[14] = 8;
        RandomNumberGenerator.Fill(packet.AsSpan(15, 8));
        return packet;
    }

    private static byte[] Tlv(byte tag, byte[] value) => [tag, (byte)value.Length, .. value];
}

using Plumbline.Lab.Listeners.Dns;

namespace Plumbline.Lab.Listeners.Protocols;

/// <summary>What UDP servers send back.</summary>
internal static class UdpAnswers
{
    private const int NtpLength = 48;

    /// <returns>Null: nothing.</returns>
    public static byte[]? Of(ListenerKind kind, ReadOnlySpan<byte> datagram, DnsZone zone) => kind switch
    {
        ListenerKind.UdpEcho => datagram.ToArray(),
        ListenerKind.UdpDns => DnsMessage.Answer(datagram, zone, udp: true),
        ListenerKind.UdpNtp => Ntp(datagram),
        _ => null,
    };

    /// <summary>RFC 5905: a server's answer carries the client's transmit time as its origin.</summary>
    private static byte[]? Ntp(ReadOnlySpan<byte> datagram)
    {
        const byte Client = 3, Server = 4, StratumTwo = 2;
        if (datagram.Length < NtpLength || (datagram[0] & 7) != Client)
        {
            return null;
        }

        var answer = new byte[NtpLength];
        (answer[0], answer[1]) = ((byte)((datagram[0] & 0x38) | Server), StratumTwo);
        datagram[40..48].CopyTo(answer.AsSpan(24));
        datagram[40..48].CopyTo(answer.AsSpan(32));
        datagram[40..48].CopyTo(answer.AsSpan(40));
        return answer;
    }
}

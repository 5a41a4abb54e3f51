namespace Plumbline.Lab.Network.Rules;

/// <summary>The nftables words for <see cref="DenialAction"/> and <see cref="TransportProtocol"/>.</summary>
internal static class Verdicts
{
    public static string Word(this TransportProtocol protocol) => protocol switch
    {
        TransportProtocol.Tcp => "tcp",
        TransportProtocol.Udp => "udp",
        TransportProtocol.Sctp => "sctp",
    };

    /// <summary>Rules, one a line, that deny whatever <paramref name="match"/> matches.</summary>
    public static IEnumerable<string> Deny(this DenialAction action, string match, bool ipv6)
    {
        if (action == DenialAction.TcpReset)
        {
            yield return $"{match} meta l4proto tcp reject with tcp reset".TrimStart();
            yield return $"{match} {Reject(DenialAction.PortUnreachable, ipv6)}".TrimStart();
        }
        else
        {
            yield return $"{match} {(action == DenialAction.Drop ? "drop" : Reject(action, ipv6))}".TrimStart();
        }
    }

    private static string Reject(DenialAction action, bool ipv6) => ipv6
        ? "reject with icmpv6 type " + (action switch
        {
            DenialAction.NetworkUnreachable => "no-route",
            DenialAction.HostUnreachable => "addr-unreachable",
            DenialAction.PortUnreachable => "port-unreachable",
            DenialAction.NetworkProhibited or DenialAction.HostProhibited or DenialAction.AdminProhibited => "admin-prohibited",
            DenialAction.Drop or DenialAction.TcpReset => throw new ArgumentOutOfRangeException(nameof(action), action, "not an ICMP code"),
        })
        : "reject with icmp type " + (action switch
        {
            DenialAction.NetworkUnreachable => "net-unreachable",
            DenialAction.HostUnreachable => "host-unreachable",
            DenialAction.PortUnreachable => "port-unreachable",
            DenialAction.NetworkProhibited => "net-prohibited",
            DenialAction.HostProhibited => "host-prohibited",
            DenialAction.AdminProhibited => "admin-prohibited",
            DenialAction.Drop or DenialAction.TcpReset => throw new ArgumentOutOfRangeException(nameof(action), action, "not an ICMP code"),
        });
}

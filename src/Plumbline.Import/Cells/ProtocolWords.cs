using System.Collections.Frozen;

namespace Plumbline.Import.Cells;

/// <summary>Protocol names that occur in documents, with the transport where there is only one to choose from (IANA service name registry).</summary>
internal static class ProtocolWords
{
    private static readonly FrozenDictionary<string, Transport> Known = Build().ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static bool IsKnown(string word) => Known.ContainsKey(word);

    public static bool IsTransport(string word) =>
        word.Equals("TCP", StringComparison.OrdinalIgnoreCase) || word.Equals("UDP", StringComparison.OrdinalIgnoreCase);

    public static bool TryGet(string word, out Transport transport) => Known.TryGetValue(word, out transport);

    private static Dictionary<string, Transport> Build()
    {
        var words = new Dictionary<string, Transport>(StringComparer.OrdinalIgnoreCase);
        Add(Transport.Tcp, "TCP HTTP HTTPS HTTP2 WS WSS WebSocket WebSockets gRPC gRPCs TLS SSL mTLS SMTP SMTPS IMAP IMAPS POP3 POP3S LDAPS AMQP AMQPS MQTT MQTTS "
            + "SSH SFTP FTP FTPS Telnet RTMP RTMPS JDBC ODBC SMB RDP TDS SIPS iSCSI Thrift STOMP Bolt JMX RMI NATS PostgreSQL MySQL Redis XMPP IRC VNC Memcached AJP LDAPS NBD NNTP rsync");
        Add(Transport.Udp, "UDP NTP TFTP DHCP VXLAN QUIC Geneve WireGuard StatsD BOOTP");
        // media is mostly UDP, but documents also send it through TCP and TURN: the page has to say so
        Add(Transport.NotStated, "SIP STUN TURN RTP RTCP SRTP RTSP SNMP DNS LDAP Kerberos Syslog NFS ICMP SCTP IP MRCP MRCPv2 IPsec GRE SOAP RPC RADIUS H323 Diameter ESP AH OSPF VRRP IGMP L2TP PPTP IKE mDNS CIFS NetBIOS RPCbind DCE");
        return words;

        void Add(Transport transport, string list)
        {
            foreach (var word in list.Split(' '))
                words[word] = transport;
        }
    }
}

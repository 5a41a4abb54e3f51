using System.Collections.Immutable;

namespace Plumbline.Core.Words;

/// <summary>What a documented connection speaks. Decides the probe; never derived from a port number.</summary>
public enum ConnectionProtocol
{
    /// <summary>A completed TCP handshake proves it.</summary>
    Tcp,

    /// <summary>A completed TLS handshake proves it; certificate validity is a fact of its own.</summary>
    Tls,

    /// <summary>An HTTP response proves it; any status unless statuses are documented.</summary>
    Http,

    /// <summary>TLS handshake, then an HTTP response.</summary>
    Https,

    /// <summary>HTTP/2 with or without TLS; any answer in HTTP/2 proves it.</summary>
    Grpc,

    /// <summary>An answer proves it, an ICMP error refutes it, and silence proves nothing. DNS (port 53) owes an answer.</summary>
    Udp,

    /// <summary>A share or a log stream: documented for completeness, no pod opens a connection.</summary>
    Logical,
}

using System.Net;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Listeners;

/// <summary>What a listener does with a connection.</summary>
public enum ListenerKind
{
    /// <summary>Reads and ignores all bytes, says nothing, closes when the peer does.</summary>
    Tcp,

    /// <summary>HTTP/1.1 with keep-alive; <c>/metrics</c> gives Prometheus text.</summary>
    Http,

    /// <summary><see cref="Http"/> behind a TLS handshake.</summary>
    Https,

    /// <summary><see cref="Tcp"/> behind a TLS handshake.</summary>
    Tls,

    /// <summary>Greets with <see cref="ListenerSpec.Banner"/> and then behaves as <see cref="Tcp"/>.</summary>
    Banner,

    /// <summary>Hostile: accepts, never reads, never answers, never closes first.</summary>
    Silent,

    /// <summary>Hostile: closes (FIN) as soon as it has accepted.</summary>
    ClosesAtOnce,

    /// <summary>Hostile: resets (RST) as soon as it has accepted.</summary>
    Resets,

    /// <summary><see cref="Http"/> that answers 503.</summary>
    HttpUnavailable,

    /// <summary>HTTP/2 in the clear and nothing else: says so at once, and hangs up on HTTP/1.1 with GOAWAY.</summary>
    Http2,

    /// <summary><see cref="Http2"/> with gRPC's health service: whoever asks is told SERVING.</summary>
    Grpc,

    /// <summary><see cref="Http2"/> that answers every call with gRPC's UNIMPLEMENTED.</summary>
    GrpcWithoutHealth,

    /// <summary><see cref="Https"/> for the names of <see cref="ListenerSpec.HostNames"/> only: any other, and none, gets the alert unrecognized_name.</summary>
    TlsByName,

    /// <summary><see cref="Https"/> by TLS 1.2 that demands a client certificate of the lab's authority.</summary>
    TlsMutual12,

    /// <summary><see cref="Https"/> by TLS 1.3 that demands a client certificate of the lab's authority.</summary>
    TlsMutual13,

    /// <summary><see cref="Https"/> by TLS 1.0 only.</summary>
    TlsOld,

    /// <summary><see cref="Https"/> by TLS 1.2 with the RSA key exchange only, without forward secrecy.</summary>
    TlsRsa,

    /// <summary><see cref="Https"/> with a certificate that expired yesterday.</summary>
    TlsExpired,

    /// <summary><see cref="Https"/> with a certificate that nobody but itself has signed.</summary>
    TlsSelfSigned,

    /// <summary><see cref="Https"/> that answers HTTP in the clear with status 400, as nginx, Envoy and Go do.</summary>
    TlsOrBadRequest,

    /// <summary>Hostile: nobody accepts, and the queue of connections that wait for it is full.</summary>
    QueueFull,

    /// <summary>Greets with 220, answers EHLO, NOOP and QUIT, goes over to TLS at STARTTLS.</summary>
    Smtp,

    /// <summary>Greets with 554 and hangs up.</summary>
    SmtpBlocked,

    /// <summary>Greets as MySQL 8 does and counts handshakes that break off: after ten in a row it refuses the client's address with error 1129.</summary>
    MySql,

    /// <summary>Refuses everybody with error 1129 ("Host … is blocked").</summary>
    MySqlBlocked,

    /// <summary>Answers an SSLRequest with N and a startup message with a demand for a password.</summary>
    Postgres,

    /// <summary><see cref="Postgres"/> that answers an SSLRequest with S and goes over to TLS.</summary>
    PostgresTls,

    /// <summary>Greets with an SSH version.</summary>
    Ssh,

    /// <summary>Greets with 220, answers QUIT.</summary>
    Ftp,

    /// <summary>HTTP proxy: CONNECT to an address or to a name that cluster DNS knows.</summary>
    ConnectProxy,

    /// <summary>UDP: takes everything, answers nothing. This and all that follow are UDP.</summary>
    UdpSilent,

    /// <summary>UDP: sends back what it gets.</summary>
    UdpEcho,

    /// <summary>UDP: answers DNS questions from cluster DNS.</summary>
    UdpDns,

    /// <summary>UDP: answers NTP clients.</summary>
    UdpNtp,
}

/// <summary>One listening socket.</summary>
/// <param name="Namespace">Whose network it is opened in.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Kind">What it does with connections.</param>
public sealed record ListenerSpec(NetworkNamespace Namespace, int Port, ListenerKind Kind)
{
    /// <summary>Null: all addresses. An external host must give its own. <see cref="IPAddress.Loopback"/> makes the classic mistake.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Names in the certificate of <see cref="ListenerKind.Https"/> and <see cref="ListenerKind.Tls"/>. Default: localhost.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = ["localhost"];

    /// <summary>First words of <see cref="ListenerKind.Banner"/>. Default: an SMTP greeting.</summary>
    public string Banner { get; init; } = "220 lab.example.com ESMTP\r\n";

    /// <summary>Status of every HTTP answer. Default: 200.</summary>
    public int HttpStatus { get; init; } = 200;

    public override string ToString() => $"{Kind} on {Address?.ToString() ?? "*"}:{Port} in {Namespace.Name}";
}

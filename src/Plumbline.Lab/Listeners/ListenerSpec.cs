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

using Plumbline.Core.Words;

namespace Plumbline.Core.Probes;

public enum ProbeProtocol
{
    Tcp,
    Tls,
    Http,
    Https,

    /// <summary>A DNS question over UDP: the one datagram protocol that owes an answer.</summary>
    Dns,

    /// <summary>A datagram that the port's usual protocol answers, where one is known; else one that only an ICMP error can answer.</summary>
    Udp,

    /// <summary>HTTP/2, with a question to the standard health service: any answer in HTTP/2 proves it.</summary>
    Grpc,
}

/// <param name="Host">Host header; the target's host when null.</param>
public sealed record HttpRequestSpec(string Method, string Path, string? Host);

/// <summary>A proxy that is asked for the way to the target by HTTP CONNECT. Its host is resolved as the source would, the target's by the proxy.</summary>
public sealed record ProxySpec(string Host, int Port);

/// <summary>A question, never an answer: what to try, from where, how often. Holds no expectation of the outcome.</summary>
public sealed record PlannedProbe
{
    public required ProbeId Id { get; init; }

    /// <summary><see cref="ProbeSource.Id"/> of a source of the same plan.</summary>
    public required string Source { get; init; }

    /// <summary>An IP literal, or a name that is resolved as the source would.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required ProbeProtocol Protocol { get; init; }

    /// <summary>TLS server name; the host when null and the host is a name.</summary>
    public string? ServerName { get; init; }

    /// <summary>Lowest version of TLS that is offered, <c>1.0</c> to <c>1.3</c>. Null: what OpenSSL offers by default.</summary>
    public string? MinTls { get; init; }

    /// <summary>Null: straight to the target.</summary>
    public ProxySpec? Proxy { get; init; }

    public HttpRequestSpec? Http { get; init; }

    /// <summary>Milliseconds between two probes.</summary>
    public required int IntervalMilliseconds { get; init; }

    /// <summary>Milliseconds that one probe may take, name resolution included.</summary>
    public required int TimeoutMilliseconds { get; init; }

    /// <summary>Results in a row that settle a change. Until then they follow each other quickly and are told one by one. Default 3.</summary>
    public int Confirmations { get; init; } = ProbeSettings.Default.FailureThreshold;
}

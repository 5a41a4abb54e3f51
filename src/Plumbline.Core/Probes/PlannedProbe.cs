using Plumbline.Core.Words;

namespace Plumbline.Core.Probes;

public enum ProbeProtocol : byte
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

    /// <summary>Connects to nothing: the agent looks whether anything listens on the port of the address in the source's own network, which is the destination's.</summary>
    Listeners,
}

/// <param name="Host">Host header; the target's host when null.</param>
public sealed record HttpRequestSpec(string Method, string Path, string? Host);

/// <summary>A proxy that is asked for the way to the target by HTTP CONNECT. Its host is resolved as the source would, the target's by the proxy.</summary>
public sealed record ProxySpec(string Host, int Port);

/// <summary>A question, never an answer: what to try, from where, how often. Holds no expectation of the outcome.</summary>
public sealed record PlannedProbe
{
    private static readonly string[] Versions = ["1.0", "1.1", "1.2", "1.3"];

    // A byte, since a node may have tens of thousands of these. Anything that is no version is told from one, and from none.
    private readonly byte _minTls;
    private readonly int _look;

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
    public string? MinTls
    {
        get => _minTls switch { 0 => null, <= 4 => Versions[_minTls - 1], _ => "" };
        init => _minTls = value is null ? (byte)0 : Array.IndexOf(Versions, value) is >= 0 and var index ? (byte)(index + 1) : byte.MaxValue;
    }

    /// <summary>Another number asks for a result at once, beside those of the interval; the result names it. Null: nobody has asked.</summary>
    public int? Look
    {
        get => _look == 0 ? null : _look;
        init => _look = value ?? 0;
    }

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

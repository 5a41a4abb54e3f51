using System.Collections.Immutable;

namespace Plumbline.Core.Connections;

/// <summary>Namespace and name of a Connection object; its identity in status, metrics and events.</summary>
public readonly record struct ConnectionKey(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}/{Name}";
}

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

    /// <summary>No answer proves nothing, so only what owes an answer can be verified: DNS (<see cref="DocumentedPort.Dns"/>).</summary>
    Udp,

    /// <summary>A share or a log stream: documented for completeness, no pod opens a connection.</summary>
    Logical,
}

public enum PortMatch
{
    /// <summary>Every port is meant ("25, 443, 587, 993").</summary>
    All,

    /// <summary>One of them is enough ("9092/9093").</summary>
    Any,
}

public enum Expectation
{
    Open,
    Blocked,
}

public sealed record DocumentedPort(int Port, ConnectionProtocol Protocol)
{
    /// <summary>Where DNS servers answer. A UDP row that really goes there is verified with a query.</summary>
    public const int Dns = 53;
}

/// <summary>HTTP details of a row. Without statuses, any status proves the connection.</summary>
public sealed record HttpExpectation(string Path, string Method, ImmutableArray<int> ExpectedStatuses, string? Host)
{
    public static HttpExpectation Default { get; } = new("/", "GET", [], null);
}

/// <summary>The row only points to rows of another document.</summary>
public sealed record DocumentReference(string Document, ImmutableArray<string> Rows);

/// <param name="Interval">Time between two probes of a pair. Default 60 s.</param>
/// <param name="Timeout">Deadline of one probe. Default 3 s: ICMP errors are rate limited to one a second, so less turns rejects into timeouts.</param>
/// <param name="FailureThreshold">Failures in a row before a pair is down. Default 3.</param>
/// <param name="MaxPairs">Pairs probed at once for one connection; of more pairs, half of these take turns. Default 64.</param>
public sealed record ProbeSettings(TimeSpan Interval, TimeSpan Timeout, int FailureThreshold, int MaxPairs)
{
    /// <summary>Time from a probe to what the operator knows of it, generously.</summary>
    public static readonly TimeSpan DeliverySlack = TimeSpan.FromSeconds(15);

    /// <summary>A probe that is new in a plan has a result after this time, or something is wrong.</summary>
    public TimeSpan SettledWithin => Interval + Timeout + DeliverySlack;

    public static ProbeSettings Default { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3), 3, 64);
}

/// <summary>One row of a document, as the Connection object carries it.</summary>
public sealed record DocumentedConnection
{
    public required ConnectionKey Key { get; init; }

    public long Generation { get; init; }

    /// <summary>Name of the ConnectionMap; null when the Connection was written by hand.</summary>
    public string? Map { get; init; }

    /// <summary>Title of the document, as the map gives it.</summary>
    public string? Document { get; init; }

    /// <summary>The row's id in its document.</summary>
    public required string Id { get; init; }

    public string? File { get; init; }

    public int? Line { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    /// <summary>Component that the map's own words name; looked up in the Components' names when null.</summary>
    public string? FromComponent { get; init; }

    public string? ToComponent { get; init; }

    public ConnectionProtocol? Protocol { get; init; }

    /// <summary>The protocol as written, when it is none that we know.</summary>
    public string? ProtocolText { get; init; }

    public ImmutableArray<DocumentedPort> Ports { get; init; } = [];

    public bool HasPortRanges { get; init; }

    public PortMatch PortMatch { get; init; }

    public Expectation Expect { get; init; }

    public string? Classification { get; init; }

    public string? Data { get; init; }

    public HttpExpectation? Http { get; init; }

    public DocumentReference? Reference { get; init; }

    public ProbeSettings Settings { get; init; } = ProbeSettings.Default;

    public bool Suspended { get; init; }

    /// <summary>Where a human finds the row: <c>file:line</c>, or the map and row.</summary>
    public string Origin => (File, Line) switch
    {
        (not null, not null) => $"{File}:{Line}",
        _ => Map is null ? Key.ToString() : $"{Map} row {Id}",
    };
}

using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Connections;

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

/// <param name="Of">The documented range that the port stands for; null for a port that the document names.</param>
public sealed record DocumentedPort(int Port, ConnectionProtocol Protocol, PortRange? Of = null)
{
    /// <summary>Where DNS servers answer. A UDP row that really goes there is verified with a query.</summary>
    public const int Dns = 53;
}

/// <summary>Both ends belong to the range.</summary>
public sealed record PortRange(int From, int To)
{
    /// <summary>Ports that are probed for a range: enough to meet a rule that lets only a part of it through, few enough to be no scan.</summary>
    public const int MostProbed = 5;

    /// <summary>The ends first, then evenly between them.</summary>
    public IEnumerable<int> Sample()
    {
        var parts = Math.Min(MostProbed, To - From + 1) - 1;
        return parts <= 0 ? [From] : Enumerable.Range(0, parts + 1).OrderBy(i => i == 0 ? 0 : i == parts ? 1 : 2).ThenBy(i => i).Select(i => From + (int)((long)(To - From) * i / parts));
    }

    public override string ToString() => From == To ? $"{From}" : $"{From}-{To}";
}

/// <summary>HTTP details of a row. Without statuses, any status proves the connection.</summary>
public sealed record HttpExpectation(string Path, string Method, ImmutableArray<int> ExpectedStatuses, string? Host)
{
    public static HttpExpectation Default { get; } = new("/", "GET", [], null);
}

/// <summary>What clients say when they speak TLS.</summary>
/// <param name="ServerName">Null: as the destination is called.</param>
/// <param name="MinVersion"><c>1.0</c> to <c>1.3</c>; null: what OpenSSL takes by default.</param>
public sealed record TlsExpectation(string? ServerName, string? MinVersion);

/// <summary>The row only points to rows of another document.</summary>
public sealed record DocumentReference(string Document, ImmutableArray<string> Rows);

/// <summary>One row of a document, as the Connection object carries it.</summary>
public sealed record DocumentedConnection
{
    public required NamespacedName Key { get; init; }

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

    public PortMatch PortMatch { get; init; }

    public Expectation Expect { get; init; }

    public string? Classification { get; init; }

    public string? Data { get; init; }

    public HttpExpectation? Http { get; init; }

    public TlsExpectation? Tls { get; init; }

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

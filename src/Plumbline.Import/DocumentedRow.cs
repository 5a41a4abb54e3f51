namespace Plumbline.Import;

/// <summary>Ports <paramref name="From"/> to <paramref name="To"/>, both included; 1–65535. Never expanded.</summary>
public readonly record struct PortRange(int From, int To);

/// <summary>What the document says of one of several ports.</summary>
/// <param name="Purpose">The role stated in the description ("liveness").</param>
/// <param name="Protocol">The protocol spoken on this port, lower case.</param>
/// <param name="Probe">How the port can be verified, where it differs from the rest of the row.</param>
public sealed record PortFact(int Port, string? Purpose = null, string? Protocol = null, string? Transport = null, ProbeKind? Probe = null, string? Scheme = null);

/// <summary>How a row can be verified.</summary>
public enum ProbeKind
{
    /// <summary>Not by a probe.</summary>
    None,
    Tcp,
    Tls,
    Http,

    /// <summary>A TLS handshake, and an HTTP request where a host is known.</summary>
    TlsOrHttps,

    /// <summary>A DNS query over UDP.</summary>
    Dns,

    /// <summary>Each port its own way: see <see cref="DocumentedRow.PerPort"/>.</summary>
    PerPort,

    /// <summary>The source is a Service: its ready endpoints are probed.</summary>
    ServiceEndpoints,
}

/// <summary>Where a probe for the row has to start.</summary>
public enum ProbeOrigin
{
    /// <summary>Nowhere: the row is not verifiable.</summary>
    None,
    SourcePod,
    Node,

    /// <summary>The source is a Service, which has no network of its own.</summary>
    Service,
}

/// <summary>What carries the connection, as far as the document states it; never derived from a port.</summary>
public enum Transport
{
    NotStated,
    Tcp,
    Udp,

    /// <summary>No connection of a pod ("Logical connection only", "N/A").</summary>
    Logical,
}

/// <summary>Where the destination stands in the document.</summary>
public enum DestinationOrigin
{
    Column,
    Description,
    Heading,
}

/// <summary>Where a party runs, as columns of the row state it.</summary>
/// <param name="Address">An address, a host name or the DNS name of a Service.</param>
public sealed record StatedPlace(string Party, string? Namespace, string? Service, string? Address);

/// <summary>One documented connection: what the document says, and nothing that it does not say.</summary>
public sealed record DocumentedRow
{
    /// <summary>
    /// Unique in the document, and the same in its next revision: the number (a repeated one gets "-2", "-3"), or what the row says where it has none
    /// ("shop--orders-db--tcp-5432"; equal rows get "--2", "--3").
    /// </summary>
    public required string Id { get; init; }

    /// <summary>As printed; may repeat. Null where the table has none.</summary>
    public string? Number { get; init; }

    /// <summary>1-based order in the document.</summary>
    public required int Ordinal { get; init; }

    /// <summary>First line of the row in the file, 1-based.</summary>
    public required int Line { get; init; }

    /// <summary>All lines that belong to the row; headers repeated between them are not among them.</summary>
    public required IReadOnlyList<int> Lines { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    /// <summary>The names that <see cref="Source"/> holds; more than one where the cell lists several parties.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>As <see cref="Sources"/>, for the destination.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    /// <summary>The document says that both sides connect: another row of the same lines stands for the way back.</summary>
    public bool BothDirections { get; init; }

    /// <summary>The document forbids the connection: it is right when it is blocked.</summary>
    public bool ExpectBlocked { get; init; }

    /// <summary>False: the document says that the row is planned, retired, switched off or struck out. It is listed, and nothing is verified.</summary>
    public bool Live { get; init; } = true;

    public DestinationOrigin DestinationOrigin { get; init; }

    /// <summary>The cleaned cell, in the case of the document.</summary>
    public string? Protocol { get; init; }

    public IReadOnlyList<int> Ports { get; init; } = [];

    public IReadOnlyList<PortRange> PortRanges { get; init; } = [];

    /// <summary>One of the ports is enough; false: all are meant.</summary>
    public bool PortAlternatives { get; init; }

    public IReadOnlyList<PortFact> PerPort { get; init; } = [];

    /// <summary>The port cell, where it is more than one plain number.</summary>
    public string? PortText { get; init; }

    public Transport Transport { get; init; }

    /// <summary>Lower case; from the protocol cell only, never from the port.</summary>
    public string? ApplicationProtocol { get; init; }

    /// <summary><c>http</c> or <c>https</c>; from the protocol cell only.</summary>
    public string? Scheme { get; init; }

    /// <summary>As printed; null when empty or cut.</summary>
    public string? Classification { get; init; }

    public string? Description { get; init; }

    /// <summary>Rows of another document that this row points to.</summary>
    public IReadOnlyList<string> ReferencesRows { get; init; } = [];

    public string? ReferencesDocument { get; init; }

    /// <summary>The row has all that a probe needs; its names still have to be bound to the cluster.</summary>
    public bool Verifiable { get; init; }

    /// <summary>Words of a small register joined with "; ": see <see cref="UnverifiableReasons"/>.</summary>
    public string? UnverifiableReason { get; init; }

    public ProbeKind Probe { get; init; }

    public ProbeOrigin ProbeFrom { get; init; }

    /// <summary>The source is evidently outside the cluster (the Internet, a browser, a jump host).</summary>
    public bool SourceOutsideCluster { get; init; }

    public IReadOnlyList<StatedPlace> Places { get; init; } = [];

    public IReadOnlyList<DocumentIssue> Warnings { get; init; } = [];
}

/// <summary>The words of <see cref="DocumentedRow.UnverifiableReason"/>.</summary>
public static class UnverifiableReasons
{
    public const string RefersToOtherDocument = "refers-to-other-document";
    public const string LogicalConnectionOnly = "logical-connection-only";
    public const string TruncatedRow = "truncated-row";
    public const string RowUnreadable = "row-unreadable";
    public const string SourceMissing = "source-missing";
    public const string DestinationMissing = "destination-missing";
    public const string ProtocolMissing = "protocol-missing";
    public const string TransportNotStated = "transport-not-stated";
    public const string Udp = "udp";
    public const string PortMissing = "port-missing";
    public const string PortRange = "port-range";
    public const string SourceOutsideCluster = "source-outside-cluster";
    public const string NotLive = "not-live";
}

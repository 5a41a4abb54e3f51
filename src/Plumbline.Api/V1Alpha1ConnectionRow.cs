using Plumbline.Api.Schema;

namespace Plumbline.Api;

/// <summary>One row of a document. Whatever the document leaves open is missing here, and stays storable.</summary>
[ValidationRule(
    "!has(self.http) || !has(self.protocol) || self.protocol in ['HTTP', 'HTTPS'] || has(self.portProtocols) && self.portProtocols.exists(p, p.protocol in ['HTTP', 'HTTPS'])",
    "http is for protocol HTTP or HTTPS: change the protocol, or name the port in portProtocols")]
[ValidationRule(
    "!has(self.portProtocols) || has(self.ports) && self.portProtocols.all(p, p.port in self.ports)",
    "portProtocols names a port that is not among the row's ports")]
public record V1Alpha1ConnectionRow
{
    /// <summary>The row's number in the document, unique in the map.</summary>
    [Length(1, 63)]
    public string? Id { get; init; }

    /// <summary>
    /// The party that connects, as written. Leave it out where the document leaves it open; the row is then Unknown with reason RowIncomplete.
    /// </summary>
    [Length(1, 253)]
    public string? From { get; init; }

    /// <summary>The party that is connected to, as written. Leave it out where the document leaves it open.</summary>
    [Length(1, 253)]
    public string? To { get; init; }

    /// <summary>
    /// What proves the connection - TCP a handshake, TLS a session, HTTP and HTTPS a response, gRPC an answer in HTTP/2, UDP an answer of whatever
    /// kind (silence leaves the row Unknown; DNS on port 53 owes one). Logical (a share, a log stream) opens no connection of its own. Leave it out
    /// where the document leaves it open.
    /// </summary>
    [EnumValues("TCP", "TLS", "HTTP", "HTTPS", "gRPC", "UDP", "Logical")]
    public string? Protocol { get; init; }

    /// <summary>The protocol as written, when it is none of those (RTP/RTCP, SIP/TCP).</summary>
    [Length(1, 253)]
    public string? ProtocolText { get; init; }

    /// <summary>Ports of the destination.</summary>
    [Items(0, 64)]
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public IReadOnlyList<int>? Ports { get; init; }

    /// <summary>
    /// Ranges of ports. Of each, up to 5 ports are probed, the ends first. A port of a range that nothing listens on at the moment counts neither way.
    /// </summary>
    [Items(0, 16)]
    public IReadOnlyList<V1Alpha1PortRange>? PortRanges { get; init; }

    /// <summary>All - every port is meant ("25, 443"). Any - one that works is enough ("9092/9093").</summary>
    [EnumValues("All", "Any")]
    [DefaultValue("All")]
    public string? PortMatch { get; init; }

    /// <summary>Where ports of one row speak different protocols. Ports that are not named here speak the row's protocol.</summary>
    [Items(0, 64)]
    [XListMapKeys("port")]
    public IReadOnlyList<V1Alpha1PortProtocol>? PortProtocols { get; init; }

    /// <summary>Open - the connection must work. Blocked - it must not, which is proven only together with a control that does work.</summary>
    [EnumValues("Open", "Blocked")]
    [DefaultValue("Open")]
    public string? Expect { get; init; }

    /// <summary>As the document classifies it, such as Egress. A label of the metrics.</summary>
    [Length(0, 253)]
    public string? Classification { get; init; }

    /// <summary>What travels over the connection, as written.</summary>
    [Length(0, 4096)]
    public string? Data { get; init; }

    /// <summary>The request for HTTP and HTTPS. Without it, GET / and any status will do.</summary>
    public V1Alpha1HttpRequest? Http { get; init; }

    /// <summary>What clients say when they speak TLS, for TLS, HTTPS and gRPC.</summary>
    public V1Alpha1TlsClient? Tls { get; init; }

    /// <summary>The row only points to rows of another document. It is Unknown with reason DocumentedElsewhere.</summary>
    public V1Alpha1DocumentReference? Reference { get; init; }

    /// <summary>Line of the document's file that the row stands on.</summary>
    [RangeMinimum(1)]
    public int? Line { get; init; }
}

/// <summary>Both ends belong to the range.</summary>
[ValidationRule("self.from <= self.to", "a port range goes from the lower to the higher port")]
public sealed record V1Alpha1PortRange
{
    /// <summary>First port.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? From { get; init; }

    /// <summary>Last port.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? To { get; init; }
}

public sealed record V1Alpha1PortProtocol
{
    /// <summary>One of the row's ports.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(Limits.MaxPort)]
    public int? Port { get; init; }

    /// <summary>What this port speaks.</summary>
    [Required]
    [EnumValues("TCP", "TLS", "HTTP", "HTTPS", "gRPC", "UDP", "Logical")]
    public string? Protocol { get; init; }
}

public sealed record V1Alpha1HttpRequest
{
    /// <summary>Path and query of the request; starts with /.</summary>
    [Length(1, 2048)]
    [Pattern(@"^/[^\s#]*$")]
    [DefaultValue("/")]
    public string? Path { get; init; }

    /// <summary>Only methods that change nothing.</summary>
    [EnumValues("GET", "HEAD")]
    [DefaultValue("GET")]
    public string? Method { get; init; }

    /// <summary>Statuses that prove the connection. Empty - any status does, since a 404 too is an answer.</summary>
    [Items(0, 64)]
    [XListType(XListType.Set)]
    [RangeMinimum(Limits.MinHttpStatus)]
    [RangeMaximum(Limits.MaxHttpStatus)]
    public IReadOnlyList<int>? ExpectedStatuses { get; init; }

    /// <summary>Host header (and TLS server name). Default is the name that is connected to.</summary>
    [Length(1, 253)]
    public string? Host { get; init; }
}

public sealed record V1Alpha1TlsClient
{
    /// <summary>
    /// Server name that clients ask for (SNI). Default is http.host, else the Service's name, else the host that is connected to when it is a name.
    /// </summary>
    [Length(1, 253)]
    public string? ServerName { get; init; }

    /// <summary>The oldest version of TLS that clients take. Default is what OpenSSL's defaults take, 1.2; less only where the clients do so.</summary>
    [EnumValues("1.0", "1.1", "1.2", "1.3")]
    public string? MinVersion { get; init; }
}

public sealed record V1Alpha1DocumentReference
{
    /// <summary>The other document, as written.</summary>
    [Required]
    [Length(1, 253)]
    public string? Document { get; init; }

    /// <summary>Ids of its rows, as written.</summary>
    [Items(0, 64)]
    [Length(1, 63)]
    public IReadOnlyList<string>? Rows { get; init; }
}

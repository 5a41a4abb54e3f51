using System.ComponentModel.DataAnnotations;

namespace Plumbline.Api;

/// <summary>One row of a document. Whatever the document leaves open is missing here, and stays storable.</summary>
public record V1Alpha1ConnectionRow
{
    /// <summary>The row's number in the document. Required in a map; a Connection written by hand may leave it to its name.</summary>
    public string? Id { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    [AllowedValues("TCP", "TLS", "HTTP", "HTTPS", "UDP", "Logical")]
    public string? Protocol { get; init; }

    /// <summary>The protocol as written, when it is none of those.</summary>
    public string? ProtocolText { get; init; }

    public IReadOnlyList<int>? Ports { get; init; }

    public IReadOnlyList<V1Alpha1PortRange>? PortRanges { get; init; }

    /// <value>Default: All.</value>
    [AllowedValues("All", "Any")]
    public string? PortMatch { get; init; }

    /// <summary>Ports that do not speak the row's protocol.</summary>
    public IReadOnlyList<V1Alpha1PortProtocol>? PortProtocols { get; init; }

    /// <value>Default: Open.</value>
    [AllowedValues("Open", "Blocked")]
    public string? Expect { get; init; }

    public string? Classification { get; init; }

    /// <summary>What travels over the connection, as written.</summary>
    public string? Data { get; init; }

    public V1Alpha1HttpRequest? Http { get; init; }

    /// <summary>The row only points to rows of another document.</summary>
    public V1Alpha1DocumentReference? Reference { get; init; }

    /// <summary>1-based, in the document's file.</summary>
    public int? Line { get; init; }
}

/// <summary>Both ends belong to the range.</summary>
public sealed record V1Alpha1PortRange
{
    public int? From { get; init; }

    public int? To { get; init; }
}

public sealed record V1Alpha1PortProtocol
{
    public int? Port { get; init; }

    [AllowedValues("TCP", "TLS", "HTTP", "HTTPS", "UDP", "Logical")]
    public string? Protocol { get; init; }
}

public sealed record V1Alpha1HttpRequest
{
    /// <value>Default: /.</value>
    public string? Path { get; init; }

    /// <value>Default: GET.</value>
    [AllowedValues("GET", "HEAD")]
    public string? Method { get; init; }

    /// <summary>Empty: any status proves the connection.</summary>
    public IReadOnlyList<int>? ExpectedStatuses { get; init; }

    /// <value>Default: the name that is connected to.</value>
    public string? Host { get; init; }
}

public sealed record V1Alpha1DocumentReference
{
    public string? Document { get; init; }

    public IReadOnlyList<string>? Rows { get; init; }
}

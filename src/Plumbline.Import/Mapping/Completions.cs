using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Import.Mapping;

/// <summary>Words as they are written in custom resources and completions.</summary>
public static class ConnectionWords
{
    public static string Word(this ConnectionProtocol protocol) => protocol == ConnectionProtocol.Logical ? "Logical" : protocol.ToString().ToUpperInvariant();

    public static ConnectionProtocol? Protocol(string? word) =>
        Enum.GetValues<ConnectionProtocol>().Cast<ConnectionProtocol?>().FirstOrDefault(p => p!.Value.Word().Equals(word, StringComparison.OrdinalIgnoreCase));
}

public sealed record PartyBinding(string Name, string Component);

public sealed record PortProtocol(int Port, ConnectionProtocol Protocol);

/// <param name="Path">Default "/".</param>
/// <param name="Method">GET (default) or HEAD.</param>
/// <param name="ExpectedStatuses">Empty: any status proves the connection.</param>
public sealed record HttpRequestFacts(string? Path, string? Method, IReadOnlyList<int> ExpectedStatuses, string? Host);

/// <summary>What an engineer adds to the map as a whole; null keeps what the document gives, or the default.</summary>
public sealed record MapCompletion(
    string? Name = null,
    string? Title = null,
    string? Url = null,
    string? Revision = null,
    int? IntervalSeconds = null,
    int? TimeoutMilliseconds = null,
    int? FailureThreshold = null,
    int? MaxPairs = null,
    bool? Suspend = null);

/// <summary>What an engineer adds to one row; null keeps what the document says.</summary>
public sealed record RowCompletion
{
    /// <summary>The row's <see cref="DocumentedRow.Id"/>.</summary>
    public required string Row { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public ConnectionProtocol? Protocol { get; init; }

    public IReadOnlyList<int>? Ports { get; init; }

    public PortMatch? PortMatch { get; init; }

    public IReadOnlyList<PortProtocol>? PortProtocols { get; init; }

    /// <summary><c>Open</c> or <c>Blocked</c>.</summary>
    public string? Expect { get; init; }

    public HttpRequestFacts? Http { get; init; }

    /// <summary>Why; shown wherever the completed row is.</summary>
    public string? Reason { get; init; }

    /// <summary>1-based line in the completions file; 0 when there is none.</summary>
    public int Line { get; init; }
}

/// <summary>Hand-written additions to a document, kept beside it so that importing a newer revision keeps them.</summary>
/// <param name="File">Named in messages.</param>
public sealed record Completions(string? File, MapCompletion Map, IReadOnlyList<PartyBinding> Parties, IReadOnlyList<RowCompletion> Rows)
{
    public static readonly Completions None = new(null, new MapCompletion(), [], []);
}

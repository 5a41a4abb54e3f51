using Plumbline.Api;
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

/// <summary>What a row says in the document; null is not compared.</summary>
/// <param name="Protocol">As printed.</param>
public sealed record RowSays(string? From = null, string? To = null, string? Protocol = null, IReadOnlyList<int>? Ports = null)
{
    /// <summary>In what a row differs, for a message; empty where it says the same.</summary>
    public IReadOnlyList<string> Differences(DocumentedRow row)
    {
        var differences = new List<string>();
        Compare("from", From, RowMapper.NameOf(row.Source));
        Compare("to", To, RowMapper.NameOf(row.Destination));
        Compare("protocol", Protocol, row.Protocol);
        if (Ports is not null && !Ports.Order().SequenceEqual(row.Ports.Order()))
            differences.Add($"ports {(row.Ports.Count == 0 ? "none" : string.Join(", ", row.Ports))} instead of {string.Join(", ", Ports)}");
        return differences;

        void Compare(string field, string? expected, string? actual)
        {
            if (expected is not null && (actual is null || ObjectNames.Key(actual) != ObjectNames.Key(expected)))
                differences.Add($"{field} {(actual is null ? "nothing" : $"'{actual}'")} instead of '{expected}'");
        }
    }
}

/// <summary>What an engineer adds to one row; null keeps what the document says.</summary>
public sealed record RowCompletion
{
    /// <summary>The row's <see cref="DocumentedRow.Id"/>.</summary>
    public required string Row { get; init; }

    /// <summary>What the row said when this was written: where it says something else now, the completion is for another row.</summary>
    public RowSays? Says { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public ConnectionProtocol? Protocol { get; init; }

    public IReadOnlyList<int>? Ports { get; init; }

    public PortMatch? PortMatch { get; init; }

    public IReadOnlyList<V1Alpha1PortProtocol>? PortProtocols { get; init; }

    /// <summary><c>Open</c> or <c>Blocked</c>.</summary>
    public string? Expect { get; init; }

    public V1Alpha1HttpRequest? Http { get; init; }

    /// <summary>Why; shown wherever the completed row is.</summary>
    public string? Reason { get; init; }

    /// <summary>1-based line in the completions file; 0 when there is none.</summary>
    public int Line { get; init; }
}

/// <summary>Hand-written additions to a document, kept beside it so that importing a newer revision keeps them.</summary>
/// <param name="File">Named in messages.</param>
public sealed record Completions(string? File, MapCompletion Map, IReadOnlyList<V1Alpha1Party> Parties, IReadOnlyList<RowCompletion> Rows)
{
    /// <summary>What columns of the document hold, where their titles do not say it.</summary>
    public ColumnOverrides Columns { get; init; } = ColumnOverrides.None;

    public static readonly Completions None = new(null, new MapCompletion(), [], []);
}

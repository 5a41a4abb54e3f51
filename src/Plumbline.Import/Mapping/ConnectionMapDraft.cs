using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Import.Mapping;

/// <summary>A row as it will stand in a ConnectionMap.</summary>
public sealed record ConnectionDraft
{
    public required string Id { get; init; }

    /// <summary>Null: the document leaves it open, and so does everyone else until it is completed.</summary>
    public string? From { get; init; }

    public string? To { get; init; }

    public ConnectionProtocol? Protocol { get; init; }

    /// <summary>As printed, where it is none of the words that a map knows ("SIP/TCP").</summary>
    public string? ProtocolText { get; init; }

    public IReadOnlyList<int> Ports { get; init; } = [];

    public IReadOnlyList<PortRange> PortRanges { get; init; } = [];

    public PortMatch PortMatch { get; init; }

    public IReadOnlyList<PortProtocol> PortProtocols { get; init; } = [];

    public string? Expect { get; init; }

    public string? Classification { get; init; }

    public string? Data { get; init; }

    public HttpRequestFacts? Http { get; init; }

    public string? ReferenceDocument { get; init; }

    public IReadOnlyList<string> ReferenceRows { get; init; } = [];

    public bool IsReference => ReferenceDocument is not null || ReferenceRows.Count > 0;

    /// <summary>Line in the document.</summary>
    public int Line { get; init; }

    /// <summary>For people who read the manifest: what was completed, what is doubtful.</summary>
    public IReadOnlyList<string> Comments { get; init; } = [];
}

/// <summary>A document as it will stand in the cluster.</summary>
public sealed record ConnectionMapDraft
{
    /// <summary>An RFC 1123 label of at most <see cref="ObjectNames.MaximumMapName"/> characters, so that row ids fit behind it.</summary>
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Title { get; init; }

    public required string File { get; init; }

    public string? Url { get; init; }

    public string? Revision { get; init; }

    public int? IntervalSeconds { get; init; }

    public int? TimeoutMilliseconds { get; init; }

    public int? FailureThreshold { get; init; }

    public int? MaxPairs { get; init; }

    public bool? Suspend { get; init; }

    public IReadOnlyList<PartyBinding> Parties { get; init; } = [];

    public IReadOnlyList<ConnectionDraft> Connections { get; init; } = [];
}

/// <summary>A Component without a binding, for a name that none claims yet.</summary>
/// <param name="Outside">The name evidently stands for callers outside the cluster.</param>
public sealed record ComponentDraft(string Name, string Namespace, IReadOnlyList<string> Names, bool Outside);

/// <summary>A Component that is known already, from a file or a cluster.</summary>
public sealed record KnownComponent(string Name, IReadOnlyList<string> Names);

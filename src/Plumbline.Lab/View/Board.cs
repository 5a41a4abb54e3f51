using System.Threading.Channels;
using Plumbline.Api;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Caching;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Lab.View;

/// <summary>A row as <c>kubectl get connections</c> shows it.</summary>
internal sealed record BoardRow(
    string Name, string Map, string Id, string From, string To, string? Protocol, IReadOnlyList<V1Alpha1PortStatus> Ports,
    string Verified, string Reason, string Explanation, string? Reachable)
{
    public string Namespace { get; init; } = "";

    /// <summary>Whether this is a judgement, and not one that is still to come.</summary>
    public bool IsJudged => Reasons.Find(Reason) is { } reason && reason.Category != ReasonCategory.Unknown;

    /// <summary>What must stay the same for the row to count as settled.</summary>
    public string Verdict => $"{Name}={Verified}/{Reason} {string.Join(' ', Ports.Select(p => $"{p.Port}={p.Verified}/{p.Reason}"))}";
}

internal sealed record BoardMap(string Name, int Documented, int Verified, int Drifted, int Unknown, int Unresolved, int Unprobeable);

/// <summary>All maps and rows at one moment, in the order of map and row.</summary>
internal sealed record BoardState(IReadOnlyList<BoardMap> Maps, IReadOnlyList<BoardRow> Rows)
{
    public IEnumerable<BoardRow> Drifted => Rows.Where(r => r.Verified == "False");

    /// <summary>What <see cref="Settling"/> compares.</summary>
    public string Verdicts => string.Join('\n', [.. Maps.Select(m => m.ToString()), .. Rows.Select(r => r.Verdict)]);
}

/// <summary>Follows the operator's statuses through the API, as any user would.</summary>
internal sealed class Board
{
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ResourceCache<V1Alpha1Connection, V1Alpha1Connection> _connections;
    private readonly ResourceCache<V1Alpha1ConnectionMap, V1Alpha1ConnectionMap> _maps;

    public Board(IKubernetesClient client, TimeProvider time, Random random)
    {
        var options = new ResourceCacheOptions { LongestRetry = TimeSpan.FromSeconds(2) };
        _connections = new(client, c => c, (_, _) => Changed(), time, random, options);
        _maps = new(client, m => m, (_, _) => Changed(), time, random, options);
    }

    /// <summary>One item after any number of changes.</summary>
    public ChannelReader<bool> Changes => _changed.Reader;

    /// <summary>To be run side by side; none of them ends before it is cancelled.</summary>
    public IEnumerable<Func<CancellationToken, Task>> Parts => [_connections.RunAsync, _maps.RunAsync];

    public BoardState State() => new(
        [.. _maps.Snapshot().Values.OrderBy(m => m.Metadata.Name, StringComparer.Ordinal).Select(Map)],
        [
            .. _connections.Snapshot().Values.Select(Row)
                .OrderBy(r => r.Map, StringComparer.Ordinal)
                .ThenBy(r => int.TryParse(r.Id, out var number) ? number : int.MaxValue)
                .ThenBy(r => r.Id, StringComparer.Ordinal),
        ]);

    private ValueTask Changed()
    {
        _changed.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }

    private static BoardMap Map(V1Alpha1ConnectionMap map)
    {
        var status = map.Status ?? new V1Alpha1ConnectionMapStatus();
        return new BoardMap(
            map.Metadata.Name ?? "", status.Documented ?? 0, status.Verified ?? 0, status.Drifted ?? 0, status.Unknown ?? 0, status.Unresolved ?? 0, status.Unprobeable ?? 0);
    }

    private static BoardRow Row(V1Alpha1Connection connection)
    {
        var (spec, status) = (connection.Spec, connection.Status);
        var verified = status?.Conditions?.FirstOrDefault(c => c.Type == "Verified");

        // A status of an older spec says nothing about this one.
        var current = verified is not null && (status!.ObservedGeneration ?? 0) >= (connection.Metadata.Generation ?? 0);
        return new BoardRow(
            connection.Metadata.Name ?? "", spec.Map ?? "", spec.Id ?? connection.Metadata.Name ?? "", spec.From ?? "", spec.To ?? "", spec.Protocol ?? spec.ProtocolText,
            status?.Ports ?? [],
            current ? verified!.Status ?? "Unknown" : "Unknown",
            current ? verified!.Reason ?? "" : Reasons.NotProbedYet.Name,
            status?.Explanation ?? verified?.Message ?? "",
            status?.Reachable)
        {
            Namespace = connection.Metadata.NamespaceProperty ?? "",
        };
    }
}

using System.Collections.Immutable;

namespace Plumbline.Core.Words;

public sealed record LoopOptions
{
    public static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromMinutes(5);

    /// <summary>How long a node may be without its agent before its rows turn Unknown. Default 20 s.</summary>
    public TimeSpan AgentGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>With many rows the heartbeat is longer than <see cref="Heartbeat"/>: at most seven rows a second have theirs.</summary>
    public static readonly TimeSpan HeartbeatPerRow = TimeSpan.FromMilliseconds(150);

    /// <summary>Rows that are resolved in one go, before reports and other events have their turn. Default 200.</summary>
    public int RowsPerBatch { get; init; } = 200;

    /// <summary>How often a status is written although nothing moved (last probe time, latency, uptime), at least; a fifth earlier for some rows, so that writes spread. Default 5 min.</summary>
    public TimeSpan Heartbeat { get; init; } = DefaultHeartbeat;

    /// <summary>How long an apply or delete may go unseen before it is asked for again. Default 30 s.</summary>
    public TimeSpan RequestPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Addresses of cluster DNS; empty: the cluster IPs of the Service that looks like it.</summary>
    public ImmutableArray<string> ClusterDnsServers { get; init; } = [];

    public string ClusterDomain { get; init; } = "cluster.local";
}

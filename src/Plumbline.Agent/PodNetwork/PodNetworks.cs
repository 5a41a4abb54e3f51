using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Plumbline.Core.Probes;
using Plumbline.Probing;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Agent.PodNetwork;

/// <summary>Finds where a source's sockets are made: by the addresses inside the pinned namespaces, then by the pod's processes.</summary>
public sealed class PodNetworks(NamespaceIndex index, ProcessNamespaces processes, NetworkNamespace node, TimeProvider clock) : IDisposable
{
    /// <summary>A miss looks again, but not more often than this: a plan may name many pods that are not there yet.</summary>
    private static readonly TimeSpan ScanAtMostEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>How often it is asked whether namespaces came or went: a second one may hold the address of a pod that is known.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Nanoseconds between two namespaces that were not pinned for one and the same purpose.</summary>
    private const long SurelyNewer = 10_000_000;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConcurrentDictionary<string, Known> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ulong? Inode, string Uid)> _owners = new(StringComparer.Ordinal);
    private long? _scanned;
    private long _looked;

    /// <summary>Why no pod's network can be entered at all; null when that is not known to be so.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>At once for a source that is known; otherwise it looks around on the thread pool, whatever thread it is asked on.</summary>
    public ValueTask<SourceNetwork> FindAsync(ProbeSource source, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Vantage == VantageKind.Node)
            return new ValueTask<SourceNetwork>(new SourceNetwork.Found(Origin(source, node, [])));
        if (IsTimeToLook() && index.MayHaveChanged)
            _found.Clear();
        return Remembered(source) is { } found ? new ValueTask<SourceNetwork>(found) : new ValueTask<SourceNetwork>(LookAsync(source, cancellation));
    }

    /// <summary>A probe found the source gone: look anew before the next one.</summary>
    public async Task ForgetAsync(string sourceId, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_found.TryRemove(sourceId, out var known))
                index.Forget(known.Namespace);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Drops what is remembered of sources that left the plan.</summary>
    public async Task KeepOnlyAsync(IReadOnlyCollection<string> sourceIds, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var keep = sourceIds.ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _found.Keys.Where(id => !keep.Contains(id)).ToList())
                _found.TryRemove(gone, out _);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private SourceNetwork.Found? Remembered(ProbeSource source)
    {
        if (!_found.TryGetValue(source.Id, out var known))
            return null;
        if (ReferenceEquals(known.Source, source))
            return known.Network;
        if (!known.Source.Addresses.SequenceEqual(source.Addresses))
            return null;

        // A newer plan's: its resolver settings may differ. Unless it was forgotten this very moment.
        var renewed = new Known(source, known.Namespace, new SourceNetwork.Found(Origin(source, known.Namespace, AddressesOf(source))));
        _found.TryUpdate(source.Id, renewed, known);
        return renewed.Network;
    }

    private async Task<SourceNetwork> LookAsync(ProbeSource source, CancellationToken cancellation)
    {
        // Reading directories and processes takes milliseconds; the caller may be the engine's thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _gate.WaitAsync(cancellation);
        try
        {
            return Remembered(source) ?? await SearchAsync(source, AddressesOf(source));
        }
        finally
        {
            _gate.Release();
        }
    }

    private bool IsTimeToLook()
    {
        var looked = Interlocked.Read(ref _looked);
        return (looked == 0 || clock.GetElapsedTime(looked) >= LookEvery) && Interlocked.CompareExchange(ref _looked, clock.GetTimestamp(), looked) == looked;
    }

    private async Task<SourceNetwork> SearchAsync(ProbeSource source, ImmutableArray<IPAddress> addresses)
    {
        // What is known may be of an earlier pod with the same address: whoever asks for the first time gets what is there now.
        if (_scanned is not { } scanned || clock.GetElapsedTime(scanned) >= ScanAtMostEvery || index.MayHaveChanged)
        {
            await index.ScanAsync();
            _scanned = clock.GetTimestamp();
            Obstacle = index.Obstacle;

            // Names of namespaces do not come again: without this the memory of a node's pods would only grow.
            foreach (var gone in _owners.Keys.Where(path => !index.Pinned.Contains(path)).ToList())
                _owners.Remove(gone);
        }

        var holding = index.Holding(addresses);
        var free = holding.Where(candidate => !IsAnothers(candidate, source.Id)).ToList();

        // Several: a sandbox that was left behind may still hold it. One that was another pod's, and none else: the same. The pod's own processes tell.
        var processed = holding.Count == 1 && free.Count == 1 ? null : processes.Find(source.Id);
        var found = (processed as ProcessSearch.Found)?.Namespace ?? Newest(free);
        if (found is not null)
        {
            var network = new SourceNetwork.Found(Origin(source, found, addresses));
            _found[source.Id] = new Known(source, found, network);
            if (found.Path is { } path)
                _owners[path] = (found.Inode, source.Id);
            return network;
        }

        if (holding.Count == 0 && (index.Obstacle ?? (processed as ProcessSearch.NotPermitted)?.Reason) is { } obstacle)
            return new SourceNetwork.NotPermitted(obstacle);
        return new SourceNetwork.NotFound(WhyNot(source, holding, free));
    }

    private bool IsAnothers(NetworkNamespace candidate, string uid) =>
        candidate.Path is { } path && _owners.TryGetValue(path, out var owner) && owner.Inode == candidate.Inode && owner.Uid != uid;

    /// <summary>An address is given to one pod at a time, so of those that hold it the last one pinned is the pod's; null when that cannot be told.</summary>
    private static NetworkNamespace? Newest(List<NetworkNamespace> candidates)
    {
        if (candidates.Count <= 1)
            return candidates.FirstOrDefault();
        var byAge = candidates.Select(candidate => (Candidate: candidate, At: candidate.Path is { } path ? NetworkNamespace.PinnedAt(path) : null))
            .OrderByDescending(aged => aged.At ?? long.MinValue).ToList();
        return byAge.TrueForAll(aged => aged.At is not null) && byAge[0].At - byAge[1].At >= SurelyNewer ? byAge[0].Candidate : null;
    }

    private string WhyNot(ProbeSource source, IReadOnlyList<NetworkNamespace> holding, List<NetworkNamespace> free)
    {
        var named = string.Join(", ", source.Addresses);
        if (free.Count > 1)
            return $"{free.Count} network namespaces hold {named}, and which of them is the pod's cannot be told: {string.Join(", ", free)}";
        if (holding.Count > 0)
            return $"the one network namespace that holds {named} was another pod's: {holding[0]} was left behind, or the pod's own is not pinned yet";
        return $"no network namespace on this node holds {(named.Length == 0 ? $"pod {source.Namespace}/{source.Name}, which has no address yet" : named)}{(index.Unlisted is { } why ? $"; {why}" : "")}";
    }

    private static ImmutableArray<IPAddress> AddressesOf(ProbeSource source) =>
        source.Addresses.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().ToImmutableArray();

    private static ProbeOrigin Origin(ProbeSource source, NetworkNamespace where, ImmutableArray<IPAddress> addresses) =>
        new(where, source.Dns, source.HostAliases, addresses);

    private sealed record Known(ProbeSource Source, NetworkNamespace Namespace, SourceNetwork.Found Network);
}

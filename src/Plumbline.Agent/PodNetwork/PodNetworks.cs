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

    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConcurrentDictionary<string, Known> _found = new(StringComparer.Ordinal);
    private long? _scanned;

    /// <summary>Why no pod's network can be entered at all; null when that is not known to be so.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>At once for a source that is known; otherwise it looks around on the thread pool, whatever thread it is asked on.</summary>
    public ValueTask<SourceNetwork> FindAsync(ProbeSource source, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Vantage == VantageKind.Node)
            return new ValueTask<SourceNetwork>(new SourceNetwork.Found(Origin(source, node, [])));
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

    private async Task<SourceNetwork> SearchAsync(ProbeSource source, ImmutableArray<IPAddress> addresses)
    {
        var holding = index.Holding(addresses);
        if (holding.Count != 1 && (_scanned is null || clock.GetElapsedTime(_scanned.Value) >= ScanAtMostEvery))
        {
            await index.ScanAsync();
            _scanned = clock.GetTimestamp();
            Obstacle = index.Obstacle;
            holding = index.Holding(addresses);
        }

        // Two namespaces with the pod's address: a dead sandbox may still hold it. Its processes tell them apart.
        var processed = holding.Count == 1 ? null : processes.Find(source.Id);
        var found = holding.Count == 1 ? holding[0] : (processed as ProcessSearch.Found)?.Namespace;
        if (found is not null)
        {
            var network = new SourceNetwork.Found(Origin(source, found, addresses));
            _found[source.Id] = new Known(source, found, network);
            return network;
        }

        if (holding.Count == 0 && (index.Obstacle ?? (processed as ProcessSearch.NotPermitted)?.Reason) is { } obstacle)
            return new SourceNetwork.NotPermitted(obstacle);

        var named = string.Join(", ", source.Addresses);
        return new SourceNetwork.NotFound(holding.Count > 1
            ? $"{holding.Count} network namespaces hold {named}: {string.Join(", ", holding)}"
            : $"no network namespace on this node holds {(named.Length == 0 ? $"pod {source.Namespace}/{source.Name}, which has no address yet" : named)}{(index.Unlisted is { } why ? $"; {why}" : "")}");
    }

    private static ImmutableArray<IPAddress> AddressesOf(ProbeSource source) =>
        source.Addresses.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().ToImmutableArray();

    private static ProbeOrigin Origin(ProbeSource source, NetworkNamespace where, ImmutableArray<IPAddress> addresses) =>
        new(where, source.Dns, source.HostAliases, addresses);

    private sealed record Known(ProbeSource Source, NetworkNamespace Namespace, SourceNetwork.Found Network);
}

using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;
using Polly;

namespace Plumbline.Kubernetes.Caching;

/// <summary>
/// The objects of one kind as the server has them, kept by a list and a watch, each reduced to <typeparamref name="TKept"/>.
/// <code>
///            list ok                 ended, idle, torn
///   Starting ───────▶ Synced ─▶ watch ───────────────▶ watch again from the last version
///      ▲ │ failed       ▲         │ 410 Gone                │ failed
///      └─┘ back off     └─ list ◀─┴──────── Disconnected ◀──┘ back off
/// </code>
/// </summary>
public sealed class ResourceCache<TEntity, TKept>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(1);

    private readonly IKubernetesClient _client;
    private readonly Func<TEntity, TKept> _reduce;
    private readonly Func<ResourceChange<TKept>, CancellationToken, ValueTask> _observer;
    private readonly ResourceCacheOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _retries;
    private readonly ResourceStore<TKept> _store = new();
    private readonly string _kind = typeof(TEntity).Name;
    private string? _resourceVersion;
    private volatile int _state;

    /// <param name="reduce">What to keep of an object; an update that leaves it equal is not told. It must not throw; where it does, the object is skipped and logged.</param>
    /// <param name="observer">Awaited for every change, in order, after the cache holds it: slowness there holds the watch back, nothing is dropped.</param>
    public ResourceCache(
        IKubernetesClient client,
        Func<TEntity, TKept> reduce,
        Func<ResourceChange<TKept>, CancellationToken, ValueTask> observer,
        TimeProvider time,
        Random random,
        ResourceCacheOptions? options = null,
        ILogger<ResourceCache<TEntity, TKept>>? logger = null)
    {
        _client = client;
        _reduce = reduce;
        _observer = observer;
        _options = options ?? new ResourceCacheOptions();
        _time = time;
        _random = random;
        _logger = logger ?? NullLogger<ResourceCache<TEntity, TKept>>.Instance;
        _retries = Retries.Of(_options.FirstRetry, _options.LongestRetry, int.MaxValue, time, random, static _ => true, WaitingAsync);
    }

    public CacheState State => (CacheState)_state;

    public IReadOnlyDictionary<NamespacedName, TKept> Snapshot() => _store.Snapshot();

    /// <summary>Follows the server until cancelled; a failure of the server, of any kind, is waited out. Run it once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await _retries.ExecuteAsync(static async (cache, token) => await cache.FollowAsync(token), this, stop);
        }
    }

    /// <summary>False when the server ended the watch at once and without a word: it must not be asked in a tight loop.</summary>
    private async Task<bool> FollowAsync(CancellationToken stop)
    {
        if (_resourceVersion is null)
        {
            await ListAsync(stop);
        }

        return await WatchAsync(stop);
    }

    private async Task ListAsync(CancellationToken stop)
    {
        var options = new ListOptions
        {
            Namespace = _options.Namespace,
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            Limit = _options.PageSize,
        };
        var list = await _client.ListAsync<TEntity, (NamespacedName Key, ResourceStore<TKept>.Entry? Entry)>(options, Reduce, stop);
        Log.Listed(_logger, _kind, list.Items.Count, list.Unreadable.Count);
        var unreadable = list.Unreadable.Select(item => new NamespacedName(item.Namespace ?? "", item.Name ?? ""))
            .Concat(list.Items.Where(item => item.Entry is null).Select(item => item.Key));
        await TellAsync(_store.Replace([.. list.Items.Where(item => item.Entry is not null).Select(item => item.Entry!.Value)], unreadable), stop);

        _resourceVersion = list.ResourceVersion;
        await SyncedAsync(stop);
    }

    private async Task<bool> WatchAsync(CancellationToken stop)
    {
        var connected = false;
        var heard = false;
        var started = _time.GetTimestamp();
        var options = new WatchOptions
        {
            Namespace = _options.Namespace,
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            ResourceVersion = _resourceVersion,
            Timeout = _options.WatchTimeout * (1 + NextDouble()),
            IdleTimeout = _options.IdleTimeout,
            Connected = () =>
            {
                connected = true;
                return SyncedAsync(stop);
            },
        };
        try
        {
            await foreach (var watchEvent in _client.WatchAsync<TEntity>(options, stop))
            {
                heard = true;
                await HandleAsync(watchEvent, stop);
            }
        }
        catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.Transport && connected)
        {
            // Torn after it had begun: connections break, and only when the next one cannot be made are we out of touch.
        }
        catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.Gone && heard)
        {
            Relist();
        }

        return heard || _time.GetElapsedTime(started) >= ShortWatch;
    }

    private async Task HandleAsync(WatchEvent<TEntity> watchEvent, CancellationToken stop)
    {
        var metadata = watchEvent.Object.Metadata;
        switch (watchEvent.Type)
        {
            case WatchEventType.Added or WatchEventType.Modified:
                var (_, entry) = Reduce(watchEvent.Object);
                await TellAsync(entry is null ? [] : _store.Set(entry.Value), stop);
                break;
            case WatchEventType.Deleted:
                await TellAsync(_store.Delete(metadata.Key()), stop);
                break;
            case WatchEventType.Bookmark:
                break;
        }

        _resourceVersion = metadata.ResourceVersion ?? _resourceVersion;
    }

    private (NamespacedName Key, ResourceStore<TKept>.Entry? Entry) Reduce(TEntity entity)
    {
        var key = entity.Metadata.Key();
        try
        {
            return (key, ResourceStore<TKept>.Entry.Of(entity.Metadata, _reduce(entity)));
        }
#pragma warning disable CA1031 // whatever is wrong with one object, the others must go on
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.ReduceFailed(_logger, e, _kind, key);
            return (key, null);
        }
    }

    private async Task TellAsync(IReadOnlyList<ResourceChange<TKept>> changes, CancellationToken stop)
    {
        foreach (var change in changes)
        {
            await _observer(change, stop);
        }
    }

    private async ValueTask SyncedAsync(CancellationToken stop)
    {
        if (State is not CacheState.Synced)
        {
            _state = (int)CacheState.Synced;
            await _observer(new ResourceChange<TKept>.Synced(), stop);
        }
    }

    private ValueTask WaitingAsync(KubernetesRequestException? failure, TimeSpan delay)
    {
        if (failure is { Kind: KubernetesErrorKind.Gone } && _resourceVersion is not null)
        {
            Relist();
        }
        else if (failure is not null && State is CacheState.Synced)
        {
            _state = (int)CacheState.Disconnected;
            Log.Disconnected(_logger, _kind, delay, failure.Message);
            return _observer(new ResourceChange<TKept>.Disconnected(failure.Message), CancellationToken.None);
        }
        else if (failure is not null)
        {
            Log.StillDisconnected(_logger, _kind, delay, failure.Message);
        }

        return ValueTask.CompletedTask;
    }

    private void Relist()
    {
        Log.Relisting(_logger, _kind);
        _resourceVersion = null;
    }

    private double NextDouble()
    {
        lock (_random)
        {
            return _random.NextDouble();
        }
    }
}

using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Caching;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Operator.Cluster;

/// <summary>
/// A kind that not every cluster has: looks for it by discovery, keeps a cache while it is there, and takes back what it told when it goes. A cluster without it
/// costs one request a minute and no line in the log.
/// </summary>
/// <param name="tell">Null facts: the object is gone.</param>
internal sealed class OptionalCache<TEntity, TFacts>(
    IKubernetesClient client, Func<TEntity, TFacts> reduce, Action<NamespacedName, TFacts?> tell, TimeProvider time, Random random, ILoggerFactory loggers)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
    where TFacts : class
{
    /// <summary>How soon it is noticed that the kind has come or gone.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    /// <summary>Nothing may wait longer for a kind that is extra: roles of an older version may not have it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILogger _log = loggers.CreateLogger<OptionalCache<TEntity, TFacts>>();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            if (await IsServedAsync(wasServed: false, stop))
            {
                Log.KindFound(_log, typeof(TEntity).Name);
                await FollowAsync(stop);
                Log.KindGone(_log, typeof(TEntity).Name);
            }

            _first.TrySetResult();
            await PauseAsync(stop);
        }
    }

    /// <summary>Completes when all that there is has been told, or when it takes too long.</summary>
    public async Task FirstAsync(CancellationToken stop)
    {
        try
        {
            await _first.Task.WaitAsync(Patience, time, stop);
        }
        catch (TimeoutException)
        {
            Log.KindLate(_log, typeof(TEntity).Name, Patience);
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var cache = new ResourceCache<TEntity, TFacts>(client, reduce, Tell, time, random, logger: loggers.CreateLogger<ResourceCache<TEntity, TFacts>>());
        var following = cache.RunAsync(gone.Token);
        try
        {
            do
            {
                await PauseAsync(stop);
            }
            while (await IsServedAsync(wasServed: true, stop));
        }
        finally
        {
            await gone.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var key in cache.Snapshot().Keys)
        {
            tell(key, null);
        }
    }

    private ValueTask Tell(ResourceChange<TFacts> change, CancellationToken stop)
    {
        switch (change)
        {
            case ResourceChange<TFacts>.Added added:
                tell(added.Key, added.Object);
                break;
            case ResourceChange<TFacts>.Updated updated:
                tell(updated.Key, updated.Object);
                break;
            case ResourceChange<TFacts>.Deleted deleted:
                tell(deleted.Key, null);
                break;
            case ResourceChange<TFacts>.Synced:
                _first.TrySetResult();
                break;
        }

        return ValueTask.CompletedTask;
    }

    private async Task<bool> IsServedAsync(bool wasServed, CancellationToken stop)
    {
        try
        {
            return await client.ServesAsync<TEntity>(stop);
        }
        catch (KubernetesRequestException)
        {
            // Whoever needs the API more says that it is away.
            return wasServed;
        }
    }

    private Task PauseAsync(CancellationToken stop)
    {
        double share;
        lock (random)
        {
            share = random.NextDouble();
        }

        // Apart from one another, so that the kinds of all replicas are not looked for at once.
        return Task.Delay(LookAgain * (0.9 + (share / 5)), time, stop);
    }
}

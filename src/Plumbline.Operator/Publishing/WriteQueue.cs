using Microsoft.Extensions.Logging;

namespace Plumbline.Operator.Publishing;

/// <summary>
/// Writes to the API server, one at a time a key, the newest wins: a write that waits is replaced by a newer one of its key, a write that
/// fails is tried again with growing pauses until it works, is replaced, or the queue stops. A pause holds up its own key only.
/// </summary>
/// <param name="workers">Writes at once. Bounds what a restart with many rows costs the API server.</param>
public sealed class WriteQueue<TKey>(int workers, TimeProvider time, Random random, ILogger logger) : IDisposable
    where TKey : notnull
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Func<CancellationToken, Task>> _waiting = [];
    private readonly Queue<TKey> _ready = [];

    // Being written, or pausing after a failure: nothing else of that key starts.
    private readonly HashSet<TKey> _busy = [];
    private readonly Dictionary<TKey, TimeSpan> _pauses = [];
    private int _cleared;
    private readonly SemaphoreSlim _available = new(0);

    public int Depth
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public void Enqueue(TKey key, Func<CancellationToken, Task> write)
    {
        lock (_lock)
        {
            var known = _waiting.ContainsKey(key);
            _waiting[key] = write;
            if (!known && !_busy.Contains(key))
            {
                _ready.Enqueue(key);
                _available.Release();
            }
        }
    }

    /// <summary>Forgets what waits: the right to write is lost.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _waiting.Clear();
            _ready.Clear();
            _cleared++;
        }
    }

    public void Dispose() => _available.Dispose();

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Work(stop)));

    private async Task Work(CancellationToken stop)
    {
        while (true)
        {
            await _available.WaitAsync(stop);
            TKey? key;
            Func<CancellationToken, Task>? write;
            int cleared;
            lock (_lock)
            {
                if (!_ready.TryDequeue(out key) || !_waiting.Remove(key, out write))
                {
                    continue;
                }

                _busy.Add(key);
                cleared = _cleared;
            }

            try
            {
                await write(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                // Whatever it was, the state is still wanted; a newer write of the same key takes over.
                Log.WriteFailed(logger, key.ToString() ?? "", e.Message);
                _ = TryAgainLater(key, write, cleared, stop);
                continue;
            }

            lock (_lock)
            {
                _pauses.Remove(key);
                Release_NeedsLock(key);
            }
        }
    }

    // Apart from the workers: writes that the API server refuses for good must not use them up.
    private async Task TryAgainLater(TKey key, Func<CancellationToken, Task> write, int cleared, CancellationToken stop)
    {
        TimeSpan pause;
        lock (_lock)
        {
            pause = _pauses.GetValueOrDefault(key, FirstPause);
            _pauses[key] = pause * 2 > LongestPause ? LongestPause : pause * 2;
            pause *= 0.5 + random.NextDouble();
        }

        try
        {
            await Task.Delay(pause, time, stop);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (_lock)
        {
            if (cleared == _cleared)
            {
                _waiting.TryAdd(key, write);
            }

            Release_NeedsLock(key);
        }
    }

    private void Release_NeedsLock(TKey key)
    {
        _busy.Remove(key);
        if (_waiting.ContainsKey(key))
        {
            _ready.Enqueue(key);
            _available.Release();
        }
        else
        {
            _pauses.Remove(key);
        }
    }
}

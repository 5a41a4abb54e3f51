using Microsoft.Extensions.Logging;

namespace Plumbline.Operator.Publishing;

/// <summary>
/// Writes to the API server, one at a time a key, the newest wins: a write that waits is replaced by a newer one of its key, a write that
/// fails is tried again with growing pauses until it works, is replaced, or the queue stops.
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
    private readonly HashSet<TKey> _running = [];
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
            if (!known && !_running.Contains(key))
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
        }
    }

    public void Dispose() => _available.Dispose();

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Work(stop)));

    private async Task Work(CancellationToken stop)
    {
        while (true)
        {
            await _available.WaitAsync(stop);
            TKey key;
            Func<CancellationToken, Task>? write;
            lock (_lock)
            {
                key = _ready.Dequeue();
                if (!_waiting.Remove(key, out write))
                {
                    continue;
                }

                _running.Add(key);
            }

            try
            {
                await WriteUntilDone(key, write, stop);
            }
            finally
            {
                lock (_lock)
                {
                    _running.Remove(key);
                    if (_waiting.ContainsKey(key))
                    {
                        _ready.Enqueue(key);
                        _available.Release();
                    }
                }
            }
        }
    }

    private async Task WriteUntilDone(TKey key, Func<CancellationToken, Task> write, CancellationToken stop)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await write(stop);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                // Whatever it was, the state is still wanted; a newer write of the same key takes over.
                Log.WriteFailed(logger, key.ToString() ?? "", e.Message);
            }

            await Task.Delay(pause * (0.5 + Jitter()), time, stop);
            pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
            lock (_lock)
            {
                if (_waiting.ContainsKey(key))
                {
                    return;
                }
            }
        }
    }

    private double Jitter()
    {
        lock (_lock)
        {
            return random.NextDouble();
        }
    }
}

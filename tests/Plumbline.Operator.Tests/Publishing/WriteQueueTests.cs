using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Operator.Publishing;
using Plumbline.Operator.Tests.Support;
using Plumbline.Testing;

namespace Plumbline.Operator.Tests.Publishing;

internal sealed class WriteQueueTests
{
    private readonly List<string> _written = [];
    private ManualTimeProvider _time = null!;
    private WriteQueue<string> _queue = null!;
    private CancellationTokenSource _stop = null!;
    private Task _running = Task.CompletedTask;

    [SetUp]
    public void Begin()
    {
        _written.Clear();
        _time = new ManualTimeProvider();
        _queue = new WriteQueue<string>(2, _time, new Random(1), NullLogger.Instance);
        _stop = new CancellationTokenSource();
    }

    [TearDown]
    public async Task End()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.That(_running.IsFaulted, Is.False, _running.Exception?.ToString());
        _queue.Dispose();
        _stop.Dispose();
    }

    [Test]
    public async Task Enqueue_TwiceBeforeItsTurn_WritesTheNewestOnly()
    {
        _queue.Enqueue("a", Write("old"));
        _queue.Enqueue("a", Write("new"));
        Assert.That(_queue.Depth, Is.EqualTo(1));
        Run();
        await Written("new");
        Assert.That(Copy(), Is.EqualTo(new[] { "new" }));
    }

    [Test]
    public async Task Enqueue_WhileItsKeyIsWritten_WaitsForIt()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Enqueue("a", async stop =>
        {
            await gate.Task.WaitAsync(stop);
            Add("first");
        });
        Run();
        await Eventually.TrueAsync(() => _queue.Depth == 0, "the first write runs");
        _queue.Enqueue("a", Write("second"));
        _queue.Enqueue("b", Write("other"));
        await Written("other");
        Assert.That(Copy(), Is.EqualTo(new[] { "other" }));
        gate.SetResult();
        await Written("second");
        Assert.That(Copy(), Is.EqualTo(new[] { "other", "first", "second" }));
    }

    [Test]
    public async Task Failure_IsTriedAgainAfterAPause()
    {
        var attempts = 0;
        _queue.Enqueue("a", _ =>
        {
            Interlocked.Increment(ref attempts);
            return attempts < 3 ? throw new IOException("away") : Note("done");
        });
        Run();
        await Eventually.TrueAsync(() => Volatile.Read(ref attempts) == 1, "the first attempt");
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return Copy().Length > 0;
            },
            "the third attempt");
        Assert.That(attempts, Is.EqualTo(3));
    }

    [Test]
    public async Task Failure_WithANewerWriteWaiting_GivesWayToIt()
    {
        _queue.Enqueue("a", _ => throw new IOException("away"));
        Run();
        await Eventually.TrueAsync(() => _queue.Depth == 0, "the first attempt");
        _queue.Enqueue("a", Write("new"));
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Copy().Length > 0;
            },
            "the newer write");
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.That(Copy(), Is.EqualTo(new[] { "new" }));
    }

    /// <summary>One row that the API server refuses for good must not stop the rows after it; as many as there are workers neither.</summary>
    [Test]
    public async Task Failure_OfMoreKeysThanWorkers_DoesNotHoldUpTheOthers()
    {
        for (var i = 0; i < 5; i++)
        {
            _queue.Enqueue($"bad {i}", _ => throw new IOException("invalid"));
        }

        _queue.Enqueue("good", Write("good"));
        Run();
        await Written("good");
    }

    [Test]
    public async Task Clear_ForgetsWhatWaitsAndWhatPauses()
    {
        var attempts = 0;
        _queue.Enqueue("failing", _ =>
        {
            Interlocked.Increment(ref attempts);
            throw new IOException("away");
        });
        Run();
        await Eventually.TrueAsync(() => Volatile.Read(ref attempts) == 1, "the first attempt");
        _queue.Clear();
        _time.Advance(TimeSpan.FromMinutes(1));
        _queue.Enqueue("a", Write("after"));
        await Written("after");
        Assert.That(attempts, Is.EqualTo(1));
        Assert.That(_queue.Depth, Is.Zero);
    }

    [Test]
    public async Task Clear_ThenTheSameKey_IsStillWrittenOneAtATime()
    {
        var (now, most) = (0, 0);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Enqueue("a", Slow);
        _queue.Clear();
        _queue.Enqueue("a", Slow);
        Run();
        await Eventually.TrueAsync(() => Volatile.Read(ref now) == 1, "the first write runs");
        _queue.Enqueue("a", Slow);
        _queue.Enqueue("b", Write("b"));
        await Written("b");
        gate.SetResult();
        await Eventually.TrueAsync(() => _queue.Depth == 0 && Volatile.Read(ref now) == 0, "all is written");
        Assert.That(most, Is.EqualTo(1));

        async Task Slow(CancellationToken stop)
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await gate.Task.WaitAsync(stop);
            Interlocked.Decrement(ref now);
        }
    }

    private void Run() => _running = _queue.RunAsync(_stop.Token);

    private Func<CancellationToken, Task> Write(string what) => _ => Note(what);

    private Task Note(string what)
    {
        Add(what);
        return Task.CompletedTask;
    }

    private void Add(string what)
    {
        lock (_written)
        {
            _written.Add(what);
        }
    }

    private string[] Copy()
    {
        lock (_written)
        {
            return [.. _written];
        }
    }

    private Task Written(string what) => Eventually.TrueAsync(() => Copy().Contains(what), $"'{what}' is written");
}

using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;

namespace Plumbline.Agent.Scheduling;

/// <summary>Carries the schedule out: starts what is due, as many at once as allowed, and hands on the results.</summary>
public sealed class ProbeScheduler : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ProbeSchedule _schedule;
    private readonly Func<PlannedProbe, CancellationToken, Task<ProbeResult>> _run;
    private readonly Action<ProbeResult> _observe;
    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly SemaphoreSlim _slots;
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly ITimer _timer;
    private int _running;

    /// <param name="run">Never throws but for cancellation.</param>
    /// <param name="observe">Gets each result of a probe that is still planned.</param>
    public ProbeScheduler(
        ProbeSchedule schedule, Func<PlannedProbe, CancellationToken, Task<ProbeResult>> run, Action<ProbeResult> observe, int maxConcurrency, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_schedule, _run, _observe, _clock) = (schedule, run, observe, clock);
        _origin = clock.GetTimestamp();
        _slots = new SemaphoreSlim(maxConcurrency);
        _timer = clock.CreateTimer(static state => ((ProbeScheduler)state!).Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Running => Volatile.Read(ref _running);

    /// <inheritdoc cref="ProbeSchedule.Lag"/>
    public TimeSpan Lag
    {
        get
        {
            lock (_gate)
                return _schedule.Lag(Now);
        }
    }

    // Monotonic: a wall clock that jumps moves no probe.
    private TimeSpan Now => _clock.GetElapsedTime(_origin);

    public void Replace(ProbePlan plan)
    {
        lock (_gate)
            _schedule.Replace(plan, Now);
        Signal();
    }

    /// <summary>Until cancelled; then waits for the probes under way, which the same token ends.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await _slots.WaitAsync(stopping);
                _ = RunOneAsync(await NextAsync(stopping), stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            while (Running > 0)
                await _signal.WaitAsync(CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _slots.Dispose();
        _signal.Dispose();
    }

    private async Task<PlannedProbe> NextAsync(CancellationToken stopping)
    {
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            lock (_gate)
            {
                var now = Now;
                if (_schedule.TakeDue(now) is { } probe)
                {
                    Interlocked.Increment(ref _running);
                    return probe;
                }

                // Rounded up to the timer's millisecond: firing early would look like a tick.
                if (_schedule.NextDue is { } due)
                    _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, (due - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
            }

            await _signal.WaitAsync(stopping);
        }
    }

    private async Task RunOneAsync(PlannedProbe probe, CancellationToken stopping)
    {
        try
        {
            await Task.Yield();
            var result = await _run(probe, stopping);
            bool planned;
            lock (_gate)
                planned = _schedule.Completed(result, Now);
            if (planned)
                _observe(result);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                _schedule.Abandoned(probe.Id, Now);
        }
        finally
        {
            _slots.Release();
            Interlocked.Decrement(ref _running);
            Signal();
        }
    }

    private void Signal()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already signalled.
        }
        catch (ObjectDisposedException)
        {
            // A timer that fires while the agent ends.
        }
    }
}

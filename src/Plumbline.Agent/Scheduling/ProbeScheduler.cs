using System.Diagnostics.CodeAnalysis;
using Plumbline.Core.Probes;

namespace Plumbline.Agent.Scheduling;

/// <summary>
/// Carries the schedule out: starts what is due, as many at once as allowed, and hands on the results. It has no thread: it goes on
/// wherever the timer fires or a probe ends.
/// </summary>
public sealed class ProbeScheduler : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ProbeSchedule _schedule;
    private readonly Func<PlannedProbe, CancellationToken, Task<ProbeResult>> _run;
    private readonly Action<ProbeResult, Standing> _observe;
    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly int _maxConcurrency;
    private readonly ITimer _timer;

    // Whoever awaits the end must not do so on the thread of the last probe.
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _stopping = new(canceled: true);
    private bool _starting;
    private int _running;

    /// <param name="run">Never throws but for cancellation.</param>
    /// <param name="observe">Gets each result of a probe that is still planned.</param>
    /// <param name="clock">Its timers' thread starts probes.</param>
    public ProbeScheduler(
        ProbeSchedule schedule, Func<PlannedProbe, CancellationToken, Task<ProbeResult>> run, Action<ProbeResult, Standing> observe, int maxConcurrency, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_schedule, _run, _observe, _maxConcurrency, _clock) = (schedule, run, observe, maxConcurrency, clock);
        _origin = clock.GetTimestamp();
        _timer = clock.CreateTimer(static state => ((ProbeScheduler)state!).StartDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
        StartDue();
    }

    /// <summary>Until cancelled; then waits for the probes under way, which the same token ends. Once.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        lock (_gate)
            _stopping = stopping;
        StartDue();
        await using var stop = stopping.UnsafeRegister(static state => ((ProbeScheduler)state!).EndWhenIdle(), this);
        await _end.Task;
    }

    public void Dispose() => _timer.Dispose();

    [SuppressMessage("Design", "CA1031", Justification = "handed to RunAsync, which ends: thrown here it would end the thread of the timer")]
    private void StartDue()
    {
        try
        {
            for (var goesOn = false; TakeDue(goesOn) is { } probe; goesOn = true)
                _ = RunOneAsync(probe);
        }
        catch (Exception e)
        {
            _end.TrySetException(e);
        }
    }

    /// <summary>
    /// Null when there is nothing to start now. While one call starts probes, others leave it to that: a probe that ends at once would
    /// start the next from within, as deep as there are probes.
    /// </summary>
    private PlannedProbe? TakeDue(bool goesOn)
    {
        lock (_gate)
        {
            if (_starting && !goesOn)
                return null;
            _starting = false;
            if (_stopping.IsCancellationRequested || _running >= _maxConcurrency)
                return null;
            var now = Now;
            if (_schedule.TakeDue(now) is { } probe)
            {
                _running++;
                _starting = true;
                return probe;
            }

            // Rounded up to the timer's millisecond: firing early would look like a tick.
            if (_schedule.NextDue is { } due)
                _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, (due - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
            return null;
        }
    }

    private async Task RunOneAsync(PlannedProbe probe)
    {
        try
        {
            var result = await _run(probe, _stopping);
            Standing? standing;
            lock (_gate)
                standing = _schedule.Completed(result, Now);
            if (standing is { } planned)
                _observe(result, planned);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                _schedule.Abandoned(probe.Id, Now);
        }
        finally
        {
            lock (_gate)
                _running--;
            StartDue();
            EndWhenIdle();
        }
    }

    private void EndWhenIdle()
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested && _running == 0)
                _end.TrySetResult();
        }
    }
}

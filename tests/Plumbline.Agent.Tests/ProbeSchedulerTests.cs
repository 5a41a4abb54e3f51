using System.Collections.Concurrent;
using System.Collections.Immutable;
using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;
using Plumbline.Testing;

namespace Plumbline.Agent.Tests;

internal sealed class ProbeSchedulerTests
{
    [Test]
    public async Task Run_MoreDueThanAllowedAtOnce_NeverMoreThanThat()
    {
        var clock = new ManualTimeProvider();
        using var stop = new CancellationTokenSource();
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new ConcurrentBag<ProbeId>();
        var observed = new ConcurrentBag<ProbeId>();
        using var scheduler = new ProbeScheduler(
            new ProbeSchedule(new ScheduleOptions(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), new Random(1)),
            async (probe, _) =>
            {
                started.Add(probe.Id);
                await released.Task;
                return new ProbeResult { Probe = probe.Id, Time = default, Outcome = ProbeOutcome.Succeeded };
            },
            (result, _) => observed.Add(result.Probe),
            maxConcurrency: 3,
            clock);
        scheduler.Replace(Plan(10));
        var running = scheduler.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => started.Count == 3);

        Assert.That(scheduler.Running, Is.EqualTo(3));
        released.SetResult();
        await Eventually.TrueAsync(() => observed.Count == 10);

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task Run_ClockMoves_ProbesFollowTheInterval()
    {
        var clock = new ManualTimeProvider();
        using var stop = new CancellationTokenSource();
        var observed = 0;
        using var scheduler = new ProbeScheduler(
            new ProbeSchedule(new ScheduleOptions(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), new Random(1)),
            (probe, _) => Task.FromResult(new ProbeResult { Probe = probe.Id, Time = clock.GetUtcNow(), Outcome = ProbeOutcome.Succeeded }),
            (_, _) => Interlocked.Increment(ref observed),
            maxConcurrency: 3,
            clock);
        scheduler.Replace(Plan(1));
        var running = scheduler.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => observed == 1);

        for (var expected = 2; expected < 6; expected++)
        {
            await Eventually.TrueAsync(() => scheduler.Running == 0);
            while (observed < expected)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(observed, Is.GreaterThanOrEqualTo(5));
    }

    [Test]
    public async Task Stop_ProbesUnderWay_WaitsForThem()
    {
        using var stop = new CancellationTokenSource();
        var ended = false;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var scheduler = new ProbeScheduler(
            new ProbeSchedule(new ScheduleOptions(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), new Random(1)),
            async (_, stopping) =>
            {
                started.SetResult();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
                }
                finally
                {
                    ended = true;
                }

                throw new InvalidOperationException("not reached");
            },
            (_, _) => { },
            maxConcurrency: 1,
            TimeProvider.System);
        scheduler.Replace(Plan(1));
        var running = scheduler.RunAsync(stop.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.That(ended, Is.True);
    }

    private static ProbePlan Plan(int count) => ProbePlan.Empty with
    {
        Probes = Enumerable.Range(1, count).Select(i => new PlannedProbe
        {
            Id = new ProbeId((ulong)i),
            Source = "pod",
            Host = "10.0.0.1",
            Port = 80,
            Protocol = ProbeProtocol.Tcp,
            IntervalMilliseconds = 60_000,
            TimeoutMilliseconds = 3000,
        }).ToImmutableDictionary(probe => probe.Id),
    };
}

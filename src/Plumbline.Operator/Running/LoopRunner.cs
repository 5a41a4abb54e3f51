using Microsoft.Extensions.Logging;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Operator.Running;

/// <summary>Runs the loop: one task takes events as they come, settles once a burst, and hands the effects on.</summary>
public sealed class LoopRunner(ControlLoop loop, LoopInbox inbox, Action<IReadOnlyList<Effect>> carryOut, TimeProvider time, ILogger<LoopRunner> logger, LoopMetrics? metrics = null)
{
    /// <summary>Events that arrive within this time share one settling. Short against any interval, long against a burst of watch events.</summary>
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);

    private LoopView _view = LoopView.Empty;

    /// <summary>Safe from any thread.</summary>
    public LoopView View => Volatile.Read(ref _view);

    public async Task RunAsync(CancellationToken stop)
    {
        using var ticker = time.CreateTimer(_ => inbox.Post(new LoopEvent.Tick()), null, TickEvery, TickEvery);
        while (await inbox.Events.WaitToReadAsync(stop))
        {
            await Task.Delay(Coalesce, time, stop);
            var now = time.GetUtcNow();
            var events = 0;
            while (inbox.Events.TryRead(out var e))
            {
                loop.Handle(e, now);
                events++;
            }

            var started = time.GetTimestamp();
            var effects = loop.Settle(now);
            var elapsed = time.GetElapsedTime(started);
            metrics?.Settled(elapsed);
            Volatile.Write(ref _view, loop.View);
            if (effects.Count > 0)
            {
                Log.Settled(logger, events, effects.Count, elapsed.TotalMilliseconds);
                carryOut(effects);
            }
        }
    }
}

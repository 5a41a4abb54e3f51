using Microsoft.Extensions.Logging;
using Plumbline.Core.Cluster;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;

namespace Plumbline.Operator.Running;

/// <summary>Runs the loop: one task takes events as they come, settles once a burst, and hands the effects on.</summary>
public sealed class LoopRunner(ControlLoop loop, LoopInbox inbox, Action<IReadOnlyList<Effect>> carryOut, TimeProvider time, ILogger<LoopRunner> logger, LoopMetrics? metrics = null)
{
    /// <summary>Events that arrive within this time share one settling. Short against any interval, long against a burst of watch events.</summary>
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);

    /// <summary>Events of one settling at most: a flood of one kind must not keep the others from having their effect.</summary>
    private const int MaxBatch = 2_000;

    private LoopView _view = LoopView.Empty;
    private ClusterDns? _dns;

    /// <summary>Safe from any thread.</summary>
    public LoopView View => Volatile.Read(ref _view);

    /// <summary>Null before the facts are all there. Safe from any thread.</summary>
    public ClusterDns? Dns => Volatile.Read(ref _dns);

    public async Task RunAsync(CancellationToken stop)
    {
        using var ticker = time.CreateTimer(_ => inbox.Post(new LoopEvent.Tick()), null, TickEvery, TickEvery);
        while (await inbox.Events.WaitToReadAsync(stop))
        {
            await Task.Delay(Coalesce, time, stop);
            while (Settle() == MaxBatch || loop.HasWork)
            {
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    /// <returns>Events that were taken.</returns>
    private int Settle()
    {
        var (started, now, events) = (time.GetTimestamp(), time.GetUtcNow(), 0);
        while (events < MaxBatch && inbox.Events.TryRead(out var e))
        {
            loop.Handle(e, now);
            events++;
        }

        var effects = loop.Settle(now);
        var elapsed = time.GetElapsedTime(started);
        metrics?.Settled(elapsed, loop.Touched);
        Volatile.Write(ref _view, loop.View);
        Tell(loop.Dns);
        if (effects.Count > 0)
        {
            Log.Settled(logger, events, effects.Count, elapsed.TotalMilliseconds);
            carryOut(effects);
        }

        return events;
    }

    private void Tell(ClusterDns? dns)
    {
        if (ReferenceEquals(dns, _dns))
        {
            return;
        }

        Volatile.Write(ref _dns, dns);
        if (dns is { Servers.IsEmpty: true })
        {
            Log.ClusterDnsUnknown(logger);
        }
        else if (dns is not null)
        {
            Log.ClusterDnsFound(logger, string.Join(", ", dns.Servers), dns.Domain);
        }
    }
}

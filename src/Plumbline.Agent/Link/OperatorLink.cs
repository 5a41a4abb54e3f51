using Microsoft.Extensions.Logging;
using Plumbline.Agent.Delivery;
using Plumbline.Agent.Metrics;
using Polly;
using Polly.Retry;

namespace Plumbline.Agent.Link;

/// <summary>Keeps a link to the operator: dials, follows a standby's hint to the leader, backs off with jitter, for ever.</summary>
internal sealed class OperatorLink(
    AgentOptions options, LinkDialer dialer, ILinkAgent agent, ReportLedger ledger, AgentMetrics metrics, SteadyClock clock, Random random, ILogger<OperatorLink> log)
{
    /// <summary>A session that lasted this long was a good one: the next failure begins with a short wait again.</summary>
    private static readonly TimeSpan GoodSession = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        var pipeline = new ResiliencePipelineBuilder<SessionEnd> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<SessionEnd>
            {
                ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Result is SessionEnd.Poor),
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = TimeSpan.FromSeconds(15),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = NextDouble,
            })
            .Build();
        try
        {
            while (true)
            {
                stopping.ThrowIfCancellationRequested();
                await pipeline.ExecuteAsync(async cancellation => await DialAndRunAsync(cancellation), stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The orderly end.
        }
    }

    private async Task<SessionEnd> DialAndRunAsync(CancellationToken stopping)
    {
        var address = options.OperatorAddress is { } known ? new UriBuilder(options.OperatorUri) { Host = known.ToString() }.Uri : options.OperatorUri;
        var outcome = await dialer.DialAsync(address, clock, stopping);
        if (outcome is DialOutcome.Standby standby)
        {
            metrics.Dialled("standby");
            Log.FollowingLeader(log, address, standby.Leader);
            address = standby.Leader;
            outcome = await dialer.DialAsync(address, clock, stopping);
        }

        switch (outcome)
        {
            case DialOutcome.Connected connected:
                metrics.Dialled("connected");
                return await RunSessionAsync(address, connected, stopping);
            case DialOutcome.Failed failed:
                metrics.Dialled("failed");
                Log.DialFailed(log, failed.Reason);
                return SessionEnd.Poor;
            default:
                // The named leader is a standby by now: ask again after a wait.
                metrics.Dialled("standby");
                return SessionEnd.Poor;
        }
    }

    private async Task<SessionEnd> RunSessionAsync(Uri address, DialOutcome.Connected connected, CancellationToken stopping)
    {
        var started = clock.GetTimestamp();
        Log.LinkUp(log, address);
        metrics.LinkConnected = true;
        clock.Resynchronize();
        try
        {
            using var session = new AgentEnd(connected.Socket, agent, ledger, clock, log);
            Log.LinkDown(log, address, await session.RunAsync(stopping));
        }
        finally
        {
            metrics.LinkConnected = false;
        }

        return clock.GetElapsedTime(started) >= GoodSession ? SessionEnd.Good : SessionEnd.Poor;
    }

    private double NextDouble()
    {
        lock (random)
            return random.NextDouble();
    }

    private enum SessionEnd
    {
        Good,
        Poor,
    }
}

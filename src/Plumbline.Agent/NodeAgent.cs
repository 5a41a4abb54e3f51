using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Plumbline.Agent.Delivery;
using Plumbline.Agent.Intake;
using Plumbline.Agent.Link;
using Plumbline.Agent.Metrics;
using Plumbline.Agent.PodNetwork;
using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Probing;

namespace Plumbline.Agent;

/// <summary>The agent's flow in one place: plan in, schedule, find the source, probe, report out.</summary>
internal sealed class NodeAgent : ILinkAgent, IDisposable
{
    private readonly PlanIntake _intake;
    private readonly PodNetworks _networks;
    private readonly ProbeEngine _engine;
    private readonly ReportLedger _ledger;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ProbeScheduler _scheduler;
    private readonly ConcurrentDictionary<string, byte> _notFound = new(StringComparer.Ordinal);
    private readonly Hello _hello;
    private volatile ProbePlan _plan = ProbePlan.Empty;
    private long _warned;

    public NodeAgent(
        AgentOptions options, PodNetworks networks, ProbeEngine engine, ReportLedger ledger, AgentMetrics metrics, TimeProvider clock, Random random, ILogger log)
    {
        (_networks, _engine, _ledger, _metrics, _clock, _log) = (networks, engine, ledger, metrics, clock, log);
        _intake = new PlanIntake(options.MaxSources, options.MaxProbes);
        var schedule = new ProbeSchedule(new ScheduleOptions(options.FirstStartWithin, options.SourceSpacing, options.TargetSpacing), random);
        _scheduler = new ProbeScheduler(schedule, ProbeAsync, Observe, options.MaxConcurrency, engine.Clock);
        _hello = new Hello(options.NodeName, options.Version);
        metrics.RunningProbes = () => _scheduler.Running;
        metrics.ScheduleLag = () => _scheduler.Lag;
        metrics.WaitingReports = () => ledger.Waiting;
        metrics.DroppedReports = () => ledger.Dropped;
    }

    public bool HasPlan { get; private set; }

    public Task RunAsync(CancellationToken stopping) => _scheduler.RunAsync(stopping);

    public Hello Greet()
    {
        _intake.ForgetRevision();
        return _hello;
    }

    // Called by one session at a time, so plans are taken in the order in which they came.
    public AgentMessage? TakePlan(OperatorMessage plan)
    {
        switch (plan is PlanSnapshot snapshot ? _intake.Apply(snapshot) : _intake.Apply((PlanDelta)plan))
        {
            case PlanUpdate.Applied applied:
                CarryOut(applied);
                return new PlanAck(applied.Revision);
            case PlanUpdate.Incomplete:
                return null;
            case PlanUpdate.Gap gap:
                Log.PlanGap(_log, gap.Have, gap.Needed);
                return Greet();
            case PlanUpdate.OutOfBounds refused:
                Log.PlanRefused(_log, refused.Revision, refused.Reason);
                return null;
            default:
                throw new InvalidOperationException("an unknown plan update");
        }
    }

    public void Dispose() => _scheduler.Dispose();

    private void CarryOut(PlanUpdate.Applied applied)
    {
        _plan = applied.Plan;
        HasPlan = true;
        foreach (var id in _notFound.Keys.Where(id => !applied.Plan.Sources.ContainsKey(id)))
            _notFound.TryRemove(id, out _);
        _metrics.PlanRevision = applied.Revision;
        _metrics.PlanProbes = applied.Plan.Probes.Count;
        _metrics.PlanSources = applied.Plan.Sources.Count;
        _metrics.SourcesNotFound = _notFound.Count;
        if (applied.Unreadable > 0)
            Log.PlanEntriesUnreadable(_log, applied.Revision, applied.Unreadable);
        Log.PlanTaken(_log, applied.Revision, applied.Plan.Probes.Count, applied.Plan.Sources.Count);
        _scheduler.Replace(applied.Plan);
        _ledger.KeepOnly(applied.Plan, applied.Refused.Select(refused => refused.Id));
        _ = _networks.KeepOnlyAsync([.. applied.Plan.Sources.Keys], CancellationToken.None);
        foreach (var refused in applied.Refused)
        {
            Log.ProbeRefused(_log, refused.Id.ToString(), refused.Reason);
            _ledger.Observe(new ProbeResult { Probe = refused.Id, Time = _clock.GetUtcNow(), Outcome = ProbeOutcome.NotRun, Detail = $"refused by the agent: {refused.Reason}" }, default);
        }
    }

    // Begins and continues on the engine's thread, where it must neither block nor take long.
    private async Task<ProbeResult> ProbeAsync(PlannedProbe probe, CancellationToken stopping)
    {
        if (!_plan.Sources.TryGetValue(probe.Source, out var source))
            return WithoutSource(probe, ProbeOutcome.SourceGone, "the source left the plan");

        switch (await _networks.FindAsync(source, stopping))
        {
            case SourceNetwork.Found found:
                _notFound.TryRemove(source.Id, out _);
                var result = await _engine.RunAsync(probe, found.Origin, stopping);
                if (result.Outcome == ProbeOutcome.SourceGone)
                    await _networks.ForgetAsync(source.Id, stopping);
                if (_log.IsEnabled(LogLevel.Debug))
                {
                    // Whoever reads the log may be slow.
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                }

                Log.Probed(_log, source.Name, probe.Host, probe.Port, result.Outcome, result.Detail);
                return result;
            case SourceNetwork.NotFound missing:
                if (_notFound.TryAdd(source.Id, 0))
                    Log.SourceNotFound(_log, source.Namespace, source.Name, missing.Reason);
                return WithoutSource(probe, ProbeOutcome.SourceNotFound, missing.Reason);
            case SourceNetwork.NotPermitted not:
                if (_notFound.TryAdd(source.Id, 0))
                    Log.SourceNotFound(_log, source.Namespace, source.Name, not.Reason);
                return WithoutSource(probe, ProbeOutcome.NotRun, not.Reason);
            default:
                throw new InvalidOperationException("an unknown source network");
        }
    }

    private void Observe(ProbeResult result, Standing standing)
    {
        WarnWhenLate();
        _metrics.SourcesNotFound = _notFound.Count;
        _metrics.Probed(result);
        _ledger.Observe(result, standing);
    }

    private void WarnWhenLate()
    {
        var warned = Interlocked.Read(ref _warned);
        if ((warned != 0 && _clock.GetElapsedTime(warned) < TimeSpan.FromMinutes(1)) || _scheduler.Lag is not { TotalSeconds: > 10 } lag)
            return;
        if (Interlocked.CompareExchange(ref _warned, _clock.GetTimestamp(), warned) == warned)
            ThreadPool.QueueUserWorkItem(_ => Log.ScheduleLate(_log, lag.TotalSeconds, _plan.Probes.Count));
    }

    private ProbeResult WithoutSource(PlannedProbe probe, ProbeOutcome outcome, string reason) => new()
    {
        Probe = probe.Id,
        Time = _clock.GetUtcNow(),
        Outcome = outcome,
        Detail = reason.Length <= 200 ? reason : reason[..200],
    };
}

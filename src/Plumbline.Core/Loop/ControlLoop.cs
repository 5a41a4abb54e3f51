using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Loop;

/// <summary>
/// The operator's one owner of state: events go in, <see cref="Settle"/> brings everything up to date and says what is to be done.
/// No clock, socket or lock: time comes with each call, one caller at a time.
/// </summary>
/// <remarks>
/// <code>
///   events ──▶ Handle ──▶ facts ──▶ Settle: expand maps ─▶ resolve ─▶ plan ─▶ judge ─▶ publish ──▶ effects
/// </code>
/// Events only change facts; all work reads the facts as they are when it runs, so bursts coalesce and order within a burst does not matter.
/// </remarks>
public sealed class ControlLoop
{
    private readonly LoopOptions _options;
    private readonly ClusterState _cluster;
    private readonly AgentRegistry _agents;
    private readonly EvidenceStore _evidence = new();
    private readonly SortedDictionary<NamespacedName, ObservedComponent> _components = [];
    private readonly SortedDictionary<NamespacedName, ObservedMap> _maps = [];
    private readonly Dictionary<NamespacedName, ConnectionEntry> _connections = [];
    private readonly MapReconciler _mapReconciler;
    private readonly ComponentReporter _componentReporter = new();
    private ImmutableSortedDictionary<string, ProbePlan> _plans = ImmutableSortedDictionary<string, ProbePlan>.Empty;
    private ClusterSnapshot _snapshot = ClusterSnapshot.Empty;
    private PolicyOracle _policies = PolicyOracle.Empty;

    // Reports that come before the first plan: which probes are whose is not known yet, and an agent sends news but once.
    private readonly List<LoopEvent.AgentReported> _early = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private bool _planned;
    private bool _topologyDirty = true;
    private bool _synced;
    private DateTimeOffset? _leadingSince;

    public ControlLoop(LoopOptions options)
    {
        _options = options;
        _cluster = new ClusterState(options.ClusterDnsServers, options.ClusterDomain);
        _agents = new AgentRegistry(options.AgentGrace);
        _mapReconciler = new MapReconciler(options.RequestPatience);
    }

    public bool IsLeader => _leadingSince is not null;

    /// <summary>What metrics are computed from; replaced as a whole after each settling.</summary>
    public LoopView View { get; private set; } = LoopView.Empty;

    public void Handle(LoopEvent e, DateTimeOffset now)
    {
        if (_cluster.Handle(e))
        {
            _topologyDirty = true;
            return;
        }

        switch (e)
        {
            case LoopEvent.ComponentChanged c:
                Set(_components, c.Key, c.Component);
                _componentReporter.Observe(c.Key, c.Component?.Resolved);
                _topologyDirty = true;
                break;
            case LoopEvent.MapChanged m:
                Set(_maps, m.Key, m.Map);
                _mapReconciler.Observe(m.Key, m.Map?.Verified);
                break;
            case LoopEvent.ConnectionChanged c:
                HandleConnection(c);
                break;
            case LoopEvent.Synced:
                _synced = true;
                break;
            case LoopEvent.LeadershipChanged l:
                HandleLeadership(l.IsLeader, now);
                break;
            case LoopEvent.AgentLinked a:
                _agents.Link(a.Node, a.Link, now);
                break;
            case LoopEvent.AgentUnlinked a:
                _agents.Unlink(a.Node, a.Link, now);
                break;
            case LoopEvent.AgentReported r:
                HandleReports(r, now);
                break;
            case LoopEvent.Tick:
                break;
        }
    }

    /// <summary>Brings plan, verdicts and reports up to date with the facts. Does nothing until the caches are full and this replica leads.</summary>
    public IReadOnlyList<Effect> Settle(DateTimeOffset now)
    {
        if (!_synced || _leadingSince is null)
        {
            return [];
        }

        var effects = new List<Effect>();
        _mapReconciler.Expand(_maps, _connections, effects, now);
        if (_topologyDirty)
        {
            _topologyDirty = false;
            Resolve(now);
            Plan(effects, now);
            _planned = true;
            _early.ForEach(r => HandleReports(r, now));
            _early.Clear();
        }
        else if (TakeTurns(now))
        {
            Plan(effects, now);
        }

        TellIdleAgents(effects);
        Judge(now);
        Publish(effects, now);
        _mapReconciler.Report(_maps, _connections, effects);
        _componentReporter.Report(_components, _snapshot, effects);
        View = LoopView.Of(_connections.Values, _maps, _agents, _plans, now);
        return effects;
    }

    private void HandleConnection(LoopEvent.ConnectionChanged c)
    {
        if (c.Connection is null)
        {
            _topologyDirty |= _connections.Remove(c.Key);
        }
        else if (!_connections.TryGetValue(c.Key, out var entry))
        {
            _connections[c.Key] = new ConnectionEntry(c.Connection);
            _topologyDirty = true;
        }
        else
        {
            // Status writes come back as events, too; only the spec changes what is probed.
            _topologyDirty |= entry.Observed.Fingerprint != c.Connection.Fingerprint || entry.Observed.Uid != c.Connection.Uid
                || entry.Observed.Documented.Generation != c.Connection.Documented.Generation;
            entry.Observe(c.Connection);
        }
    }

    /// <summary>An agent speaks for its own node only: the rest of a batch is of probes that left the plan, or of a node that is not its.</summary>
    private void HandleReports(LoopEvent.AgentReported r, DateTimeOffset now)
    {
        if (!IsLeader)
        {
            return;
        }

        if (!_planned)
        {
            _early.Add(r);
        }
        else if (_plans.TryGetValue(r.Node, out var plan))
        {
            foreach (var report in r.Reports.Where(report => plan.Probes.ContainsKey(report.Last.Probe)))
            {
                _evidence.Add(report, now);
            }
        }
    }

    /// <summary>
    /// A linked agent whose node has nothing to probe is told so, once: it may still carry out an earlier leader's plan. Until then it is
    /// told nothing, since an empty plan would make it forget results that nobody has yet.
    /// </summary>
    private void TellIdleAgents(List<Effect> effects)
    {
        foreach (var node in _agents.LinkedNodes.Where(n => !_plans.ContainsKey(n) && _told.Add(n)))
        {
            effects.Add(new Effect.SendPlan(node, ProbePlan.Empty));
        }
    }

    private void HandleLeadership(bool leads, DateTimeOffset now)
    {
        if (leads == IsLeader)
        {
            return;
        }

        _leadingSince = leads ? now : null;
        if (leads)
        {
            _agents.Watch(now);
            _mapReconciler.ForgetAll();
            _componentReporter.ForgetAll();
            foreach (var entry in _connections.Values)
            {
                entry.Lead();
            }

            _topologyDirty = true;
        }
        else
        {
            // What a follower keeps would be stale when it leads again; agents send all they know to a new leader.
            _agents.StopWatching();
            _evidence.Plan(ImmutableHashSet<ProbeId>.Empty, now);
            _plans = ImmutableSortedDictionary<string, ProbePlan>.Empty;
            _planned = false;
            _early.Clear();
            _told.Clear();
            View = LoopView.Empty;
        }
    }

    private void Resolve(DateTimeOffset now)
    {
        if (_cluster.Dirty)
        {
            _snapshot = _cluster.Snapshot();
            _policies = new PolicyOracle(_cluster.Policies, _snapshot);
        }

        var directory = new ComponentDirectory(_components.Values.Select(c => c.Component));
        var pairs = Assess(now).WithControls();
        foreach (var entry in _connections.Values)
        {
            var connection = entry.Observed.Documented;
            entry.Resolve(ConnectionResolver.Resolve(connection, directory, _snapshot), RowParties.Of(connection, directory), _snapshot, pairs, now);
        }
    }

    /// <summary>Sampled rows whose turn is over go on to their next pairs.</summary>
    private bool TakeTurns(DateTimeOffset now)
    {
        var due = _connections.Values.Where(c => c.Sweep?.IsOver(now) == true).ToList();
        if (due.Count == 0)
        {
            return false;
        }

        var pairs = Assess(now).WithControls();
        due.ForEach(entry => entry.TakeTurn(_snapshot, pairs, now));
        return true;
    }

    private PairAssessment Assess(DateTimeOffset now) => new(_connections.Values, _evidence, _agents, now);

    private void Plan(List<Effect> effects, DateTimeOffset now)
    {
        var plans = ProbePlanner.Assemble(_connections.Values.SelectMany(c => c.Probes.Concat(c.Controls)));
        foreach (var node in plans.Keys.Union(_plans.Keys).Order(StringComparer.Ordinal))
        {
            var next = plans.GetValueOrDefault(node, ProbePlan.Empty);
            if (!PlanDifference.Same(_plans.GetValueOrDefault(node, ProbePlan.Empty), next))
            {
                _told.Add(node);
                effects.Add(new Effect.SendPlan(node, next));
            }
        }

        _plans = plans;
        _evidence.Plan(plans.Values.SelectMany(p => p.Probes.Keys).ToHashSet(), now);
    }

    private void Judge(DateTimeOffset now)
    {
        var explainer = new FailureExplainer(_policies.Denial);
        var pairs = Assess(now);
        foreach (var entry in _connections.Values)
        {
            var connection = entry.Observed.Documented;
            var states = pairs.StatesOf(entry);
            var verdict = entry.Resolution switch
            {
                ConnectionResolution.Unresolved u => ConnectionJudge.Judge(connection, u),
                ConnectionResolution.Resolved r => ConnectionJudge.Judge(
                    connection,
                    r,
                    states,
                    explainer,
                    pairs.ControlOf,
                    wasVerified: entry.Published?.Verdict.Status == VerifiedStatus.True,
                    sweep: pairs.SweepOf(entry)),
                _ => throw new InvalidOperationException($"unknown resolution {entry.Resolution}"),
            };
            entry.Judge(verdict, entry.HeldFromBefore(verdict, _leadingSince!.Value, now), states);
        }
    }

    private void Publish(List<Effect> effects, DateTimeOffset now)
    {
        foreach (var (key, entry) in _connections.Where(c => !c.Value.IsHeld))
        {
            var verdict = entry.Verdict!;
            var moved = entry.History.Record(verdict, now);
            var report = new ConnectionReport(
                entry.Observed.Documented,
                entry.Observed.Uid,
                verdict,
                entry.History.Since,
                entry.Resolution is ConnectionResolution.Resolved || verdict.Reason.Category == ReasonCategory.Unprobeable,
                verdict.Probed > 0,
                entry.History.Uptime(TimeSpan.FromHours(1), now),
                entry.History.Uptime(TimeSpan.FromDays(1), now),
                entry.History.Outages);
            if (!ReportDifference.WorthWriting(entry.Published, report) && now - entry.PublishedAt < _options.Heartbeat)
            {
                continue;
            }

            entry.MarkPublished(report, now);
            effects.Add(new Effect.PublishConnection(key, report));
            if (moved)
            {
                effects.Add(new Effect.RecordEvent(key, entry.Observed.Uid, verdict.Reason, verdict.Explanation, verdict.Status == VerifiedStatus.False));
            }
        }
    }

    private static void Set<TKey, TValue>(SortedDictionary<TKey, TValue> facts, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
    {
        if (value is null)
        {
            facts.Remove(key);
        }
        else
        {
            facts[key] = value;
        }
    }
}

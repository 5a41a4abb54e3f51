using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;

namespace Plumbline.Core.Loop;

/// <summary>
/// The operator's one owner of state: events go in, <see cref="Settle"/> brings everything up to date and says what is to be done.
/// No clock, socket or lock: time comes with each call, one caller at a time.
/// </summary>
/// <remarks>
/// <code>
///   facts ────▶ questions with another answer ─▶ rows ─▶ resolve ─▶ plan ─┐
///   reports ──▶ evidence of probes ────────────▶ rows ───────────────────▶ judge ─▶ report ─▶ effects
///   time ─────▶ due heap ──────────────────────▶ rows, maps, requests ────┘
/// </code>
/// An event costs what it touches, and a quiet second nothing. Events only mark what is to be done anew, so a burst costs the union of what
/// it touches, once.
/// </remarks>
public sealed class ControlLoop
{
    private readonly ClusterFacts _cluster;
    private readonly ComponentDirectory _directory = new();
    private readonly AgentRegistry _agents;
    private readonly DependencyIndex _dependencies;
    private readonly DueHeap _due = new();
    private readonly RowTable _rows;
    private readonly MapTable _maps;
    private readonly ComponentTable _components;
    private readonly AgentPlans _plans;
    private readonly List<FactKey> _changed = [];

    // Reports that come before the first plan is whole: which probes are whose is not known yet, and an agent sends news but once.
    private readonly List<LoopEvent.AgentReported> _early = [];
    private bool _planned;
    private bool _synced;
    private DateTimeOffset? _leadingSince;

    public ControlLoop(LoopOptions options)
    {
        _cluster = new ClusterFacts(new ClusterDns(options.ClusterDnsServers, options.ClusterDomain));
        _agents = new AgentRegistry(options.AgentGrace);
        _dependencies = new DependencyIndex(_cluster.Forget);
        var facts = new FactReader(_cluster, _directory);
        _rows = new RowTable(options, facts, _dependencies, _agents, _due);
        _maps = new MapTable(options.RequestPatience, _due, _rows.Find);
        _components = new ComponentTable(facts, _dependencies, _due);
        _plans = new AgentPlans(_rows.Plans, _agents);
        (_rows.Changed, _rows.Judged) = (_maps.Changed, _maps.Judged);
    }

    public bool IsLeader => _leadingSince is not null;

    /// <summary>Something is left to be done, and needs no event: settle again.</summary>
    public bool HasWork => IsLeader && _synced && _rows.IsWaiting;

    /// <summary>Rows that the newest settling touched.</summary>
    public int Touched => _rows.Touched;

    /// <summary>What metrics are computed from; replaced as a whole after each settling that changed anything.</summary>
    public LoopView View { get; private set; } = LoopView.Empty;

    public void Handle(LoopEvent e, DateTimeOffset now)
    {
        switch (e)
        {
            case LoopEvent.FactChanged fact:
                fact.ApplyTo(_cluster, _changed);
                break;
            case LoopEvent.ComponentChanged c:
                _directory.Set(c.Key, c.Component?.Component, _changed);
                _components.Observe(c.Key, c.Component);
                break;
            case LoopEvent.MapChanged m:
                _maps.Observe(m.Key, m.Map);
                break;
            case LoopEvent.ConnectionChanged c:
                _rows.Observe(c.Key, c.Connection, now);
                break;
            case LoopEvent.Synced:
                _synced = true;
                break;
            case LoopEvent.LeadershipChanged l when l.IsLeader != IsLeader:
                Lead(l.IsLeader, now);
                break;
            case LoopEvent.AgentLinked a:
                _agents.Link(a.Node, a.Link, now);
                _changed.Add(FactKey.Agent(a.Node));
                break;
            case LoopEvent.AgentUnlinked a:
                _agents.Unlink(a.Node, a.Link, now);
                _changed.Add(FactKey.Agent(a.Node));
                break;
            case LoopEvent.AgentReported r when IsLeader && _planned:
                _rows.Report(r.Node, r.Reports, now);
                break;
            case LoopEvent.AgentReported r when IsLeader:
                _early.Add(r);
                break;
        }

        _changed.ForEach(_dependencies.Touch);
        _changed.Clear();
    }

    /// <summary>Brings plan, verdicts and reports up to date with the facts. Does nothing until the caches are full and this replica leads.</summary>
    public IReadOnlyList<Effect> Settle(DateTimeOffset now)
    {
        if (!_synced || _leadingSince is not { } since)
        {
            return [];
        }

        var effects = new List<Effect>();
        _due.Wake(now);
        _maps.Expand(effects, now);
        _rows.Resolve(now);
        _plans.Tell(effects);
        TakeEarlyReports(now);
        _rows.Judge(effects, since, now);
        _maps.Report(effects, now);
        _components.Report(effects, now);
        View = View.Next(_rows, _maps, _plans, now);
        return effects;
    }

    private void TakeEarlyReports(DateTimeOffset now)
    {
        if (!_planned && !_rows.IsResolving)
        {
            _planned = true;
            _early.ForEach(r => _rows.Report(r.Node, r.Reports, now));
            _early.Clear();
        }
    }

    private void Lead(bool leads, DateTimeOffset now)
    {
        _leadingSince = leads ? now : null;
        if (leads)
        {
            _agents.Watch(now);
            _maps.Lead();
            _components.Lead();
        }
        else
        {
            _agents.StopWatching();
            _early.Clear();
            (_planned, View) = (false, LoopView.Empty);
        }

        _rows.Lead(leads, now);
        _plans.Forget();
    }
}

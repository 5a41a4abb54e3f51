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
    private readonly DueHeap _due;
    private readonly ComponentTable _components;
    private readonly AgentPlans _plans;
    private readonly List<FactKey> _changed = [];
    private bool _synced;
    private DateTimeOffset? _leadingSince;

    public ControlLoop(LoopOptions options)
        : this(options, new LoopParts(options))
    {
    }

    /// <param name="parts">Where a test puts something that is broken on purpose.</param>
    internal ControlLoop(LoopOptions options, LoopParts parts)
    {
        _cluster = new ClusterFacts(new ClusterDns(options.ClusterDnsServers, options.ClusterDomain));
        (_agents, _due, _dependencies) = (parts.Agents, parts.Due, parts.Dependencies(_cluster.Forget));
        var facts = new FactReader(_cluster, _directory);
        Rows = new RowTable(options, facts, _dependencies, _agents, parts.Plans, _due);
        Maps = parts.Maps(_due, Rows.Find);
        _components = new ComponentTable(facts, _dependencies, _due);
        _plans = new AgentPlans(parts.Plans, _agents);
        (Rows.Changed, Rows.Judged) = (Maps.Changed, Maps.Judged);
    }

    internal RowTable Rows { get; }

    internal MapTable Maps { get; }

    /// <summary>Questions to the facts that somebody has asked.</summary>
    internal int Questions => _dependencies.Count;

    public bool IsLeader => _leadingSince is not null;

    /// <summary>Something is left to be done, and needs no event: settle again.</summary>
    public bool HasWork => IsLeader && _synced && Rows.IsWaiting;

    /// <summary>Where the cluster resolves names, as far as the facts tell; null before they are all there.</summary>
    public ClusterDns? Dns => _synced ? _cluster.Dns : null;

    /// <inheritdoc cref="RowTable.Touched"/>
    public int Touched => Rows.Touched;

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
                Maps.Observe(m.Key, m.Map);
                break;
            case LoopEvent.ConnectionChanged c:
                Rows.Observe(c.Key, c.Connection, now);
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
            case LoopEvent.AgentReported r when IsLeader:
                Rows.Report(r.Node, r.Reports, now);
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

        List<Effect> effects = [];
        _due.Wake(now);
        Maps.Expand(effects, now);
        Rows.Resolve(now);
        Rows.Judge(effects, since, now);
        _plans.Tell(effects, Rows.IsPlanned);
        Maps.Report(effects, now);
        _components.Report(effects, now);
        View = View.Next(Rows, Maps, _plans, now);
        return effects;
    }

    private void Lead(bool leads, DateTimeOffset now)
    {
        _leadingSince = leads ? now : null;
        if (leads)
        {
            _agents.Watch(now);
            Maps.Lead();
            _components.Lead();
        }
        else
        {
            _agents.StopWatching();
            View = LoopView.Empty;
        }

        Rows.Lead(leads, now);
        _plans.Forget();
    }
}

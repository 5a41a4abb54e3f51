using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>
/// All rows, and which of them are to be done anew: those whose facts or evidence changed, and those whose time has come. The others cost
/// nothing, however many there are.
/// </summary>
internal sealed class RowTable
{
    private readonly LoopOptions _options;
    private readonly Dictionary<NamespacedName, Row> _rows = [];
    private readonly List<Row> _marked = [];

    // Reports that come before the first plan is whole: which probes are whose is not known yet, and an agent sends news but once.
    private readonly List<(string Node, IReadOnlyList<ProbeReport> Reports)> _early = [];
    private readonly NodePlans _plans;
    private readonly Controls _controls;
    private readonly RowPlanner _planner;
    private readonly RowJudge _judge;
    private readonly DueHeap _due;
    private readonly CauseBook _causes;
    private readonly ImmutableSortedDictionary<NamespacedName, ConnectionView>.Builder _views = ImmutableSortedDictionary.CreateBuilder<NamespacedName, ConnectionView>();

    public RowTable(LoopOptions options, FactReader facts, DependencyIndex dependencies, AgentRegistry agents, NodePlans plans, DueHeap due)
    {
        (_options, _plans, _due) = (options, plans, due);
        _causes = new CauseBook(row => Mark(_rows[row], RowWork.Publish));
        _controls = new Controls(_plans, dependencies.Touch);
        _planner = new RowPlanner(facts, dependencies, _plans, _controls);
        _judge = new RowJudge(facts, dependencies, agents, _controls);
    }

    /// <summary>Called with a row that came, went or is another question now.</summary>
    public Action<NamespacedName> Changed { get; set; } = _ => { };

    /// <summary>Called with a row that was judged.</summary>
    public Action<NamespacedName> Judged { get; set; } = _ => { };

    public IReadOnlyCollection<Row> All => _rows.Values;

    /// <summary>Rows are left to be done.</summary>
    public bool IsWaiting => _marked.Exists(r => r.Work != RowWork.None);

    /// <summary>
    /// Every row has been resolved since this replica leads. Until then no agent is told anything: a plan of which half is missing would make
    /// it forget what it still has to tell of the other half.
    /// </summary>
    public bool IsPlanned { get; private set; }

    private bool IsResolving => _marked.Exists(r => r.Work >= RowWork.TakeTurn);

    /// <summary>Rows that were judged or looked at in the newest settling: the work of a step.</summary>
    public int Touched { get; private set; }

    /// <summary>Another one when what metrics show has changed.</summary>
    public int ViewVersion { get; private set; }

    public Row? Find(NamespacedName key) => _rows.GetValueOrDefault(key);

    /// <summary>As metrics show them. Costs what changed since it was last asked.</summary>
    public ImmutableSortedDictionary<NamespacedName, ConnectionView> Views => _views.ToImmutable();

    public void Observe(NamespacedName key, ObservedConnection? next, DateTimeOffset now)
    {
        var row = Find(key);
        if (next is null)
        {
            if (row is not null)
            {
                Remove(row, now);
            }
        }
        else if (row is null)
        {
            _rows[key] = row = new Row(next, Mark);
            Mark(row, RowWork.Resolve);
            Changed(key);
        }
        else
        {
            // Status writes come back as events, too; only the spec changes what is probed.
            var owner = row.Observed.OwnerUid;
            if (row.Observe(next))
            {
                Mark(row, RowWork.Resolve);
                Changed(key);
            }
            else if (owner != next.OwnerUid)
            {
                Changed(key);
            }
        }
    }

    /// <summary>An agent speaks for its own node only: what it says of other probes, or of those that left the plan, is passed over.</summary>
    public void Report(string node, IReadOnlyList<ProbeReport> reports, DateTimeOffset now)
    {
        if (!IsPlanned)
        {
            _early.Add((node, reports));
            return;
        }

        foreach (var report in reports)
        {
            if (_plans.Find(node, report.Last.Probe) is { } probe)
            {
                Report(probe, report, now);
            }
        }
    }

    /// <summary>This replica leads from now on, or no more: everything is to be decided anew, by what it hears from now on.</summary>
    public void Lead(bool leads, DateTimeOffset now)
    {
        foreach (var row in _rows.Values)
        {
            if (leads)
            {
                row.Lead();
                Mark(row, RowWork.Resolve);
            }
            else
            {
                // What a follower keeps would be stale when it leads again; agents send all they know to a new leader.
                _planner.Drop(row, now);
                _due.Set(row, DateTimeOffset.MaxValue);
            }
        }

        if (!leads)
        {
            (IsPlanned, Touched) = (false, 0);
            _early.Clear();
            _plans.Clear();
            _controls.Clear();
            _causes.Clear();
            _views.Clear();
            ViewVersion++;
        }
    }

    /// <summary>Resolves and plans what is to be. Rows beyond the batch wait for the next settling, so that reports never wait for them long.</summary>
    public void Resolve(DateTimeOffset now)
    {
        Touched = 0;
        var batch = Take(r => r.Work >= RowWork.TakeTurn, _options.RowsPerBatch);

        // Before any row's pairs change: from then on their evidence is that of other pairs.
        foreach (var row in batch.Where(r => r.Sweep is not null))
        {
            row.Sweep!.TakeStock(_judge.StockOf(row, now));
        }

        foreach (var row in batch)
        {
            if (row.Work == RowWork.Resolve)
            {
                _planner.Resolve(row, now);
            }
            else
            {
                _planner.TakeTurn(row, now);
            }

            row.Work = RowWork.None;
            Mark(row, RowWork.Judge);
        }

        if (!IsPlanned && !IsResolving)
        {
            IsPlanned = true;
            _early.ForEach(r => Report(r.Node, r.Reports, now));
            _early.Clear();
        }
    }

    /// <summary>Judges what is to be, and says what of it is to be written.</summary>
    public void Judge(List<Effect> effects, DateTimeOffset leadingSince, DateTimeOffset now)
    {
        var heartbeat = Heartbeat();
        foreach (var row in Take(r => r.Work is RowWork.Judge or RowWork.Publish, int.MaxValue))
        {
            var work = row.Work;
            row.Work = RowWork.None;
            Touched++;
            if (work == RowWork.Judge || row.Verdict is null)
            {
                var suspects = row.Suspects;
                _judge.Judge(row, r => _plans.LookAt(r, now), leadingSince, now, heartbeat * 2);
                _causes.Set(row.Key, row.Verdict!.Cause);
                if (!suspects.SequenceEqual(row.Suspects))
                {
                    Mark(row, RowWork.TakeTurn);
                }

                row.JudgedAt = now;
                Judged(row.Key);
            }

            Publish(row, effects, heartbeat, now);
        }
    }

    private void Publish(Row row, List<Effect> effects, TimeSpan heartbeat, DateTimeOffset now)
    {
        var due = row.Sweep is { } sweep && sweep.TurnEnds < row.JudgeAt ? sweep.TurnEnds : row.JudgeAt;
        row.Cause = row.IsHeld ? row.Observed.Status.Cause : _causes.Of(row.Key);
        if (!row.IsHeld)
        {
            row.History.Record(row.Verdict!, now);
            var report = row.MakeReport(now);
            var at = row.Report.DueAt(report, Jittered(heartbeat, row));
            if (at <= now)
            {
                var isUnenforced = row.Report.IsNewlyUnenforced(report);
                var moved = row.Report.Write(report, now);
                effects.Add(new Effect.PublishConnection(row.Key, report));
                if (isUnenforced)
                {
                    effects.Add(new Effect.RecordEvent(row.Key, report.Uid, Reasons.OfEvents.PolicyNotEnforced, report.Verdict.Unenforced!, Warning: true));
                }

                if (moved)
                {
                    var verdict = report.Verdict;
                    effects.Add(new Effect.RecordEvent(row.Key, report.Uid, verdict.Reason, verdict.Explanation, verdict.Status == VerifiedStatus.False));
                }

                at = row.Report.DueAt(report, Jittered(heartbeat, row));
            }

            due = at < due ? at : due;
        }

        _views[row.Key] = row.View();
        ViewVersion++;
        _due.Set(row, due);
    }

    private void Report(ProbeEntry probe, ProbeReport report, DateTimeOffset now)
    {
        var (before, connected) = (probe.Evidence, probe.ConnectsAt(now));
        var after = _plans.Take(probe, report, now);
        if (connected != probe.ConnectsAt(now))
        {
            _controls.Turned(probe);
        }

        var (says, shows) = (!after.SaysTheSame(before), !ReferenceEquals(after.Certificate, before.Certificate));
        for (var pair = probe.Pairs; pair is not null; pair = pair.NextOfProbe)
        {
            // Also when it says what it said: what it said before may have been too old to count.
            if (pair.IsWitness && pair.Row.Work < RowWork.Judge)
            {
                Mark(pair.Row, RowWork.Judge);
            }

            if (pair.IsControl || pair.Row.Work >= RowWork.Judge)
            {
                continue;
            }

            if (shows || pair.Row.Settling.IsMoving || pair.Row.Enforcement.IsWaiting || _judge.IsNews(pair, says, now))
            {
                Mark(pair.Row, RowWork.Judge);
            }
            else
            {
                LookAgain(pair.Row);
            }
        }
    }

    /// <summary>No news, but newer: latencies and the time of the newest probe are looked at once an interval.</summary>
    private void LookAgain(Row row)
    {
        var at = row.JudgedAt + row.Observed.Documented.Settings.Interval;
        if (at < row.JudgeAt)
        {
            row.JudgeAt = at;
            if (at < row.Due)
            {
                _due.Set(row, at);
            }
        }
    }

    private void Remove(Row row, DateTimeOffset now)
    {
        _causes.Set(row.Key, null);
        _rows.Remove(row.Key);
        row.Work = RowWork.None;
        _planner.Drop(row, now);
        _due.Set(row, DateTimeOffset.MaxValue);
        _views.Remove(row.Key);
        ViewVersion++;
        Changed(row.Key);
    }

    private void Mark(Row row, RowWork work)
    {
        if (row.Work == RowWork.None)
        {
            _marked.Add(row);
        }

        row.Work = work > row.Work ? work : row.Work;
    }

    /// <summary>In the order of their names, so that the same events always have the same effects.</summary>
    private List<Row> Take(Func<Row, bool> chosen, int limit)
    {
        var taken = _marked.Where(chosen).OrderBy(r => r.Key).Take(limit).ToList();
        if (taken.Count > 0)
        {
            var gone = taken.ToHashSet();
            _marked.RemoveAll(r => gone.Contains(r) || r.Work == RowWork.None);
        }

        return taken;
    }

    /// <summary>More rows share the writes: at ten thousand rows each is written every 25 minutes at least.</summary>
    private TimeSpan Heartbeat()
    {
        var shared = _rows.Count * LoopOptions.HeartbeatPerRow;
        return shared > _options.Heartbeat ? shared : _options.Heartbeat;
    }

    /// <summary>A fifth earlier or not, by the row: what was written together is not written together for ever.</summary>
    private static TimeSpan Jittered(TimeSpan heartbeat, Row row) => heartbeat * (1 - (0.2 * row.Jitter));
}

using System.Collections.Immutable;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Loop;

/// <summary>
/// One random history of a cluster, its documents, its agents and its operator, told by a seed: everything comes, changes, goes, is late, is
/// doubled, is lost. After each step the loop must have what <see cref="Audit"/> finds by brute force, and have touched no more than it had to.
/// </summary>
internal sealed class History
{
    public const int Steps = 40;

    private readonly int _seed;
    private readonly Random _random;
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedAgents _agents;
    private readonly Func<LoopOptions, LoopParts> _parts;
    private readonly LoopOptions _options = new() { RowsPerBatch = 3 };
    private readonly Dictionary<NamespacedName, ObservedConnection> _stored = [];
    private readonly Dictionary<string, (VerifiedStatus, string?)> _told = [];
    private readonly Dictionary<string, ProbeOutcome> _truth = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private DateTimeOffset _leadingSince;
    private LoopParts _used = null!;
    private ControlLoop _loop = null!;
    private int _uids;
    private bool _leads;
    private bool _isQuiet;

    /// <param name="parts">What the loop is made of; the usual when null.</param>
    public History(int seed, Func<LoopOptions, LoopParts>? parts = null)
    {
        (_seed, _random, _parts) = (seed, new Random(seed), parts ?? (options => new LoopParts(options)));
        (_cluster, _agents) = (new SimulatedCluster(_random), new SimulatedAgents(_random));
    }

    /// <returns>What is wrong, or null.</returns>
    public string? Run()
    {
        StartOperator();
        Send([.. _cluster.Begin()]);
        Send([.. _agents.LinkAll()]);
        for (var step = 0; step < Steps; step++)
        {
            if ((Step(_random.Next(100)) ?? Check()) is { } wrong)
            {
                return $"seed {_seed}, step {step}: {wrong}";
            }
        }

        return End() is { } left ? $"seed {_seed}, at the end: {left}" : null;
    }

    private string? Step(int die)
    {
        switch (die)
        {
            case < 45:
                Pass(TimeSpan.FromSeconds(_random.Next(1, 8)), lazy: true);
                break;
            case < 72:
                Send([.. _cluster.Change()]);
                break;
            case < 75:
                return Stranger();
            case < 78:
                // A burst: many changes in one settling.
                Send([.. Enumerable.Range(0, 15).SelectMany(_ => _cluster.Change())]);
                break;
            case < 82:
                Flip();
                break;
            case < 86:
                Send(_agents.ToggleLink());
                break;
            case < 88:
                Send(_agents.GhostEnds());
                break;
            case < 91:
                Send(_agents.Replay());
                break;
            case < 93:
                _agents.Restart();
                break;
            case < 95:
                Pass(TimeSpan.FromSeconds(_random.Next(20, 90)), lazy: true);
                break;
            case < 97:
                Lead(!_leads);
                break;
            case < 98:
                StartOperator();
                break;
            default:
                Overwrite();
                break;
        }

        return null;
    }

    /// <summary>A pod that nobody documented changes: no row may be touched.</summary>
    private string? Stranger()
    {
        Settle();
        Send(_cluster.Stranger());
        Settle();
        return _loop.Touched == 0 ? null : $"a pod of no row touched {_loop.Touched} rows";
    }

    /// <summary>Some address works no more, or works again.</summary>
    private void Flip()
    {
        var hosts = _agents.Plans.Values.SelectMany(p => p.Probes.Values).Select(p => p.Host).Distinct().Order(StringComparer.Ordinal).ToList();
        if (hosts.Count > 0)
        {
            _truth[hosts[_random.Next(hosts.Count)]] = _random.Next(5) switch
            {
                0 => ProbeOutcome.TimedOut,
                1 => ProbeOutcome.ConnectionRefused,
                2 => ProbeOutcome.NotRun,
                _ => ProbeOutcome.Succeeded,
            };
        }
    }

    private void Pass(TimeSpan by, bool lazy)
    {
        _now += by;
        Send(new LoopEvent.Tick());
        foreach (var report in _agents.Probe(p => _truth.GetValueOrDefault(p.Host, ProbeOutcome.Succeeded), _now, lazy).ToList())
        {
            Send(report);
        }
    }

    private void Lead(bool leads)
    {
        if (_leads == leads)
        {
            return;
        }

        (_leads, _leadingSince) = (leads, _now);
        _told.Clear();
        Send(new LoopEvent.LeadershipChanged(leads));
        _agents.LoseOperator();
        if (leads)
        {
            Send([.. _agents.LinkAll(0.7)]);
        }
    }

    /// <summary>A new process: of the operator only what the API server keeps survives.</summary>
    private void StartOperator()
    {
        _used = _parts(_options);
        _loop = new ControlLoop(_options, _used);
        (_leads, _leadingSince) = (true, _now);
        _told.Clear();
        _agents.LoseOperator();
        Send([.. _cluster.Facts]);
        Send([.. _stored.OrderBy(s => s.Key).Select(s => new LoopEvent.ConnectionChanged(s.Key, s.Value))]);
        Send(new LoopEvent.Synced(), new LoopEvent.LeadershipChanged(true));
        Send([.. _agents.LinkAll(0.7)]);
    }

    /// <summary>Somebody edits a status, or deletes a Connection.</summary>
    private void Overwrite()
    {
        if (_stored.Count == 0)
        {
            return;
        }

        var (key, connection) = _stored.OrderBy(s => s.Key).ElementAt(_random.Next(_stored.Count));
        if (_random.Next(2) == 0)
        {
            _stored.Remove(key);
            Send(new LoopEvent.ConnectionChanged(key, null));
        }
        else
        {
            Store(key, connection with { Status = ObservedStatus.None });
        }
    }

    private void Send(params LoopEvent?[] events)
    {
        foreach (var e in events.OfType<LoopEvent>())
        {
            _loop.Handle(e, _now);
        }
    }

    private string? Check()
    {
        if (Settle() is { } wrong)
        {
            return wrong;
        }

        if (!_leads)
        {
            return _agents.Plans.Count == 0 ? null : "a standby told plans";
        }

        var findings = new Audit(_loop, _used.Agents, _cluster.Facts, _leadingSince, _now).Run(_agents.Plans);
        return findings.Count > 0 ? string.Join("; ", findings.Take(2)) : Promises();
    }

    /// <summary>What holds whatever happened.</summary>
    private string? Promises()
    {
        // A word may lag behind the evidence while that moves, and no longer.
        if (_loop.Rows.All.FirstOrDefault(r => !r.IsHeld && r.Settling.Since is { } since && r.Fresh!.Reason != r.Verdict!.Reason && _now - since >= Settling.Patience(r.Observed.Documented.Settings)) is { } late)
        {
            return $"{late.Key} is {late.Fresh!.Reason}, moves since {late.Settling.Since:T}, and is still said to be {late.Verdict!.Reason}";
        }

        foreach (var row in _loop.Rows.All.Where(r => !r.IsHeld && r.Resolution is ConnectionResolution.Resolved))
        {
            var states = row.Probes.Select(p => p.Probe.Evidence).ToList();
            var limit = PairJudge.StaleAfter(row.Observed.Documented.Settings);
            switch (row.Verdict!.Status)
            {
                case VerifiedStatus.False when !states.Exists(e => e.Last is not null && _now - e.ReceivedAt <= limit):
                    return $"{row.Key} is False without evidence of now: {row.Verdict.Explanation}";
                case VerifiedStatus.True when row.Sweep is null && !states.Exists(e => e.Last is not null && _now - e.ReceivedAt <= limit):
                    return $"{row.Key} is True, and nobody has said so lately: {row.Verdict.Explanation}";
                default:
                    break;
            }

            var budget = row.Observed.Documented.Settings.MaxPairs;
            if (row.Sweep is not null && row.Probes.Count() > budget + (budget / 2) + 1)
            {
                return $"{row.Key} has {row.Probes.Count()} probes, and its budget is {budget}";
            }
        }

        return null;
    }

    /// <summary>Settles, and carries effects out as an API server would: some of them are lost.</summary>
    private string? Settle()
    {
        for (var rounds = 0; ; rounds++)
        {
            var effects = _loop.Settle(_now);
            if (effects.Count == 0 && !_loop.HasWork)
            {
                return null;
            }

            if (rounds > 200)
            {
                return $"the loop answers its own writes with ever new ones: {string.Join(", ", effects.Take(1))}";
            }

            foreach (var effect in effects)
            {
                if (CarryOut(effect) is { } wrong)
                {
                    return wrong;
                }
            }
        }
    }

    private string? CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.ChangePlan plan:
                _agents.Change(plan.Node, plan.Change);
                return null;
            case Effect.RecordEvent e when e.Reason == Reasons.OfEvents.PolicyNotEnforced:
                return e.Warning ? null : $"{e} does not warn";
            case Effect.RecordEvent e when e.Warning == (e.Reason.Status != VerifiedStatus.False):
                return $"{e} warns of good news, or does not warn";
            case Effect.RecordEvent e:
                var tells = (e.Reason.Status, e.Warning ? e.Reason.Name : null);
                var isDoubled = _told.TryGetValue(e.Uid, out var told) && told == tells;
                _told[e.Uid] = tells;
                return isDoubled ? $"{e.Key} was told to be {told} twice" : null;
            case var _ when !_isQuiet && _random.Next(6) == 0:
                // Lost. What was applied is asked for again; a status comes with the next one.
                return null;
            case Effect.ApplyConnection apply:
                var old = _stored.GetValueOrDefault(apply.Key);
                var manifest = (SimulatedCluster.Manifest)apply.Manifest;
                Store(apply.Key, new ObservedConnection(
                    manifest.Row with { Generation = (old?.Documented.Generation ?? 0) + 1 }, old?.Uid ?? $"uid-{++_uids}", "uid-map", manifest.Fingerprint, old?.Status ?? ObservedStatus.None));
                return null;
            case Effect.DeleteConnection delete when _stored.TryGetValue(delete.Key, out var gone) && gone.Uid == delete.Uid:
                _stored.Remove(delete.Key);
                Send(new LoopEvent.ConnectionChanged(delete.Key, null));
                return null;
            case Effect.PublishConnection publish when _stored.TryGetValue(publish.Key, out var target) && target.Uid == publish.Report.Uid:
                var verdict = publish.Report.Verdict;
                Store(publish.Key, target with
                {
                    Status = new ObservedStatus(
                        new ObservedCondition(verdict.Status, verdict.Reason.Name, verdict.Explanation, publish.Report.Since, publish.Report.Connection.Generation),
                        verdict.LastProbeTime, verdict.Reachable, verdict.Probed, publish.Report.Outages),
                });
                return null;
            default:
                return null;
        }
    }

    private void Store(NamespacedName key, ObservedConnection connection)
    {
        _stored[key] = connection;
        Send(new LoopEvent.ConnectionChanged(key, connection));
    }

    /// <summary>When nothing happens any more the truth is told; when everything is gone nothing is left.</summary>
    private string? End()
    {
        _isQuiet = true;
        Lead(true);
        Send([.. _agents.LinkAll()]);
        for (var at = 0; at < 24; at++)
        {
            // Long enough for three failures of a pod that has just become ready.
            Pass(TimeSpan.FromSeconds(10), lazy: false);
            if ((Settle() ?? Promises()) is { } wrong)
            {
                return wrong;
            }
        }

        if (Check() is { } untrue)
        {
            return untrue;
        }

        foreach (var row in _loop.Rows.All.Where(r => r.Verdict!.Reason == Reasons.NotProbedYet || r.Verdict.Reason == Reasons.Stale || r.Verdict.Reason == Reasons.AgentUnavailable))
        {
            if (row.Sweep is null && row.Probes.All(p => _truth.GetValueOrDefault(p.Planned.Probe.Host) != ProbeOutcome.NotRun && SimulatedCluster.NodeNames.Contains(p.Planned.Pair.Source.Node)))
            {
                return $"{row.Key} is still {row.Verdict!.Explanation}";
            }
        }

        Send([.. _cluster.End()]);
        Send([.. _stored.Keys.Order().Select(k => new LoopEvent.ConnectionChanged(k, null))]);
        _stored.Clear();
        if (Settle() is { } after)
        {
            return after;
        }

        return _loop.Rows.All.Count > 0 || _loop.Maps.All.Count > 0 || _used.Plans.Probes > 0 || _used.Plans.Nodes > 0 || _loop.Questions > 0 || _agents.Plans.Values.Any(p => p.Probes.Count > 0)
            ? $"something is left over: {_loop.Rows.All.Count} rows, {_used.Plans.Probes} probes on {_used.Plans.Nodes} nodes, {_loop.Questions} questions"
            : null;
    }
}

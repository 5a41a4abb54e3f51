using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Tests.Loop;

/// <summary>
/// Does by brute force what the loop does step by step: resolves and judges every row from all facts and evidence, assembles the plans and
/// counts the maps, and says where the loop has something else. It changes nothing, so that what was forgotten once stays forgotten.
/// </summary>
internal sealed class Audit(ControlLoop loop, AgentRegistry agents, IEnumerable<LoopEvent> facts, DateTimeOffset leadingSince, DateTimeOffset now)
{
    private readonly List<string> _findings = [];

    public IReadOnlyList<string> Run(IReadOnlyDictionary<string, ProbePlan> told)
    {
        var (cluster, directory) = Facts();
        var controls = new BruteControls(loop.Rows.All.SelectMany(r => r.Planned), now);
        foreach (var row in loop.Rows.All.OrderBy(r => r.Key))
        {
            Resolution(row, ConnectionResolver.Resolve(row.Observed.Documented, directory, cluster));
            Verdict(row, cluster, controls);
        }

        Causes();
        Plans(told);
        Maps();
        return _findings;
    }

    private (ClusterFacts Cluster, ComponentDirectory Directory) Facts()
    {
        var (cluster, directory) = (new ClusterFacts(ClusterDns.Default), new ComponentDirectory());
        foreach (var e in facts)
        {
            if (e is LoopEvent.FactChanged fact)
            {
                fact.ApplyTo(cluster, []);
            }
            else if (e is LoopEvent.ComponentChanged c)
            {
                directory.Set(c.Key, c.Component?.Component, []);
            }
        }

        return (cluster, directory);
    }

    private void Resolution(Row row, ConnectionResolution fresh)
    {
        var isSame = (row.Resolution, fresh) switch
        {
            (ConnectionResolution.Unresolved a, ConnectionResolution.Unresolved b) => a == b,
            (ConnectionResolution.Resolved a, ConnectionResolution.Resolved b) => a.Facts.SequenceEqual(b.Facts) && a.LeftOut == b.LeftOut && a.Ways.SetEquals(b.Ways) && a.Pairs.Select(Words).SequenceEqual(b.Pairs.Select(Words)),
            _ => false,
        };
        if (!isSame)
        {
            _findings.Add($"{row.Key} is resolved to {Words(row.Resolution)}, and by all facts it is {Words(fresh)}");
        }
    }

    private static string Words(ConnectionResolution resolution) => resolution switch
    {
        ConnectionResolution.Unresolved u => $"{u.Reason}: {u.Explanation}",
        ConnectionResolution.Resolved r => $"[{string.Join("; ", r.Pairs.Select(Words))}] {string.Join("; ", r.Facts)} {r.LeftOut}",
        _ => "?",
    };

    private static string Words(ProbePair pair) => string.Join(
        ' ', pair.Source.Node, pair.Source.Probe.Id, string.Join('+', pair.Source.Probe.Addresses), pair.Source.Probe.Dns.UseNodeResolver, string.Join('+', pair.Source.Probe.Dns.Nameservers), pair.Source.Steady,
        string.Join('+', pair.Source.Pod?.Labels.Select(l => l.Value) ?? []), "→", pair.Target.Kind, pair.Target.Host, pair.Target.Port, pair.Target.DocumentedPort, pair.Target.Steady, pair.Target.Service,
        pair.Target.Pod?.Key, string.Join('+', pair.Target.Pod?.Labels.Select(l => l.Value) ?? []), string.Join('+', pair.Target.Behind), string.Join('+', pair.Target.Unsteady),
        pair.Target.IsMissing, pair.Target.OnlyFrom, string.Join('+', (pair.Target.LocalNodes ?? []).Order(StringComparer.Ordinal)));

    private void Verdict(Row row, ClusterFacts cluster, BruteControls controls)
    {
        var connection = row.Observed.Documented;
        if (row.Verdict is not { } verdict)
        {
            _findings.Add($"{row.Key} was never judged");
            return;
        }

        if (row.IsHeld)
        {
            if (now - leadingSince >= PairJudge.StaleAfter(connection.Settings))
            {
                _findings.Add($"{row.Key} holds on to the verdict of an earlier leader for too long");
            }

            return;
        }

        var policies = new PolicyOracle(cluster);
        ImmutableArray<PairState> pairs = [.. row.Probes.Select(p => PairJudge.Judge(p.Planned, p.Probe.Evidence, connection, agents.IsAvailable(p.Planned.Pair.Source.Node, now), now))];
        var fresh = row.Resolution switch
        {
            ConnectionResolution.Unresolved u => ConnectionJudge.Judge(connection, u),
            ConnectionResolution.Resolved r => ConnectionJudge.Judge(
                connection,
                r,
                pairs,
                new FailureExplainer(policies.Of, new AddressBook(cluster).OwnerOf, policies.DnsDenial),
                controls.Of,
                row.WasVerified,
                row.Sweep is { } sweep ? new SweepState(sweep.Schedule, sweep.ProvenEarlier, sweep.Nodes.FirstOrDefault(n => !agents.IsAvailable(n, now))) : null,
                connection.Expect == Expectation.Open ? row.Reached.LostAt(now, connection.Settings, cluster, _ => { }) : [],
                target => row.Planned.Where(p => p.IsWitness && Suspect.Of(p.Planned.Pair.Target) == Suspect.Of(target) && now <= p.Probe.Evidence.ReceivedAt + PairJudge.StaleAfter(connection.Settings))
                    .Select(p => Listening.Of(p.Probe.Evidence.Last)).FirstOrDefault(l => l is not null),
                row.Enforcement.Peek(pairs, policies.DenialOf)),
            _ => throw new InvalidOperationException(),
        };
        if (row.Fresh!.Reason != verdict.Reason && !(row.Fresh.Status == VerifiedStatus.False && row.Settling.IsMoving))
        {
            _findings.Add($"{row.Key} is said to be {verdict.Reason}, is judged {row.Fresh.Reason}, and nothing settles");
        }

        verdict = row.Fresh;
        if (Words(verdict) != Words(fresh) && !(fresh.Reason == Reasons.SourceNotRunning && verdict.Explanation.StartsWith(fresh.Explanation, StringComparison.Ordinal)))
        {
            _findings.Add($"{row.Key} is judged {Words(verdict)}, and by all that is known it is {Words(fresh)}");
        }

        if (row.Sweep is not null && row.Sweep.IsOver(now))
        {
            _findings.Add($"{row.Key} has missed its turn");
        }
    }

    private static string Words(Verdict v) => string.Join(
        " | ", v.Reason, v.Explanation, v.Reachable, v.Probed, string.Join(", ", v.Ports), string.Join(", ", v.Failures), v.Certificate, v.Coverage);

    private void Causes()
    {
        var all = loop.Rows.All.Where(r => r.Verdict?.Cause is not null).ToDictionary(r => r.Key, r => r.Verdict!.Cause!);
        foreach (var row in loop.Rows.All.Where(r => !r.IsHeld))
        {
            var own = row.Verdict?.Cause;
            var wider = own?.Shared.Where(k => all.Values.Where(c => c.Shared.Contains(k)).Select(c => c.Key).Distinct().Count() > 1)
                .OrderByDescending(k => all.Values.Count(c => c.Shared.Contains(k))).ThenBy(k => k, StringComparer.Ordinal).FirstOrDefault();
            if ((wider ?? own?.Key) != row.Cause?.Key)
            {
                _findings.Add($"{row.Key} is said to be broken by {row.Cause?.Key}, and by all rows it is {wider ?? own?.Key}");
            }

            if (row.Verdict!.Status == VerifiedStatus.False && row.Cause is null)
            {
                _findings.Add($"{row.Key} is False, and nothing is to be mended");
            }
        }
    }

    private void Plans(IReadOnlyDictionary<string, ProbePlan> told)
    {
        var wanted = new Dictionary<string, Dictionary<ProbeId, PlannedProbe>>();
        var sources = new Dictionary<string, Dictionary<string, ProbeSource>>();
        foreach (var planned in loop.Rows.All.SelectMany(r => r.Planned).Select(p => p.Planned))
        {
            var node = planned.Pair.Source.Node;
            var probes = wanted.TryGetValue(node, out var known) ? known : wanted[node] = [];
            probes[planned.Probe.Id] = probes.TryGetValue(planned.Probe.Id, out var same) ? ProbePlanner.Merge(same, planned.Probe) : planned.Probe;
            (sources.TryGetValue(node, out var places) ? places : sources[node] = [])[planned.Pair.Source.Probe.Id] = planned.Pair.Source.Probe;
        }

        foreach (var node in wanted.Keys.Union(told.Keys))
        {
            var (has, should) = (told.GetValueOrDefault(node, ProbePlan.Empty), wanted.GetValueOrDefault(node, []));
            // Who wants a look is a matter of the moment.
            if (!has.Probes.Select(p => KeyValuePair.Create(p.Key, p.Value with { Look = null })).OrderBy(p => p.Key.Value).SequenceEqual(should.OrderBy(p => p.Key.Value)))
            {
                _findings.Add($"the agent of {node} has {has.Probes.Count} probes, and by all rows it is {should.Count}, or they differ in what they ask");
            }

            if (!has.Sources.SequenceEqual(sources.GetValueOrDefault(node, []).OrderBy(s => s.Key, StringComparer.Ordinal)))
            {
                _findings.Add($"the agent of {node} has other sources than its probes need");
            }
        }
    }

    private void Maps()
    {
        foreach (var entry in loop.Maps.All)
        {
            var categories = entry.Map.Desired.Select(d => loop.Rows.Find(d.Documented.Key) is not { } row ? ReasonCategory.Unknown
                : row.Observed.OwnerUid != entry.Map.Uid ? ReasonCategory.Unresolved
                : row.Verdict?.Reason.Category ?? ReasonCategory.Unknown).CountBy(c => c).ToDictionary();
            var counted = entry.MakeReport();
            var (has, should) = ((counted.Verified, counted.Drifted, counted.Unknown, counted.Unresolved, counted.Unprobeable), (Of(ReasonCategory.Verified), Of(ReasonCategory.Drift), Of(ReasonCategory.Unknown), Of(ReasonCategory.Unresolved), Of(ReasonCategory.Unprobeable)));
            if (has != should)
            {
                _findings.Add($"{entry.Map.Key} counts {has}, and by its rows it is {should}");
            }

            int Of(ReasonCategory category) => categories.GetValueOrDefault(category);
        }
    }

    /// <summary>Who connects and who answers, seen over all pairs at once.</summary>
    private sealed class BruteControls
    {
        private readonly HashSet<(string, string)> _connecting = [];
        private readonly HashSet<(string, int)> _answering = [];
        private readonly HashSet<(NamespacedName, int)> _answeringServices = [];

        public BruteControls(IEnumerable<RowPair> pairs, DateTimeOffset now)
        {
            foreach (var (pair, evidence, asked) in pairs.Select(p => (p.Planned.Pair, p.Probe.Evidence, p.Probe.Asked)))
            {
                if (asked.Protocol != ProbeProtocol.Listeners && evidence.Last?.Outcome == ProbeOutcome.Succeeded && now - evidence.ReceivedAt <= PairJudge.StaleAfter(asked))
                {
                    _connecting.Add((pair.Source.Node, pair.Source.Probe.Id));
                    _answering.Add((pair.Target.Host, pair.Target.Port));
                    if (pair.Target.Service is { } service)
                    {
                        _answeringServices.Add((service, pair.Target.DocumentedPort));
                    }
                }
            }
        }

        public ControlEvidence Of(ProbePair pair) => new(
            _connecting.Contains((pair.Source.Node, pair.Source.Probe.Id)),
            _answering.Contains((pair.Target.Host, pair.Target.Port))
                || (pair.Target is { Kind: TargetKind.Service, Service: { } service } && _answeringServices.Contains((service, pair.Target.DocumentedPort))));
    }
}

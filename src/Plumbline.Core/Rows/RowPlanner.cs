using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;

namespace Plumbline.Core.Rows;

/// <summary>A row → what it is resolved to, and the pairs that are probed for it now. Notes what it was decided by.</summary>
internal sealed class RowPlanner(FactReader facts, DependencyIndex dependencies, NodePlans plans, Controls controls)
{
    private readonly Places _places = new();

    public void Resolve(Row row, DateTimeOffset now)
    {
        var connection = row.Observed.Documented;
        facts.Begin();
        row.Resolution = ConnectionResolver.Resolve(connection, facts, facts, _places);
        if (row.Resolution is ConnectionResolution.Resolved resolved)
        {
            row.Reached.Resolved(resolved, facts, now);
        }

        row.Parties = RowParties.Of(connection, facts);
        var schedule = SweepSchedule.For(row.Pairs, connection.Settings, row.Jitter);
        row.Sweep = schedule is null ? null : (row.Sweep ?? new PairSweep()).On(schedule, ((ConnectionResolution.Resolved)row.Resolution).Pairs);
        Choose(row, now);
        dependencies.Replace(row.ByResolution, facts.Asked);
    }

    /// <summary>On to the next pairs of a sampled row. What it was resolved by stays noted, and what the controls of the next pairs ask comes to it.</summary>
    public void TakeTurn(Row row, DateTimeOffset now)
    {
        facts.Begin();
        foreach (var question in row.ByResolution.Asked)
        {
            facts.Note(question.Key);
        }

        Choose(row, now);
        dependencies.Replace(row.ByResolution, facts.Asked);
    }

    public void Drop(Row row, DateTimeOffset now)
    {
        dependencies.Remove(row.ByResolution);
        dependencies.Remove(row.ByJudgement);
        Replace(row, [], now);
    }

    private void Choose(Row row, DateTimeOffset now)
    {
        var connection = row.Observed.Documented;
        var before = ReferenceEquals(row.PlannedFor, connection) ? row.Planned : [];
        var next = ImmutableArray.CreateBuilder<PlannedPair>();
        if (row.Resolution is ConnectionResolution.Resolved resolved)
        {
            if (row.Sweep is { } sweep)
            {
                foreach (var chosen in sweep.Choose(now))
                {
                    next.Add(Plan(chosen.Pair, next.Count) with { Swept = !chosen.Fixed, ProvenEarlier = sweep.IsProven(chosen.Place) });
                }
            }
            else
            {
                foreach (var pair in resolved.Pairs)
                {
                    next.Add(Plan(pair, next.Count));
                }
            }
        }

        var probes = next.ToImmutable();
        Replace(row, [.. probes.Select(p => new RowPair(row, p, false)), .. Beside(row, connection, probes).Select(p => new RowPair(row, p, true))], now);
        row.PlannedFor = connection;

        // Most changes leave most pairs as they are, each in its place: their probes need not be made again.
        PlannedPair Plan(ProbePair pair, int place) => place < before.Length && before[place] is { IsControl: false, Planned: var old } && ProbePlanner.AsksTheSame(old.Pair, pair)
            ? new PlannedPair(pair, old.Probe)
            : ProbePlanner.Probe(connection, pair);
    }

    /// <summary>What is probed for the row beside its pairs.</summary>
    private IEnumerable<PlannedPair> Beside(Row row, DocumentedConnection connection, ImmutableArray<PlannedPair> probes) =>
        [.. ControlPlanner.Plan(connection, probes, facts), .. ListenerPlanner.Plan(connection, probes, row.Suspects, facts, _places)];

    private void Replace(Row row, ImmutableArray<RowPair> next, DateTimeOffset now)
    {
        var old = row.Planned;
        plans.Replace(old, next, now);
        row.Planned = next;
        foreach (var pair in next)
        {
            controls.Added(pair);
        }

        foreach (var pair in old)
        {
            controls.Removed(pair);
        }
    }
}

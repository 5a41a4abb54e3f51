using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>A row → its verdict, by evidence, agents, policies and controls. Notes what it was decided by, and until when it holds.</summary>
internal sealed class RowJudge
{
    private readonly FactReader _facts;
    private readonly DependencyIndex _dependencies;
    private readonly AgentRegistry _agents;
    private readonly Controls _controls;
    private readonly PolicyOracle _policies;
    private readonly FailureExplainer _explainer;

    // Of the nodes of the row at hand: many of its pairs start on the same.
    private readonly Dictionary<string, bool> _available = new(StringComparer.Ordinal);
    private DateTimeOffset _now;
    private DateTimeOffset _until;

    public RowJudge(FactReader facts, DependencyIndex dependencies, AgentRegistry agents, Controls controls)
    {
        (_facts, _dependencies, _agents, _controls) = (facts, dependencies, agents, controls);
        _policies = new PolicyOracle(facts);
        _explainer = new FailureExplainer(_policies.Of, new AddressBook(facts).OwnerOf, _policies.DnsDenial);
    }

    /// <param name="look">Has all that is probed for the row looked at.</param>
    /// <param name="slack">See <see cref="Row.HeldFromBefore"/>.</param>
    public void Judge(Row row, Func<Row, int> look, DateTimeOffset leadingSince, DateTimeOffset now, TimeSpan slack)
    {
        Begin(now);
        var connection = row.Observed.Documented;
        var pairs = row.Resolution is ConnectionResolution.Resolved ? States(row) : [];
        row.WasVerified = row is { IsHeld: false, Verdict.Status: VerifiedStatus.True };
        var fresh = row.Resolution switch
        {
            ConnectionResolution.Unresolved u => ConnectionJudge.Judge(connection, u),
            ConnectionResolution.Resolved r => ConnectionJudge.Judge(connection, r, pairs, _explainer, ControlOf, row.WasVerified, SweepOf(row), LostBy(row), Listening(row), UnenforcedOn(row, pairs)),
            _ => throw new InvalidOperationException($"unknown resolution {row.Resolution}"),
        };
        // The word of an earlier life stands no longer than its evidence would.
        var heldUntil = leadingSince + PairJudge.StaleAfter(connection.Settings);
        var standing = row.IsHeld && now >= heldUntil ? null : row.Verdict;
        var settled = row.Settling.Of(fresh, standing, pairs, connection.Settings, now, FarEndIsSeen(row, pairs), () => look(row), at => Until(at));
        var held = row.HeldFromBefore(fresh, leadingSince, now, slack);
        row.Judge(fresh, settled, held);
        if (row.IsHeld)
        {
            Until(heldUntil);
        }

        row.JudgeAt = _until;
        _dependencies.Replace(row.ByJudgement, _facts.Asked);
    }

    /// <summary>How the planned pairs of a sampled row stand, before they change.</summary>
    public IEnumerable<JudgedPair> StockOf(Row row, DateTimeOffset now)
    {
        Begin(now);
        return [.. row.Probes.Select(p => new JudgedPair(StateOf(p), row.Observed.Documented.Expect, () => ControlOf(p.Planned.Pair)))];
    }

    /// <summary>Whether a report is news to the row of one of the probe's pairs.</summary>
    /// <param name="says">The report says something else than the one before.</param>
    public bool IsNews(RowPair pair, bool says, DateTimeOffset now)
    {
        Begin(now);
        var seen = SeenPair.Of(StateOf(pair));
        return pair.Seen is not { } before || seen.Condition != before.Condition || seen.IsWhole != before.IsWhole || seen.Percent != before.Percent
            || (says && !seen.IsWhole)
            || (seen.Failing != before.Failing && seen.Condition is PairCondition.New or PairCondition.Pending);
    }

    private ImmutableArray<PairState> States(Row row)
    {
        var states = ImmutableArray.CreateBuilder<PairState>(row.Planned.Length);
        foreach (var pair in row.Planned)
        {
            if (!pair.IsControl)
            {
                var state = StateOf(pair);
                pair.Seen = SeenPair.Of(state);
                Until(PairJudge.ChangesAt(state, row.Observed.Documented.Settings, _now));
                states.Add(state);
                if (state is { Condition: PairCondition.Up, Pair.Target: { Kind: TargetKind.Service, Service: { } service } target })
                {
                    row.Reached.Works(service, target.DocumentedPort);
                }
            }
        }

        return states.ToImmutable();
    }

    /// <summary>What of the far ends is known, and for how long.</summary>
    private Func<PairTarget, Listening?> Listening(Row row)
    {
        var seen = new Dictionary<Suspect, Listening>();
        foreach (var (pair, evidence) in row.Planned.Where(p => p.IsWitness).Select(p => (p.Planned.Pair, p.Probe.Evidence)))
        {
            var until = evidence.ReceivedAt + PairJudge.StaleAfter(row.Observed.Documented.Settings);
            if (Verdicts.Listening.Of(evidence.Last) is { } listening && _now <= until && Suspect.Of(pair.Target) is { } suspect)
            {
                seen[suspect] = listening;
                Until(until.AddTicks(1));
            }
        }

        return target => Suspect.Of(target) is { } suspect ? seen.GetValueOrDefault(suspect) : null;
    }

    /// <summary>Whether the sockets of all destinations that do not answer have been looked at, as far as somebody can. Notes whose are to be.</summary>
    private bool FarEndIsSeen(Row row, ImmutableArray<PairState> pairs)
    {
        var suspects = Suspects.Of(row.Observed.Documented, pairs);
        var isSeen = row.Suspects.SequenceEqual(suspects) && row.Planned.Where(p => p.IsWitness)
            .All(p => p.Probe.Evidence is not { Last: null, NotEvidence: null } || !IsAvailable(p.Planned.Pair.Source.Node));
        row.Suspects = suspects;
        return isSeen;
    }

    private Unenforced? UnenforcedOn(Row row, ImmutableArray<PairState> pairs) => row.Enforcement.Of(pairs, _policies.DenialOf, _now, at => Until(at));

    private ImmutableArray<StaticFact> LostBy(Row row) =>
        row.Observed.Documented.Expect == Expectation.Open ? row.Reached.LostAt(_now, row.Observed.Documented.Settings, _facts, at => Until(at)) : [];

    private PairState StateOf(RowPair pair) =>
        PairJudge.Judge(pair.Planned, pair.Probe.Evidence, pair.Row.Observed.Documented, IsAvailable(pair.Planned.Pair.Source.Node), _now);

    /// <summary>Asked of all nodes of a sampled row, since its verdict must not come and go with the turns.</summary>
    private SweepState? SweepOf(Row row) => row.Sweep is { } sweep
        ? new SweepState(sweep.Schedule, sweep.ProvenEarlier, sweep.Nodes.Where(n => !IsAvailable(n)).FirstOrDefault())
        : null;

    private ControlEvidence ControlOf(ProbePair pair) => _controls.Of(pair, _now, (key, until) =>
    {
        _facts.Note(key);
        Until(until?.AddTicks(1));
    });

    private bool IsAvailable(string node)
    {
        if (!_available.TryGetValue(node, out var isAvailable))
        {
            _facts.Note(FactKey.Agent(node));
            Until(_agents.GraceEnds(node, _now));
            _available[node] = isAvailable = _agents.IsAvailable(node, _now);
        }

        return isAvailable;
    }

    private void Begin(DateTimeOffset now)
    {
        _facts.Begin();
        _available.Clear();
        (_now, _until) = (now, DateTimeOffset.MaxValue);
    }

    private void Until(DateTimeOffset? at) => _until = at is { } time && time > _now && time < _until ? time : _until;
}

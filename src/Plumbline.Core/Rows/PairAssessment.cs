using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;

namespace Plumbline.Core.Rows;

/// <summary>How the planned pairs stand at one moment, by evidence, agents and controls.</summary>
internal sealed class PairAssessment(IReadOnlyCollection<ConnectionEntry> rows, EvidenceStore evidence, AgentRegistry agents, DateTimeOffset now)
{
    private readonly Lazy<ControlIndex> _controls = new(() => new ControlIndex(rows.SelectMany(c => c.Probes.Concat(c.Controls)), evidence, now));

    public ImmutableArray<PairState> StatesOf(ConnectionEntry row) => [.. row.Probes.Select(p => StateOf(row, p))];

    public ControlEvidence ControlOf(ProbePair pair) => _controls.Value.Of(pair);

    /// <summary>The sweep of a sampled row, for its verdict.</summary>
    public SweepState? SweepOf(ConnectionEntry row) => row.Sweep is { } sweep
        ? new SweepState(sweep.Schedule, sweep.ProvenEarlier, sweep.Nodes.FirstOrDefault(n => !agents.IsAvailable(n, now)))
        : null;

    /// <summary>To be asked before the row's pairs change.</summary>
    public IEnumerable<JudgedPair> StockOf(ConnectionEntry row) =>
        row.Probes.Select(p => new JudgedPair(StateOf(row, p), row.Observed.Documented.Expect, () => ControlOf(p.Pair)));

    /// <summary>Before any row's pairs change: from then on their evidence is that of other pairs.</summary>
    public PairAssessment WithControls()
    {
        if (rows.Any(c => c is { Sweep: not null, Observed.Documented.Expect: Expectation.Blocked }))
        {
            _ = _controls.Value;
        }

        return this;
    }

    private PairState StateOf(ConnectionEntry row, PlannedPair probe) =>
        PairJudge.Judge(probe, evidence.Of(probe.Probe.Id), row.Observed.Documented, agents.IsAvailable(probe.Pair.Source.Node, now), now);
}

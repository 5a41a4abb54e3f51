using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Verdicts;

namespace Plumbline.Core.Rows;

/// <summary>A pair of a row in the plan. There are very many of these.</summary>
internal sealed class RowPair(Row row, PlannedPair planned, bool isControl)
{
    public Row Row { get; } = row;

    public PlannedPair Planned { get; } = planned;

    /// <summary>Probed only to show that a blocked pair would get through if it were open.</summary>
    public bool IsControl { get; } = isControl;

    /// <summary>Looks at the destination's sockets while it does not answer: a control that nobody connects with.</summary>
    public bool IsWitness => Planned.Probe.Protocol == ProbeProtocol.Listeners;

    /// <summary>The probe that answers for the pair, with those of other rows that ask the same.</summary>
    public ProbeEntry Probe { get; set; } = null!;

    /// <summary>The next pair that the same probe answers for.</summary>
    public RowPair? NextOfProbe { get; set; }

    /// <summary>What the newest judgement of the row saw in the pair; null before the first.</summary>
    public SeenPair? Seen { get; set; }
}

/// <summary>As much of a pair's state as shows whether a report is news to its row.</summary>
internal readonly record struct SeenPair(PairCondition Condition, byte Failing, bool IsWhole, byte Percent)
{
    // No threshold is as high as a byte can count.
    public static SeenPair Of(PairState state) => new(state.Condition, (byte)Math.Min(state.Failing.Length, byte.MaxValue), state.IsWhole,
        state is { Condition: PairCondition.Intermittent, Evidence.Failures: { } window } ? (byte)window.Percent : (byte)0);
}

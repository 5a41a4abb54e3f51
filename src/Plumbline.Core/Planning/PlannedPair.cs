using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;

namespace Plumbline.Core.Planning;

/// <summary>A pair and the probe that answers for it on its node.</summary>
public readonly record struct PlannedPair(ProbePair Pair, PlannedProbe Probe)
{
    /// <summary>Probed for a while only, in its turn: see <see cref="SweepSchedule"/>.</summary>
    public bool Swept { get; init; }

    /// <summary>Did as documented when it was last probed, within the sweep.</summary>
    public bool ProvenEarlier { get; init; }
}

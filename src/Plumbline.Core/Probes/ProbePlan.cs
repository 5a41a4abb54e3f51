using System.Collections.Immutable;
using System.Globalization;

namespace Plumbline.Core.Probes;

/// <summary>All that one node's agent has to do.</summary>
public sealed record ProbePlan(ImmutableSortedDictionary<string, ProbeSource> Sources, ImmutableDictionary<ProbeId, PlannedProbe> Probes)
{
    public static ProbePlan Empty { get; } = new(ImmutableSortedDictionary<string, ProbeSource>.Empty, ImmutableDictionary<ProbeId, PlannedProbe>.Empty);
}

using System.Collections.Immutable;
using System.Globalization;

namespace Plumbline.Core.Probes;

/// <summary>All that one node's agent has to do.</summary>
public sealed record ProbePlan(ImmutableSortedDictionary<string, ProbeSource> Sources, ImmutableDictionary<ProbeId, PlannedProbe> Probes)
{
    public static ProbePlan Empty { get; } = new(ImmutableSortedDictionary<string, ProbeSource>.Empty, ImmutableDictionary<ProbeId, PlannedProbe>.Empty);

    public ProbePlan With(PlanChange change)
    {
        var (sources, probes) = (Sources.ToBuilder(), Probes.ToBuilder());
        foreach (var source in change.UpsertSources)
        {
            sources[source.Id] = source;
        }

        foreach (var probe in change.UpsertProbes)
        {
            probes[probe.Id] = probe;
        }

        sources.RemoveRange(change.RemoveSources);
        probes.RemoveRange(change.RemoveProbes);
        return new ProbePlan(sources.ToImmutable(), probes.ToImmutable());
    }
}

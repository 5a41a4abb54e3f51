using System.Collections.Immutable;

namespace Plumbline.Core.Probes;

/// <summary>What is to change in the plan of one node.</summary>
public sealed record PlanChange(
    ImmutableArray<ProbeSource> UpsertSources,
    ImmutableArray<PlannedProbe> UpsertProbes,
    ImmutableArray<string> RemoveSources,
    ImmutableArray<ProbeId> RemoveProbes)
{
    public static PlanChange None { get; } = new([], [], [], []);

    public bool IsNone => UpsertSources.IsEmpty && UpsertProbes.IsEmpty && RemoveSources.IsEmpty && RemoveProbes.IsEmpty;

    public int Count => UpsertSources.Length + UpsertProbes.Length + RemoveSources.Length + RemoveProbes.Length;
}

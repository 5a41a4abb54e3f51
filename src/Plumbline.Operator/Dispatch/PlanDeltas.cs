using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Operator.Dispatch;

/// <summary>A plan with its revision, as one node's agent is to have it.</summary>
public sealed record RevisedPlan(long Revision, ProbePlan Plan)
{
    // What made it of the plan before it: mostly all that an agent needs to be told.
    private (long Before, PlanChange Change)? _step;

    public static RevisedPlan Empty { get; } = new(0, ProbePlan.Empty);

    /// <summary>Entries of one message: about half a megabyte, well below what either side takes.</summary>
    public const int PartSize = 2_000;

    public RevisedPlan With(PlanChange change, long revision) => new(revision, Plan.With(change)) { _step = (Revision, change) };

    /// <summary>In parts of at most <see cref="PartSize"/> entries; the agent carries the plan out when it has them all.</summary>
    public IEnumerable<PlanSnapshot> ToSnapshot()
    {
        var sources = Plan.Sources.Values.Chunk(PartSize).Select(part => new PlanSnapshot(Revision, part, []));
        var probes = Plan.Probes.Values.OrderBy(p => p.Id.Value).Chunk(PartSize).Select(part => new PlanSnapshot(Revision, [], part));
        PlanSnapshot[] parts = [.. sources, .. probes];
        return parts switch
        {
            [] => [new PlanSnapshot(Revision, [], [])],
            // The usual plan is one message.
            [var first, var second] when first.Probes.Length == 0 && first.Sources.Length + second.Probes.Length <= PartSize => [first with { Probes = second.Probes }],
            _ => parts.Select((part, i) => part with { Part = i, More = i < parts.Length - 1 }),
        };
    }

    /// <summary>What makes the agent's plan this one: a delta, or the whole where that is hardly more.</summary>
    public IEnumerable<OperatorMessage> From(RevisedPlan? old)
    {
        if (old is null)
        {
            return ToSnapshot();
        }

        if (_step is { } step && step.Before == old.Revision && step.Change.Count <= PartSize)
        {
            return [new PlanDelta(old.Revision, Revision, [.. step.Change.UpsertSources], [.. step.Change.UpsertProbes], [.. step.Change.RemoveSources], [.. step.Change.RemoveProbes])];
        }

        // It is several steps behind: they are compared as wholes.
        var delta = DeltaFrom(old);
        return delta.UpsertSources.Length + delta.UpsertProbes.Length + delta.RemoveProbes.Length <= PartSize ? [delta] : ToSnapshot();
    }

    public PlanDelta DeltaFrom(RevisedPlan old) => new(
        old.Revision,
        Revision,
        [.. Plan.Sources.Values.Where(s => !old.Plan.Sources.TryGetValue(s.Id, out var known) || !known.Equals(s))],
        [.. Plan.Probes.Values.Where(p => !old.Plan.Probes.TryGetValue(p.Id, out var known) || !known.Equals(p)).OrderBy(p => p.Id.Value)],
        [.. old.Plan.Sources.Keys.Where(id => !Plan.Sources.ContainsKey(id))],
        [.. old.Plan.Probes.Keys.Where(id => !Plan.Probes.ContainsKey(id)).OrderBy(id => id.Value)]);
}

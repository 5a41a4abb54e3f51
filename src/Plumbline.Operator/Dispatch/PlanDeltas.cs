using Plumbline.Contracts.Link;
using Plumbline.Core.Planning;

namespace Plumbline.Operator.Dispatch;

/// <summary>A plan with its revision, as one node's agent is to have it.</summary>
public sealed record RevisedPlan(long Revision, ProbePlan Plan)
{
    public static RevisedPlan Empty { get; } = new(0, ProbePlan.Empty);

    public PlanSnapshot ToSnapshot() => new(Revision, [.. Plan.Sources.Values], [.. Plan.Probes.Values.OrderBy(p => p.Id.Value)]);

    public PlanDelta DeltaFrom(RevisedPlan old) => new(
        old.Revision,
        Revision,
        [.. Plan.Sources.Values.Where(s => !old.Plan.Sources.TryGetValue(s.Id, out var known) || !known.Equals(s))],
        [.. Plan.Probes.Values.Where(p => !old.Plan.Probes.TryGetValue(p.Id, out var known) || !known.Equals(p)).OrderBy(p => p.Id.Value)],
        [.. old.Plan.Sources.Keys.Where(id => !Plan.Sources.ContainsKey(id))],
        [.. old.Plan.Probes.Keys.Where(id => !Plan.Probes.ContainsKey(id)).OrderBy(id => id.Value)]);
}

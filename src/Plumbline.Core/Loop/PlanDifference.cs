using Plumbline.Core.Probes;

namespace Plumbline.Core.Loop;

internal static class PlanDifference
{
    public static bool Same(ProbePlan a, ProbePlan b) =>
        a.Probes.Count == b.Probes.Count && a.Sources.Count == b.Sources.Count
        && a.Sources.All(s => b.Sources.TryGetValue(s.Key, out var other) && s.Value.Equals(other))
        && a.Probes.All(p => b.Probes.TryGetValue(p.Key, out var other) && p.Value.Equals(other));
}

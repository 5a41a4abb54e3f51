using System.Collections.Immutable;

namespace Plumbline.Core.Resolution;

/// <summary>
/// Chooses pairs within a budget by walking diagonals of the source × target grid: with at least max(sources, targets) pairs, every
/// source and every target is probed; a smaller budget spreads evenly. Stable for the same input, so a plan does not churn.
/// </summary>
public static class PairSampling
{
    public static ImmutableArray<ProbePair> Choose(ImmutableArray<PairSource> sources, ImmutableArray<PairTarget> targets, int maxPairs)
    {
        if (sources.IsEmpty || targets.IsEmpty)
        {
            return [];
        }

        var total = (long)sources.Length * targets.Length;
        if (total <= maxPairs)
        {
            return [.. from s in sources from t in targets select new ProbePair(s, t)];
        }

        var pairs = ImmutableArray.CreateBuilder<ProbePair>(maxPairs);
        var longer = Math.Max(sources.Length, targets.Length);
        var shorter = Math.Min(sources.Length, targets.Length);
        for (var n = 0L; pairs.Count < maxPairs; n++)
        {
            // Diagonal n / longer, place n % longer on it; each cell is met once in the first sources × targets steps.
            var along = (int)(n % longer);
            var across = (int)((along + (n / longer)) % shorter);
            pairs.Add(sources.Length >= targets.Length ? new ProbePair(sources[along], targets[across]) : new ProbePair(sources[across], targets[along]));
        }

        return pairs.MoveToImmutable();
    }
}

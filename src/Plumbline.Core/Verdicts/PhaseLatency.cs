using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Verdicts;

/// <summary>
/// Percentiles of a phase over the pairs of a row that work. Connect: the newest 16 of each pair. The other phases: the newest probe of each
/// pair, since agents report no more of them.
/// </summary>
public readonly record struct PhaseLatency(ProbePhase Phase, double P50Milliseconds, double P99Milliseconds)
{
    private static readonly ProbePhase[] All = [ProbePhase.Dns, ProbePhase.Connect, ProbePhase.Tls, ProbePhase.Http];

    /// <summary>Phases that nothing was measured of are left out.</summary>
    public static ImmutableArray<PhaseLatency> Of(ImmutableArray<PairState> pairs)
    {
        var phases = ImmutableArray.CreateBuilder<PhaseLatency>();
        var milliseconds = new List<double>();
        foreach (var phase in All)
        {
            milliseconds.Clear();
            foreach (var pair in pairs)
            {
                if (pair.Condition != PairCondition.Up)
                    continue;
                if (phase == ProbePhase.Connect)
                    AddConnects(milliseconds, pair);
                else if (pair.Evidence.Last is { Outcome: ProbeOutcome.Succeeded } last && last.Milliseconds(phase) is { } time)
                    milliseconds.Add(time);
            }

            if (milliseconds.Count > 0)
            {
                CollectionsMarshal.AsSpan(milliseconds).Sort();
                phases.Add(new PhaseLatency(phase, Percentile(milliseconds, 0.5), Percentile(milliseconds, 0.99)));
            }
        }

        return phases.ToImmutable();
    }

    private static void AddConnects(List<double> to, PairState pair)
    {
        var samples = pair.Evidence.Latency.Samples;
        for (var i = 0; i < samples.Count; i++)
            to.Add(samples[i]);
    }

    /// <summary>Nearest rank: always a latency that was really measured.</summary>
    private static double Percentile(List<double> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
}

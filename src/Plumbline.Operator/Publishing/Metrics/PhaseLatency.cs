using System.Runtime.InteropServices;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Metrics;

namespace Plumbline.Operator.Publishing.Metrics;

/// <summary>
/// Percentiles of each phase over the pairs of a row that work. Connect: the newest 16 of each pair. The other phases: the newest probe of each pair,
/// since agents report no more of them. One of these serves one scrape: what it sorts in is used again for the next row.
/// </summary>
internal sealed class PhaseLatency
{
    private static readonly (string Phase, Func<ProbeTimings, double?> Of)[] Measured =
        [("dns", t => t.Dns), ("connect", t => t.Connect), ("tls", t => t.Tls), ("http", t => t.Http)];

    private readonly List<double> _milliseconds = [];

    public void Write(ConnectionView c, MetricSamples to)
    {
        var begun = false;
        foreach (var (phase, of) in Measured)
        {
            _milliseconds.Clear();
            foreach (var state in c.States)
            {
                if (state.Condition != PairCondition.Up)
                    continue;
                if (phase == "connect")
                    Connects(state);
                else if (state.Evidence.Last is { Outcome: ProbeOutcome.Succeeded } last && of(last.Timings) is { } milliseconds)
                    _milliseconds.Add(milliseconds);
            }

            if (_milliseconds.Count == 0)
                continue;
            if (!begun)
                to.ForRow(c);
            begun = true;
            CollectionsMarshal.AsSpan(_milliseconds).Sort();
            to.Add(Percentile(0.5), new("phase", phase), new("percentile", "50"));
            to.Add(Percentile(0.99), new("phase", phase), new("percentile", "99"));
        }
    }

    private void Connects(PairState state)
    {
        var samples = state.Evidence.Latency.Samples;
        for (var i = 0; i < samples.Count; i++)
            _milliseconds.Add(samples[i]);
    }

    /// <summary>In seconds.</summary>
    private double Percentile(double share) => Math.Round(_milliseconds[(int)Math.Ceiling(share * _milliseconds.Count) - 1] / 1000, 9);
}

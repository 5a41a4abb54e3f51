using System.Diagnostics.Metrics;

namespace Plumbline.Operator.Running;

/// <summary>What the loop costs: the first thing to grow in a cluster that is too large for it.</summary>
public sealed class LoopMetrics : IDisposable
{
    private readonly Meter _meter = new("Plumbline.Operator");
    private readonly Histogram<double> _settling;
    private readonly Counter<long> _touched;

    public LoopMetrics()
    {
        _settling = _meter.CreateHistogram<double>(
            "plumbline_operator_settle_duration_seconds", "s", "Time to take in a burst of events and to bring plan, verdicts and reports up to date.");
        _touched = _meter.CreateCounter<long>("plumbline_operator_rows_touched", null, "Rows that were judged or reported on anew. Grows with what changes, not with what there is.");
    }

    public void Settled(TimeSpan elapsed, int touched)
    {
        _settling.Record(elapsed.TotalSeconds);
        _touched.Add(touched);
    }

    public void Dispose() => _meter.Dispose();
}

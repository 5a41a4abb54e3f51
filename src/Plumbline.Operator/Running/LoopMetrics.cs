using System.Diagnostics.Metrics;

namespace Plumbline.Operator.Running;

/// <summary>How long the loop takes to bring everything up to date: the first thing to grow in a cluster that is too large for it.</summary>
public sealed class LoopMetrics : IDisposable
{
    private readonly Meter _meter = new("Plumbline.Operator");
    private readonly Histogram<double> _settling;

    public LoopMetrics() => _settling = _meter.CreateHistogram<double>(
        "plumbline_operator_settle_duration_seconds", "s", "Time to bring plan, verdicts and reports up to date after a burst of events.");

    public void Settled(TimeSpan elapsed) => _settling.Record(elapsed.TotalSeconds);

    public void Dispose() => _meter.Dispose();
}

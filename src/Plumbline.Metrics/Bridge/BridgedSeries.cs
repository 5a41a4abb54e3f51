using Prometheus;

namespace Plumbline.Metrics.Bridge;

internal abstract class BridgedSeries(string key)
{
    public string Key { get; } = key;

    /// <summary>The observation that last reported this series; null for one that is not observed.</summary>
    public int? Round { get; set; }

    public abstract void Record(double value, bool adds);

    public abstract void Remove();
}

/// <summary>Never falls, but for a total that begins anew.</summary>
internal sealed class CounterSeries(string key, Func<Counter.Child> child) : BridgedSeries(key)
{
    private Counter.Child _child = child();

    public override void Record(double value, bool adds)
    {
        // Also no NaN, from which a sum never recovers.
        if (!(value >= 0))
            return;
        if (adds)
        {
            _child.Inc(value);
            return;
        }

        // What is observed has begun anew: that must show, as the reset of a counter does, or the rate would be 0 until it has caught up.
        if (value < _child.Value)
        {
            _child.Remove();
            _child = child();
        }

        _child.IncTo(value);
    }

    public override void Remove() => _child.Remove();
}

internal sealed class GaugeSeries(string key, Gauge.Child child) : BridgedSeries(key)
{
    public override void Record(double value, bool adds)
    {
        if (adds)
            child.Inc(value);
        else
            child.Set(value);
    }

    public override void Remove() => child.Remove();
}

internal sealed class HistogramSeries(string key, Histogram.Child child) : BridgedSeries(key)
{
    public override void Record(double value, bool adds) => child.Observe(value);

    public override void Remove() => child.Remove();
}

/// <summary>What the registry did not take, such as a label that it reserves.</summary>
internal sealed class RefusedSeries(string key) : BridgedSeries(key)
{
    public override void Record(double value, bool adds)
    {
    }

    public override void Remove()
    {
    }
}

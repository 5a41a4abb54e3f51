using System.Diagnostics.Metrics;
using Prometheus;

namespace Plumbline.Metrics.Bridge;

/// <summary>
/// Instruments of <see cref="Meter"/>s as metrics of a Prometheus registry, under the instrument's own name: counters gain the suffix
/// <c>_total</c>, dots become underscores. Series of observable instruments vanish when they are no longer reported.
/// </summary>
internal sealed class InstrumentBridge : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _observing = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, BridgedFamily> _families = new(StringComparer.Ordinal);
    private readonly MetricFactory _factory;
    private int _round;

    /// <param name="listensTo">Which meters are bridged.</param>
    /// <param name="taken">Names that the registry has from elsewhere.</param>
    /// <param name="refused">Called with what could not become a metric, and why.</param>
    public InstrumentBridge(CollectorRegistry registry, Func<Meter, bool> listensTo, IReadOnlySet<string> taken, Action<string, Exception> refused)
    {
        _factory = Prometheus.Metrics.WithCustomRegistry(registry);

        // There are no traces that exemplars could point to, and looking for one costs something each time.
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (listensTo(instrument.Meter) && Join(instrument, taken, refused) is { } bridged)
                listener.EnableMeasurementEvents(instrument, bridged);
        };

        // A disposed meter takes its series along.
        _listener.MeasurementsCompleted = (_, state) => Leave((BridgedInstrument)state!);
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Record(state, (double)value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments. Those that fail have no series until they answer again.</summary>
    /// <returns>What failed; null when nothing did.</returns>
    public AggregateException? Observe()
    {
        lock (_observing)
        {
            _round++;
            AggregateException? failure = null;
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                failure = e;
            }

            BridgedFamily[] families;
            lock (_gate)
                families = [.. _families.Values];
            foreach (var family in families)
                family.RemoveUnseen(_round);
            return failure;
        }
    }

    /// <summary>Whether an instrument has this name, so that no family may have it too.</summary>
    public bool Has(string name)
    {
        lock (_gate)
            return _families.ContainsKey(name);
    }

    public void Dispose() => _listener.Dispose();

    private void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (family, adds, observable) = (BridgedInstrument)state!;
        family.Record(value, tags, adds, observable ? _round : null);
    }

    private BridgedInstrument? Join(Instrument instrument, IReadOnlySet<string> taken, Action<string, Exception> refused)
    {
        var (kind, adds) = KindOf(instrument);
        var name = ExpositionText.Name(instrument.Name, allowColon: true);
        if (kind == BridgedKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal))
            name += "_total";
        if (taken.Contains(name))
            return null;
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family))
                _families[name] = family = new BridgedFamily(_factory, name, ExpositionText.Help(instrument.Description ?? ""), kind, Bounds(instrument), e => refused(name, e));
            else if (family.Kind != kind)
                return null;

            // Two meters may have an instrument of one name, as two clients of one API: their series are one metric.
            family.Instruments++;
            return new BridgedInstrument(family, adds, instrument.IsObservable);
        }
    }

    private void Leave(BridgedInstrument instrument)
    {
        lock (_gate)
        {
            if (--instrument.Family.Instruments > 0)
                return;
            _families.Remove(instrument.Family.Name);
            instrument.Family.Clear();
        }
    }

    private static (BridgedKind Kind, bool Adds) KindOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type switch
        {
            _ when type == typeof(Counter<>) => (BridgedKind.Counter, true),
            _ when type == typeof(ObservableCounter<>) => (BridgedKind.Counter, false),
            _ when type == typeof(UpDownCounter<>) => (BridgedKind.Gauge, true),
            _ when type == typeof(Histogram<>) => (BridgedKind.Histogram, true),
            _ => (BridgedKind.Gauge, false),
        };
    }

    private static double[] Bounds(Instrument instrument)
    {
        IEnumerable<double>? advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<float> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            _ => null,
        };
        return [.. advised ?? PrometheusExposition.DefaultBuckets, double.PositiveInfinity];
    }

    private sealed record BridgedInstrument(BridgedFamily Family, bool Adds, bool Observable);
}

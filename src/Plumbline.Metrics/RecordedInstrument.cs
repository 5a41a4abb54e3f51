using System.Diagnostics.Metrics;
using System.Globalization;

namespace Plumbline.Metrics;

/// <summary>The series of one instrument, as they are recorded.</summary>
internal sealed class RecordedInstrument
{
    private enum Kind
    {
        Counter,
        Gauge,
        Histogram,
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _help;
    private readonly Kind _kind;
    private readonly bool _adds;
    private readonly bool _observable;
    private readonly double[] _bounds;

    public RecordedInstrument(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        (_kind, _adds) = type switch
        {
            _ when type == typeof(Counter<>) => (Kind.Counter, true),
            _ when type == typeof(ObservableCounter<>) => (Kind.Counter, false),
            _ when type == typeof(UpDownCounter<>) => (Kind.Gauge, true),
            _ when type == typeof(Histogram<>) => (Kind.Histogram, true),
            _ => (Kind.Gauge, false),
        };
        _observable = instrument.IsObservable;
        _help = instrument.Description ?? "";
        _bounds = _kind == Kind.Histogram ? Bounds(instrument) : [];
        var name = PrometheusText.Name(instrument.Name, allowColon: true);
        _name = _kind == Kind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        var key = Key(labels);
        lock (_gate)
        {
            if (!_series.TryGetValue(key, out var series))
            {
                if (_series.Count >= PrometheusExposition.MaxSeries)
                    return;
                _series[key] = series = new Series(labels, _bounds.Length);
            }

            series.Seen = true;
            if (_kind == Kind.Histogram)
                series.Observe(value, _bounds);
            else
                series.Value = _adds ? series.Value + value : value;
        }
    }

    public void BeginObservation()
    {
        if (!_observable)
            return;
        lock (_gate)
        {
            foreach (var series in _series.Values)
                series.Seen = false;
        }
    }

    public void WriteTo(PrometheusText text)
    {
        lock (_gate)
        {
            foreach (var (key, series) in _series.ToList())
            {
                if (!series.Seen)
                    _series.Remove(key);
            }

            if (_series.Count == 0 || !text.Begin(_name, _help, _kind switch { Kind.Counter => "counter", Kind.Histogram => "histogram", Kind.Gauge => "gauge" }))
                return;
            foreach (var series in _series.Values)
                WriteSeries(text, series);
        }
    }

    private void WriteSeries(PrometheusText text, Series series)
    {
        if (_kind != Kind.Histogram)
        {
            text.Sample(_name, series.Labels, series.Value);
            return;
        }

        var cumulative = 0L;
        for (var i = 0; i < _bounds.Length; i++)
        {
            cumulative += series.Buckets[i];
            text.Sample(_name + "_bucket", series.Labels, cumulative, ("le", PrometheusText.Number(_bounds[i])));
        }

        text.Sample(_name + "_bucket", series.Labels, series.Count, ("le", "+Inf"));
        text.Sample(_name + "_sum", series.Labels, series.Value);
        text.Sample(_name + "_count", series.Labels, series.Count);
    }

    private static double[] Bounds(Instrument instrument)
    {
        IReadOnlyList<double>? advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<float> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToList(),
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToList(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToList(),
            _ => null,
        };
        return [.. advised ?? PrometheusExposition.DefaultBuckets];
    }

    /// <summary>Sorted by name, so that the order in which a caller adds tags makes no second series.</summary>
    private static MetricLabel[] Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new MetricLabel[tags.Length];
        for (var i = 0; i < tags.Length; i++)
            labels[i] = new MetricLabel(tags[i].Key, Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "");
        Array.Sort(labels, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return labels;
    }

    private static string Key(MetricLabel[] labels) =>
        labels.Length switch
        {
            0 => "",
            1 => $"{labels[0].Name}\u0002{labels[0].Value}",
            _ => string.Join('\u0001', labels.Select(label => $"{label.Name}\u0002{label.Value}")),
        };

    private sealed class Series(MetricLabel[] labels, int bounds)
    {
        public MetricLabel[] Labels { get; } = labels;

        public long[] Buckets { get; } = new long[bounds];

        /// <summary>The value, or a histogram's sum.</summary>
        public double Value { get; set; }

        public long Count { get; private set; }

        public bool Seen { get; set; }

        public void Observe(double value, double[] upper)
        {
            Value += value;
            Count++;
            var index = Array.BinarySearch(upper, value);
            index = index < 0 ? ~index : index;
            if (index < Buckets.Length)
                Buckets[index]++;
        }
    }
}

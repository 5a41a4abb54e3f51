using System.Collections.Concurrent;
using System.Globalization;
using Prometheus;

namespace Plumbline.Metrics.Bridge;

internal enum BridgedKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>The series of one metric, found by the tags of a measurement without allocating.</summary>
internal sealed class BridgedFamily(MetricFactory factory, string name, string help, BridgedKind kind, double[] bounds, Action<Exception> refused)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], BridgedSeries> _byTags = new(TagComparer.Instance);

    // Under the gate. The order in which a caller adds tags makes no second series, so several tag lists may lead to one of these.
    private readonly Dictionary<string, BridgedSeries> _series = new(StringComparer.Ordinal);

    public string Name => name;

    public BridgedKind Kind => kind;

    /// <summary>Instruments that record here.</summary>
    public int Instruments { get; set; }

    /// <param name="adds">The value is a change, not the state.</param>
    /// <param name="round">The observation that this belongs to; null for a measurement that came by itself, whose series stay.</param>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, bool adds, int? round)
    {
        if (!_byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>().TryGetValue(tags, out var series) && (series = Add(tags)) is null)
            return;
        series.Round = round;
        series.Record(value, adds);
    }

    /// <summary>What an observable instrument no longer reports must not linger.</summary>
    public void RemoveUnseen(int round)
    {
        foreach (var (tags, series) in _byTags)
        {
            if (series.Round is { } seen && seen != round)
                Remove(tags, series);
        }
    }

    public void Clear()
    {
        foreach (var (tags, series) in _byTags)
            Remove(tags, series);
    }

    private BridgedSeries? Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var key = tags.ToArray();
            if (_byTags.TryGetValue(key, out var series))
                return series;
            if (_byTags.Count >= PrometheusExposition.MaxSeries)
                return null;
            var labels = Labels(key);
            var text = string.Join('\u0001', labels.Select(label => $"{label.Name}\u0002{label.Value}"));
            if (!_series.TryGetValue(text, out series))
            {
                series = Create(text, labels);
                _series[text] = series;
            }

            _byTags[key] = series;
            return series;
        }
    }

    private BridgedSeries Create(string text, MetricLabel[] labels)
    {
        string[] names = [.. labels.Select(label => label.Name)];
        string[] values = [.. labels.Select(label => label.Value)];
        try
        {
            switch (kind)
            {
                case BridgedKind.Counter:
                    var counter = factory.CreateCounter(name, help, names, new CounterConfiguration { SuppressInitialValue = true });
                    return new CounterSeries(text, () => counter.WithLabels(values));
                case BridgedKind.Histogram:
                    return new HistogramSeries(text, factory.CreateHistogram(name, help, names, new HistogramConfiguration { SuppressInitialValue = true, Buckets = bounds }).WithLabels(values));
                default:
                    return new GaugeSeries(text, factory.CreateGauge(name, help, names, new GaugeConfiguration { SuppressInitialValue = true }).WithLabels(values));
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // A measurement must never fail the code that it measures; said once, since this series is remembered.
            refused(e);
            return new RefusedSeries(text);
        }
    }

    private void Remove(KeyValuePair<string, object?>[] tags, BridgedSeries series)
    {
        lock (_gate)
        {
            _byTags.TryRemove(tags, out _);
            if (_series.Remove(series.Key))
                series.Remove();
        }
    }

    private static MetricLabel[] Labels(KeyValuePair<string, object?>[] tags)
    {
        var labels = new MetricLabel[tags.Length];
        for (var i = 0; i < tags.Length; i++)
            labels[i] = new MetricLabel(ExpositionText.Name(tags[i].Key, allowColon: false), Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "");
        Array.Sort(labels, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return labels;
    }
}

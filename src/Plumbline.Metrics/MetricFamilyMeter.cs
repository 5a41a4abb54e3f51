using System.Diagnostics.Metrics;

namespace Plumbline.Metrics;

/// <summary>
/// Families that are computed at every scrape, as observable instruments: for exporters that know meters only. The text exposition asks the
/// sources itself, so this meter's name is none that it listens to.
/// </summary>
public sealed class MetricFamilyMeter : IDisposable
{
    public const string Name = "PlumblineFamilies";

    // One export asks every instrument in turn; the families are computed once for all of them, and so belong together.
    private static readonly TimeSpan SharedFor = TimeSpan.FromMilliseconds(100);

    private readonly Meter _meter = new(Name);
    private readonly IReadOnlyList<IMetricFamilySource> _sources;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Dictionary<string, MetricFamily> _families;
    private long _collected;

    /// <param name="sources">Must give every family at every collection, empty where it has no series: an instrument is made for each now.</param>
    public MetricFamilyMeter(IEnumerable<IMetricFamilySource> sources, TimeProvider time)
    {
        (_sources, _time) = ([.. sources], time);
        _families = Collect();
        _collected = time.GetTimestamp();
        foreach (var family in _families.Values)
        {
            var unit = family.Name.EndsWith("_seconds", StringComparison.Ordinal) ? "s" : family.Name.EndsWith("_bytes", StringComparison.Ordinal) ? "By" : null;
            if (family.Type == MetricFamilyType.Counter)
                _meter.CreateObservableCounter(family.Name.EndsWith("_total", StringComparison.Ordinal) ? family.Name[..^"_total".Length] : family.Name, () => Measure(family.Name), unit, family.Help);
            else
                _meter.CreateObservableGauge(family.Name, () => Measure(family.Name), unit, family.Help);
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<double>> Measure(string name)
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_collected) > SharedFor)
                (_families, _collected) = (Collect(), _time.GetTimestamp());
            return _families.TryGetValue(name, out var family)
                ? [.. family.Samples.Select(s => new Measurement<double>(s.Value, s.Labels.Select(l => new KeyValuePair<string, object?>(l.Name, l.Value))))]
                : [];
        }
    }

    private Dictionary<string, MetricFamily> Collect() => _sources.SelectMany(s => s.Collect()).ToDictionary(f => f.Name);
}

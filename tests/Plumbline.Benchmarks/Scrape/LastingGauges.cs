using System.Runtime.InteropServices;
using Plumbline.Metrics;
using Prometheus;

namespace Plumbline.Benchmarks.Scrape;

/// <summary>
/// The usual way with prometheus-net: a gauge for each series that stays, set before each collection, those of vanished rows removed. It is given the
/// same samples as our writer, looks them up without allocating, and collects the same metrics of the process.
/// </summary>
internal sealed class LastingGauges : MetricSamples
{
    private readonly IReadOnlyList<IMetricFamilySource> _sources;
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly MetricFactory _factory;
    private readonly Dictionary<string, Family> _families = [];
    private readonly List<string> _values = [];
    private readonly List<string> _names = [];
    private MetricFamily _described = null!;
    private Family? _family;
    private int _shared;
    private int _round;

    public LastingGauges(IReadOnlyList<IMetricFamilySource> sources)
    {
        _sources = sources;
        _factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        DotNetStats.Register(_registry);
    }

    public async Task ScrapeAsync(Stream to, CancellationToken cancellation)
    {
        _round++;
        foreach (var family in _sources.SelectMany(source => source.Collect()))
        {
            _described = family;
            _family = _families.GetValueOrDefault(family.Name);
            for (var i = 0; i < family.Items; i++)
            {
                _shared = 0;
                family.Write(i, this);
            }

            foreach (var (child, seen) in _family?.Live ?? [])
            {
                if (seen == _round)
                    continue;
                child.Remove();
                _family!.Live.Remove(child);
            }
        }

        await _registry.CollectAndExportAsTextAsync(to, cancellation);
    }

    public override void For(params ReadOnlySpan<MetricLabel> labels)
    {
        Take(0, labels);
        _shared = labels.Length;
    }

    public override void Add(double value, params ReadOnlySpan<MetricLabel> more)
    {
        Take(_shared, more);
        _family ??= _families[_described.Name] = new Family(_factory.CreateGauge(_described.Name, _described.Help, [.. _names]), []);
        var child = _family.Gauge.WithLabels(CollectionsMarshal.AsSpan(_values));
        child.Set(value);
        CollectionsMarshal.GetValueRefOrAddDefault(_family.Live, child, out _) = _round;
    }

    private void Take(int from, ReadOnlySpan<MetricLabel> labels)
    {
        _values.RemoveRange(from, _values.Count - from);
        _names.RemoveRange(from, _names.Count - from);
        foreach (ref readonly var label in labels)
        {
            _names.Add(label.Name);
            _values.Add(label.Value);
        }
    }

    private sealed record Family(Gauge Gauge, Dictionary<Gauge.Child, int> Live);
}

using System.Collections.Immutable;

namespace Plumbline.Metrics;

public enum MetricFamilyType
{
    Counter,
    Gauge,
}

/// <summary>The name is a constant of the code and a valid label name; the value may be any text.</summary>
public readonly record struct MetricLabel(string Name, string Value);

public readonly record struct MetricSample(double Value, params MetricLabel[] Labels);

/// <summary>Takes the samples of a family, one by one.</summary>
public abstract class MetricSamples
{
    /// <summary>Labels that the samples have in common which the item adds from here on. Called once for an item, before its first sample.</summary>
    public abstract void For(params ReadOnlySpan<MetricLabel> labels);

    public abstract void Add(double value, params ReadOnlySpan<MetricLabel> more);
}

/// <summary>
/// A metric whose series are computed when they are asked for: so many items, each of which gives some samples or none. Nothing is held in
/// between, so that ten thousand rows cost no memory, and a writer can pause after any item. Counters carry the suffix <c>_total</c>.
/// </summary>
public sealed class MetricFamily
{
    private readonly Action<int, MetricSamples> _write;

    private MetricFamily(string name, string help, MetricFamilyType type, int items, Action<int, MetricSamples> write) =>
        (Name, Help, Type, Items, _write) = (name, help, type, items, write);

    public MetricFamily(string name, string help, MetricFamilyType type, IReadOnlyList<MetricSample> samples)
        : this(name, help, type, samples.Count, (i, to) => to.Add(samples[i].Value, samples[i].Labels ?? []))
    {
    }

    public string Name { get; }

    public string Help { get; }

    public MetricFamilyType Type { get; }

    public int Items { get; }

    /// <summary>All samples as values: for exporters that keep them, and for tests.</summary>
    public IReadOnlyList<MetricSample> Samples
    {
        get
        {
            var list = new SampleList();
            for (var i = 0; i < Items; i++)
            {
                list.Begin();
                Write(i, list);
            }

            return list.Samples;
        }
    }

    /// <param name="write">Must not depend on anything but the item and what never changes: it runs while the page is being sent.</param>
    public static MetricFamily Of<T>(string name, string help, MetricFamilyType type, ImmutableArray<T> items, Action<T, MetricSamples> write) =>
        new(name, help, type, items.Length, (i, to) => write(items[i], to));

    public void Write(int item, MetricSamples to) => _write(item, to);

    private sealed class SampleList : MetricSamples
    {
        private MetricLabel[] _shared = [];

        public List<MetricSample> Samples { get; } = [];

        public void Begin() => _shared = [];

        public override void For(params ReadOnlySpan<MetricLabel> labels) => _shared = labels.ToArray();

        public override void Add(double value, params ReadOnlySpan<MetricLabel> more) => Samples.Add(new MetricSample(value, [.. _shared, .. more]));
    }
}

/// <summary>Computes metric families when they are asked for, so that series vanish with what they describe.</summary>
public interface IMetricFamilySource
{
    /// <summary>
    /// Called at every scrape, from any thread. Takes one view of the state, and every family of the call is written from that view: no page
    /// shows half a change. What cannot be had fails here, before the page begins.
    /// </summary>
    IReadOnlyList<MetricFamily> Collect();
}

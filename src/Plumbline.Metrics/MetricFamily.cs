namespace Plumbline.Metrics;

public enum MetricFamilyType
{
    Counter,
    Gauge,
}

public readonly record struct MetricLabel(string Name, string Value);

public readonly record struct MetricSample(double Value, params MetricLabel[] Labels);

/// <summary>A metric with all its series. Counters carry the suffix <c>_total</c> in their name.</summary>
public sealed record MetricFamily(string Name, string Help, MetricFamilyType Type, IReadOnlyCollection<MetricSample> Samples);

/// <summary>Computes metric families when they are asked for, so that series vanish with what they describe.</summary>
public interface IMetricFamilySource
{
    /// <summary>Called at every scrape, from any thread.</summary>
    IEnumerable<MetricFamily> Collect();
}

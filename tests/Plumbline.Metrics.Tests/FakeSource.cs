namespace Plumbline.Metrics.Tests;

internal sealed class FakeSource(Func<IReadOnlyList<MetricFamily>> collect) : IMetricFamilySource
{
    public IReadOnlyList<MetricFamily> Collect() => collect();
}

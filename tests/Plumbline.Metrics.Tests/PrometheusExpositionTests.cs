using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace Plumbline.Metrics.Tests;

internal sealed class PrometheusExpositionTests
{
    private Meter _meter = null!;

    [SetUp]
    public void Make() => _meter = new Meter("test");

    [TearDown]
    public void Remove() => _meter.Dispose();

    [Test]
    public void Counter_WithTags_IsSummedAndGainsItsSuffix()
    {
        using var exposition = Expose();
        var counter = _meter.CreateCounter<long>("plumbline_probes", description: "Probes by result.");

        counter.Add(2, new("result", "success"), new("reason", "Succeeded"));
        counter.Add(1, new("reason", "Succeeded"), new("result", "success"));
        counter.Add(1, new("result", "failure"), new("reason", "TimedOut"));

        Assert.That(exposition.Write(), Is.EqualTo("""
            # HELP plumbline_probes_total Probes by result.
            # TYPE plumbline_probes_total counter
            plumbline_probes_total{reason="Succeeded",result="success"} 3
            plumbline_probes_total{reason="TimedOut",result="failure"} 1

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void Histogram_Observations_FallIntoCumulativeBuckets()
    {
        using var exposition = Expose();
        var histogram = _meter.CreateHistogram("d_seconds", description: "Durations.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });

        foreach (var value in new[] { 0.05, 0.1, 0.5, 7 })
            histogram.Record(value);

        Assert.That(exposition.Write(), Is.EqualTo("""
            # HELP d_seconds Durations.
            # TYPE d_seconds histogram
            d_seconds_sum 7.65
            d_seconds_count 4
            d_seconds_bucket{le="0.1"} 2
            d_seconds_bucket{le="1"} 3
            d_seconds_bucket{le="+Inf"} 4

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void ObservableGauge_SeriesThatIsNoLongerReported_Vanishes()
    {
        using var exposition = Expose();
        var objects = new List<string> { "a", "b" };
        _meter.CreateObservableGauge("g", () => objects.Select(name => new Measurement<int>(1, new KeyValuePair<string, object?>("object", name))));

        Assert.That(exposition.Write(), Does.Contain("g{object=\"a\"} 1").And.Contain("g{object=\"b\"} 1"));
        objects.Remove("a");
        Assert.That(exposition.Write(), Does.Not.Contain("object=\"a\"").And.Contain("object=\"b\""));
    }

    [Test]
    public void ObservableCounter_Total_IsTakenNotSummed()
    {
        using var exposition = Expose();
        _meter.CreateObservableCounter("c", () => 5L);

        exposition.Write();

        Assert.That(exposition.Write(), Does.Contain("c_total 5\n"));
    }

    [Test]
    public void UpDownCounter_IsAGaugeOfTheSum()
    {
        using var exposition = Expose();
        var counter = _meter.CreateUpDownCounter<int>("queue.depth");

        counter.Add(3);
        counter.Add(-1);

        Assert.That(exposition.Write(), Does.Contain("# TYPE queue_depth gauge\nqueue_depth 2\n"));
    }

    [Test]
    public void Meter_Disposed_TakesItsSeriesAlong()
    {
        using var exposition = Expose();
        _meter.CreateCounter<int>("c").Add(1);
        Assert.That(exposition.Series(), Is.Not.Empty);

        _meter.Dispose();

        Assert.That(exposition.Series(), Is.Empty);
    }

    [Test]
    public void Meter_NotChosen_IsNotExposed()
    {
        using var other = new Meter("other");
        using var exposition = Expose();

        other.CreateCounter<int>("x").Add(1);

        Assert.That(exposition.Write(), Is.Empty);
    }

    [Test]
    public void Series_Unbounded_StopAtTheLimit()
    {
        using var exposition = Expose();
        var counter = _meter.CreateCounter<int>("c");

        for (var i = 0; i < PrometheusExposition.MaxSeries + 100; i++)
            counter.Add(1, new KeyValuePair<string, object?>("i", i));

        Assert.That(exposition.Write().Split('\n').Count(line => line.StartsWith("c_total{", StringComparison.Ordinal)), Is.EqualTo(PrometheusExposition.MaxSeries));
    }

    [Test]
    public void Source_Families_AreComputedAtEveryScrapeAndEscaped()
    {
        var value = 1.0;
        using var exposition = new PrometheusExposition(_ => false, new FakeSource(() =>
        [
            new MetricFamily("plumbline_connection_verified", "1 when verified\nelse 0 \\", MetricFamilyType.Gauge,
                [new MetricSample(value, new("from", "say \"hi\" \\ \n"), new("to", "b"))]),
            new MetricFamily("empty", "never seen", MetricFamilyType.Gauge, []),
        ]));

        Assert.That(exposition.Write(), Is.EqualTo(
            "# HELP plumbline_connection_verified 1 when verified\\nelse 0 \\\\\n# TYPE plumbline_connection_verified gauge\n"
            + "plumbline_connection_verified{from=\"say \\\"hi\\\" \\\\ \\n\",to=\"b\"} 1\n"));
        value = double.NaN;
        Assert.That(exposition.Write(), Does.EndWith(" NaN\n"));
    }

    [Test]
    public void Family_NamedLikeAnInstrument_LeavesTheNameToIt()
    {
        using var exposition = new PrometheusExposition(
            new PrometheusExpositionOptions
            {
                ListensTo = meter => meter == _meter,
                Process = true,
                Sources =
                [
                    new FakeSource(() =>
                    [
                        new MetricFamily("c_total", "", MetricFamilyType.Counter, [new MetricSample(5)]),
                        new MetricFamily("process_cpu_seconds_total", "", MetricFamilyType.Counter, [new MetricSample(-5)]),
                    ]),
                ],
            },
            NullLogger.Instance);
        _meter.CreateCounter<int>("c").Add(1);

        Assert.That(exposition.Series().Where(line => line.StartsWith("c_total", StringComparison.Ordinal)), Is.EqualTo(["c_total 1"]));
        Assert.That(exposition.Write(), Does.Not.Contain("-5"));
    }

    [Test]
    public void Source_Fails_IsNoPageWithoutIt()
    {
        using var exposition = new PrometheusExposition(_ => false, new FakeSource(() => throw new InvalidOperationException("no view")));

        Assert.That(() => exposition.Write(), Throws.InvalidOperationException.With.Message.EqualTo("no view"));
    }

    [Test]
    public void Family_NamedTwice_StandsOnce()
    {
        var family = new MetricFamily("a", "", MetricFamilyType.Gauge, [new MetricSample(1)]);
        using var exposition = new PrometheusExposition(_ => false, new FakeSource(() => [family, family]));

        Assert.That(exposition.Write(), Is.EqualTo("# TYPE a gauge\na 1\n"));
    }

    private PrometheusExposition Expose() => new(meter => meter == _meter);
}

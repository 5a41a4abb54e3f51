using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Plumbline.Metrics.Tests;

/// <summary>What becomes of each kind of instrument.</summary>
internal sealed class InstrumentBridgeTests
{
    private readonly Lines _log = new();
    private Meter _meter = null!;
    private PrometheusExposition _exposition = null!;

    [SetUp]
    public void Make()
    {
        _meter = new Meter("bridge");
        _log.Written.Clear();
        _exposition = new PrometheusExposition(new PrometheusExpositionOptions { ListensTo = meter => meter == _meter }, _log);
    }

    [TearDown]
    public void Remove()
    {
        _exposition.Dispose();
        _meter.Dispose();
    }

    [Test]
    public void Instruments_OfEveryKind_KeepNameTypeAndHelp()
    {
        _meter.CreateCounter<long>("k_counter", "{thing}", "Counts.").Add(2);
        _meter.CreateUpDownCounter<short>("k_updown", null, "Goes up and down.").Add(-3);
        _meter.CreateGauge<double>("k_gauge_seconds", "s", "A gauge.").Record(0.5);
        _meter.CreateHistogram("k_histogram_seconds", "s", "A histogram.", advice: new InstrumentAdvice<float> { HistogramBucketBoundaries = [0.5f, 1] }).Record(1.5f);
        _meter.CreateObservableCounter("k_observed", () => 7.5m, "s", "An observed total.");
        _meter.CreateObservableUpDownCounter("k_observed_updown", () => (byte)4, "By", "An observed state.");
        _meter.CreateObservableGauge("k_observed_gauge", () => -1, null, "An observed gauge.");

        // The order of families is the registry's.
        Assert.That(_exposition.Write().Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EquivalentTo((string[])
        [
            "# HELP k_counter_total Counts.", "# TYPE k_counter_total counter", "k_counter_total 2",
            "# HELP k_updown Goes up and down.", "# TYPE k_updown gauge", "k_updown -3",
            "# HELP k_gauge_seconds A gauge.", "# TYPE k_gauge_seconds gauge", "k_gauge_seconds 0.5",
            "# HELP k_histogram_seconds A histogram.", "# TYPE k_histogram_seconds histogram", "k_histogram_seconds_sum 1.5", "k_histogram_seconds_count 1",
            "k_histogram_seconds_bucket{le=\"0.5\"} 0", "k_histogram_seconds_bucket{le=\"1\"} 0", "k_histogram_seconds_bucket{le=\"+Inf\"} 1",
            "# HELP k_observed_total An observed total.", "# TYPE k_observed_total counter", "k_observed_total 7.5",
            "# HELP k_observed_updown An observed state.", "# TYPE k_observed_updown gauge", "k_observed_updown 4",
            "# HELP k_observed_gauge An observed gauge.", "# TYPE k_observed_gauge gauge", "k_observed_gauge -1",
        ]));
    }

    [Test]
    public void Labels_AnyText_IsEscapedAndStaysOneSeries()
    {
        var counter = _meter.CreateCounter<int>("c", description: "first\nsecond \\ \"third\"");
        counter.Add(1, new("the.path", "C:\\x"), new("b", "say \"hi\"\n–\u00a0ü"));
        counter.Add(1, new("b", "say \"hi\"\n–\u00a0ü"), new("the.path", "C:\\x"));
        counter.Add(1, new("b", null), new("the.path", 5));

        Assert.That(_exposition.Write(), Is.EqualTo(
            "# HELP c_total first\\nsecond \\\\ \"third\"\n# TYPE c_total counter\n"
            + "c_total{b=\"say \\\"hi\\\"\\n–\u00a0ü\",the_path=\"C:\\\\x\"} 2\nc_total{b=\"\",the_path=\"5\"} 1\n"));
    }

    [Test]
    public void Counter_NegativeOrNotANumber_LeavesItAsItIs()
    {
        var counter = _meter.CreateCounter<double>("c");
        counter.Add(2);
        counter.Add(-1);
        counter.Add(double.NaN);

        Assert.That(_exposition.Series(), Is.EqualTo(["c_total 2"]));
    }

    [Test]
    public void ObservableCounter_TotalThatBeganAnew_ShowsTheReset()
    {
        var total = 10L;
        _meter.CreateObservableCounter("c", () => total);
        Assert.That(_exposition.Series(), Is.EqualTo(["c_total 10"]));
        total = 3;
        Assert.That(_exposition.Series(), Is.EqualTo(["c_total 3"]));
        total = 4;
        Assert.That(_exposition.Series(), Is.EqualTo(["c_total 4"]));
    }

    [Test]
    public void Observable_SeriesThatVanished_ComesBackWithItsNewValue()
    {
        Measurement<int>[] now = [new(1, new KeyValuePair<string, object?>("o", "a"))];
        _meter.CreateObservableGauge("g", () => now);
        _meter.CreateObservableGauge("plain", () => now.Length == 0 ? Enumerable.Empty<Measurement<int>>() : [new Measurement<int>(now.Length)]);
        Assert.That(_exposition.Series(), Is.EquivalentTo(["g{o=\"a\"} 1", "plain 1"]));

        now = [];
        Assert.That(_exposition.Series(), Is.Empty);

        now = [new(5, new KeyValuePair<string, object?>("o", "a")), new(6, new KeyValuePair<string, object?>("o", "b"))];
        Assert.That(_exposition.Series(), Is.EquivalentTo(["g{o=\"a\"} 5", "g{o=\"b\"} 6", "plain 2"]));
    }

    [Test]
    public void Observable_ThatFails_CostsItsOwnSeriesOnlyAndIsCounted()
    {
        var broken = true;
        _meter.CreateObservableGauge("bad", () => broken ? throw new IOException("no such file") : 1);
        _meter.CreateObservableGauge("good", () => 2);

        _exposition.Write();
        Assert.That(_exposition.Series(), Is.EquivalentTo(["good 2", "plumbline_metrics_errors_total 2"]));
        Assert.That(_log.Written, Has.Count.EqualTo(1), "said once, not at every scrape");
        Assert.That(_log.Written[0], Does.Contain("plumbline_metrics_errors_total").And.Contain("no such file"));

        broken = false;
        Assert.That(_exposition.Series(), Is.EquivalentTo(["bad 1", "good 2", "plumbline_metrics_errors_total 2"]));
        broken = true;
        _exposition.Write();
        Assert.That(_log.Written, Has.Count.EqualTo(2), "trouble that came back");
    }

    [Test]
    public void Label_ThatTheRegistryReserves_FailsNoCallerAndIsCountedOnce()
    {
        var counter = _meter.CreateCounter<int>("c");
        Assert.That(() => counter.Add(1, new KeyValuePair<string, object?>("__name__", "x")), Throws.Nothing);
        counter.Add(1, new KeyValuePair<string, object?>("__name__", "x"));
        counter.Add(1, new KeyValuePair<string, object?>("ok", "x"));

        Assert.That(_exposition.Series(), Is.EquivalentTo(["c_total{ok=\"x\"} 1", "plumbline_metrics_errors_total 1"]));
        Assert.That(_log.Written.Single(), Does.Contain("c_total"));
    }

    [Test]
    public void Instruments_OfOneNameInTwoMeters_AreOneMetric()
    {
        using var second = new Meter("bridge");
        using var exposition = new PrometheusExposition(meter => meter.Name == "bridge");
        var first = _meter.CreateCounter<int>("c");
        second.CreateCounter<int>("c").Add(2);
        first.Add(1);
        second.CreateGauge<int>("c_total").Record(77);
        Assert.That(exposition.Series(), Is.EqualTo(["c_total 3"]), "and a gauge of that name is none");

        second.Dispose();
        first.Add(1);
        Assert.That(exposition.Series(), Is.EqualTo(["c_total 4"]));

        _meter.Dispose();
        Assert.That(exposition.Series(), Is.Empty);
    }

    [Test]
    public void Histogram_WithoutBounds_HasTheDefaultOnes()
    {
        _meter.CreateHistogram<double>("h").Record(0.0002);

        var lines = _exposition.Series();
        Assert.That(lines, Has.Count.EqualTo(PrometheusExposition.DefaultBuckets.Count + 3));
        Assert.That(lines, Has.Member("h_bucket{le=\"0.0001\"} 0").And.Member("h_bucket{le=\"0.00025\"} 1"));
    }

    [Test]
    public void Measurement_OfKnownTags_AllocatesNothing()
    {
        var counter = _meter.CreateCounter<long>("c");
        var histogram = _meter.CreateHistogram<double>("h");
        Measure(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Measure(1000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Measure(int times)
        {
            for (var i = 0; i < times; i++)
            {
                counter.Add(1, new("result", "success"), new("reason", "Succeeded"));
                histogram.Record(0.1, new KeyValuePair<string, object?>("phase", "dns"));
            }
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task ScrapesAndMeasurements_AtOnce_CountersNeverFallAndNothingIsLost(CancellationToken cancellation)
    {
        const int writers = 4, each = 20_000;
        var counter = _meter.CreateCounter<long>("c");
        var histogram = _meter.CreateHistogram<double>("h");
        _meter.CreateObservableGauge("g", () => Enumerable.Range(0, 5).Select(i => new Measurement<int>(i, new KeyValuePair<string, object?>("i", i))));
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(
            () =>
            {
                for (var i = 0; i < each; i++)
                {
                    counter.Add(1, new KeyValuePair<string, object?>("w", w));
                    histogram.Record(0.01);
                }
            },
            cancellation)));
        var scraping = Enumerable.Range(0, 2).Select(_ => Task.Run(
            () =>
            {
                var last = 0.0;
                while (!writing.IsCompleted)
                {
                    var lines = _exposition.Series();
                    Assert.That(lines.Count(l => l.StartsWith("g{", StringComparison.Ordinal)), Is.EqualTo(5), "observed series never half gone");
                    var now = lines.Where(l => l.StartsWith("c_total{", StringComparison.Ordinal)).Sum(Value);
                    Assert.That(now, Is.GreaterThanOrEqualTo(last));
                    last = now;
                }
            },
            cancellation)).ToList();
        await writing;
        await Task.WhenAll(scraping);

        var end = _exposition.Series();
        Assert.That(end.Where(l => l.StartsWith("c_total{", StringComparison.Ordinal)).Select(Value), Is.EqualTo(Enumerable.Repeat((double)each, writers)));
        Assert.That(end, Has.Member($"h_count {writers * each}").And.Member($"h_bucket{{le=\"+Inf\"}} {writers * each}"));
    }

    private static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add($"{formatter(state, exception)} {exception}");
    }
}

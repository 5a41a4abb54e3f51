using System.Diagnostics.Metrics;

namespace Plumbline.Metrics;

/// <summary>
/// What <c>/metrics</c> answers: the instruments of chosen meters, and families that sources compute at every scrape. Counters gain
/// the suffix <c>_total</c>; dots in names become underscores; histograms use the instrument's advised buckets, else
/// <see cref="DefaultBuckets"/>.
/// </summary>
public sealed class PrometheusExposition : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Series of one instrument; more are not recorded, since an unbounded label would take the process down with it.</summary>
    public const int MaxSeries = 5_000;

    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly List<IMetricFamilySource> _sources;

    // In the order in which the instruments appeared; scrapes are easier to compare that way.
    private readonly List<RecordedInstrument> _instruments = [];

    /// <param name="listensTo">Which meters are exposed, such as <c>meter => meter.Name == "Plumbline.Agent"</c>.</param>
    public PrometheusExposition(Func<Meter, bool> listensTo, params IEnumerable<IMetricFamilySource> sources)
    {
        _sources = [.. sources];
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!listensTo(instrument.Meter))
                return;
            var recorded = new RecordedInstrument(instrument);
            lock (_gate)
                _instruments.Add(recorded);
            listener.EnableMeasurementEvents(instrument, recorded);
        };

        // A disposed meter takes its series along.
        _listener.MeasurementsCompleted = (_, state) =>
        {
            lock (_gate)
                _instruments.Remove((RecordedInstrument)state!);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((RecordedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => ((RecordedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => ((RecordedInstrument)state!).Record((double)value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((RecordedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((RecordedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => ((RecordedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => ((RecordedInstrument)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Upper bounds in seconds, for the latencies of connections: 100 µs to 10 s.</summary>
    public static IReadOnlyList<double> DefaultBuckets { get; } =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>The whole page.</summary>
    public string Write()
    {
        RecordedInstrument[] instruments;
        lock (_gate)
            instruments = [.. _instruments];

        // What an observable instrument no longer reports must not linger.
        foreach (var instrument in instruments)
            instrument.BeginObservation();
        _listener.RecordObservableInstruments();

        var text = new PrometheusText();
        foreach (var instrument in instruments)
            instrument.WriteTo(text);
        foreach (var family in _sources.SelectMany(source => source.Collect()))
            Write(text, family);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static void Write(PrometheusText text, MetricFamily family)
    {
        var name = PrometheusText.Name(family.Name, allowColon: true);
        if (family.Samples.Count == 0 || !text.Begin(name, family.Help, family.Type == MetricFamilyType.Counter ? "counter" : "gauge"))
            return;
        foreach (var sample in family.Samples)
            text.Sample(name, sample.Labels ?? [], sample.Value);
    }
}

using System.Reflection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Plumbline.Metrics;

namespace Plumbline.Telemetry;

/// <summary>
/// Exports the process's meters and the computed families by OTLP, once a minute (<c>OTEL_METRIC_EXPORT_INTERVAL</c>, milliseconds). Headers
/// and timeout are read from the variables of the OpenTelemetry specification.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>
    /// Rows whose series fit. The SDK takes room for all of them at the start (about 25 MB here), and folds what is beyond into one series that means
    /// nothing; its own default is 2,000 series of an instrument.
    /// </summary>
    private const int MaxRows = 10_000;

    private readonly MetricFamilyMeter _families;
    private readonly MeterProvider _meters;
    private readonly MeterProvider _computed;
    private readonly OtlpFailures _failures;

    public OtlpExport(OtlpTarget.Collector target, string service, string instance, IReadOnlyList<IMetricFamilySource> families, TimeProvider time, ILogger logger)
    {
        _failures = new OtlpFailures(time, logger);
        _families = new MetricFamilyMeter(families, time);
        _meters = Provider(target, _failures, service, instance, "Plumbline.*", MetricReaderTemporalityPreference.Cumulative);

        // Gauges have no temporality, but this preference decides whether a series that is no longer observed is exported for ever (cumulative) or ends
        // (delta): a row that turned Unknown must not stay verified.
        _computed = Provider(target, _failures, service, instance, MetricFamilyMeter.Name, MetricReaderTemporalityPreference.Delta);
    }

    /// <summary>Exports now; for tests and for the end.</summary>
    public bool Flush(TimeSpan limit) => _meters.ForceFlush((int)limit.TotalMilliseconds) & _computed.ForceFlush((int)limit.TotalMilliseconds);

    public void Dispose()
    {
        // A collector that does not answer must not hold up the end of the process.
        const int limitMilliseconds = 2_000;
        _meters.Shutdown(limitMilliseconds);
        _computed.Shutdown(limitMilliseconds);
        _meters.Dispose();
        _computed.Dispose();
        _families.Dispose();
        _failures.Dispose();
    }

    private static MeterProvider Provider(
        OtlpTarget.Collector target, OtlpFailures failures, string service, string instance, string meters, MetricReaderTemporalityPreference temporality) => Sdk
        .CreateMeterProviderBuilder()
        .ConfigureResource(resource => resource.AddService(service, "plumbline", Assembly.GetExecutingAssembly().GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, instance))
        .AddMeter(meters)
        .AddView(instrument => instrument.Meter.Name == MetricFamilyMeter.Name ? new MetricStreamConfiguration { CardinalityLimit = SeriesOf(instrument.Name) } : null)
        .AddOtlpExporter((exporter, reader) =>
        {
            exporter.Endpoint = target.Endpoint;
            exporter.Protocol = target.Protocol;
            exporter.HttpClientFactory = () => new HttpClient(failures, disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds) };
            reader.TemporalityPreference = temporality;
        })
        .Build();

    private static int SeriesOf(string family) => family switch
    {
        // Phases × percentiles, statuses, results.
        "plumbline_connection_probe_duration_seconds" => 8 * MaxRows,
        "plumbline_connection_status" or "plumbline_connection_pairs" => 3 * MaxRows,
        _ when family.Split('_') is [_, "connection" or "map", ..] => MaxRows,
        _ => 100,
    };
}

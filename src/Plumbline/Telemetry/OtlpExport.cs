using System.Reflection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Plumbline.Contracts.Metrics;

namespace Plumbline.Telemetry;

/// <summary>
/// Exports the process's meters and the computed families by OTLP, once a minute (<c>OTEL_METRIC_EXPORT_INTERVAL</c>, milliseconds). Headers, timeout
/// and certificates are read from the variables of the OpenTelemetry specification.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>Series of one computed family: rows × 8 at most. The default of 2,000 would fold the rows beyond it into one series that means nothing.</summary>
    private const int MaxSeries = 50_000;

    private readonly MetricFamilyMeter _families;
    private readonly MeterProvider _meters;
    private readonly MeterProvider _computed;
    private readonly OtlpFailures _failures;

    public OtlpExport(OtlpTarget.Collector target, string service, string instance, IReadOnlyList<IMetricFamilySource> families, TimeProvider time, ILogger logger)
    {
        _failures = new OtlpFailures(time, logger);
        _families = new MetricFamilyMeter(families, time);
        _meters = Provider(target, service, instance, "Plumbline.*", MetricReaderTemporalityPreference.Cumulative);

        // Gauges have no temporality, but this preference decides whether a series that is no longer observed is exported for ever (cumulative) or ends
        // (delta): a row that turned Unknown must not stay verified.
        _computed = Provider(target, service, instance, MetricFamilyMeter.Name, MetricReaderTemporalityPreference.Delta);
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

    private static MeterProvider Provider(OtlpTarget.Collector target, string service, string instance, string meters, MetricReaderTemporalityPreference temporality) => Sdk
        .CreateMeterProviderBuilder()
        .ConfigureResource(resource => resource.AddService(service, "plumbline", Assembly.GetExecutingAssembly().GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, instance))
        .AddMeter(meters)
        .AddView(instrument => instrument.Meter.Name == MetricFamilyMeter.Name ? new MetricStreamConfiguration { CardinalityLimit = MaxSeries } : null)
        .AddOtlpExporter((exporter, reader) =>
        {
            exporter.Endpoint = target.Endpoint;
            exporter.Protocol = target.Protocol;
            reader.TemporalityPreference = temporality;
        })
        .Build();
}

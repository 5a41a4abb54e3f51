using System.CommandLine;
using Microsoft.Extensions.Logging;
using Plumbline.Metrics;
using Plumbline.Telemetry;

namespace Plumbline.Commands;

/// <summary>Export of the metrics by OTLP, beside /metrics.</summary>
internal sealed class OtlpOptions
{
    private readonly Option<string?> _endpoint = new("--otlp-endpoint")
    {
        Description = "Also export the metrics by OTLP to this collector, such as http://otel-collector:4318. Default: $OTEL_EXPORTER_OTLP_ENDPOINT, else no export.",
    };

    public OtlpOptions() => _endpoint.Validators.Add(result =>
    {
        if (OtlpTarget.Of(result.GetValueOrDefault<string?>(), _ => null) is OtlpTarget.Invalid invalid)
        {
            result.AddError($"--otlp-endpoint {invalid.Problem}");
        }
    });

    public void AddTo(Command command) => command.Options.Add(_endpoint);

    /// <returns>Null when nothing is to be exported.</returns>
    public Func<IReadOnlyList<IMetricFamilySource>, IDisposable>? Export(ParseResult parsed, string service, string instance, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger(typeof(OtlpExport).FullName!);
        switch (OtlpTarget.Of(parsed.GetValue(_endpoint), Environment.GetEnvironmentVariable))
        {
            case OtlpTarget.Collector collector:
                Log.Exporting(logger, collector.Endpoint, collector.Protocol);
                return families => new OtlpExport(collector, service, instance, families, TimeProvider.System, logger);
            case OtlpTarget.Invalid invalid:
                // From the environment: metrics are not worth a crash loop, /metrics is there all the same.
                Log.NotExporting(logger, invalid.Problem);
                return null;
            default:
                return null;
        }
    }
}

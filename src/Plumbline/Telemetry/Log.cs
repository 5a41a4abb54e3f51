using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;

namespace Plumbline.Telemetry;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "metrics are exported to {Endpoint} ({Protocol})")]
    public static partial void Exporting(ILogger logger, Uri endpoint, OtlpExportProtocol protocol);

    [LoggerMessage(Level = LogLevel.Error, Message = "metrics are not exported: the OTLP endpoint {Problem}")]
    public static partial void NotExporting(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the export of metrics has a problem, said at most once a minute: {Problem}")]
    public static partial void ExportFailed(ILogger logger, string problem);
}

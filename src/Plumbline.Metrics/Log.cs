using Microsoft.Extensions.Logging;

namespace Plumbline.Metrics;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "metrics: an instrument could not be read; its series are missing from /metrics until it answers again, everything else is there (plumbline_metrics_errors_total counts this)")]
    public static partial void NotObserved(ILogger logger, Exception e);

    [LoggerMessage(2, LogLevel.Warning, "metrics: a series of {Metric} cannot be told to Prometheus and is left out")]
    public static partial void NotAMetric(ILogger logger, Exception e, string metric);
}

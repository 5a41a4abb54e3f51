using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Events;

internal static partial class Log
{
    [LoggerMessage(60, LogLevel.Warning, "Gave up event {Reason} on {Kind} {Namespace}/{Name}: {Problem}")]
    public static partial void GaveUp(ILogger logger, string? reason, string? kind, string? @namespace, string? name, string problem);

    [LoggerMessage(61, LogLevel.Warning, "Dropped events: {Count} so far, as more were recorded than could be sent")]
    public static partial void QueueFull(ILogger logger, long count);

    [LoggerMessage(62, LogLevel.Debug, "Left out event {Reason} on {Kind} {Namespace}/{Name}: it has too many")]
    public static partial void RateLimited(ILogger logger, string? reason, string? kind, string? @namespace, string? name);
}

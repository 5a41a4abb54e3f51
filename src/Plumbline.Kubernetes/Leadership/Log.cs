using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Leadership;

internal static partial class Log
{
    [LoggerMessage(40, LogLevel.Information, "{Identity} leads (lease {Lease})")]
    public static partial void Leading(ILogger logger, string identity, string lease);

    [LoggerMessage(41, LogLevel.Warning, "{Identity} no longer leads (lease {Lease}): {Reason}")]
    public static partial void Lost(ILogger logger, string identity, string lease, string reason);

    [LoggerMessage(42, LogLevel.Information, "{Leader} leads (lease {Lease})")]
    public static partial void Following(ILogger logger, string? leader, string lease);

    [LoggerMessage(43, LogLevel.Warning, "Lease {Lease} could not be read or written: {Reason}")]
    public static partial void Failed(ILogger logger, string lease, string reason);

    [LoggerMessage(44, LogLevel.Information, "{Identity} released lease {Lease}")]
    public static partial void Released(ILogger logger, string identity, string lease);
}

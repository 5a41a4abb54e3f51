using Microsoft.Extensions.Logging;

namespace Plumbline.Kubernetes.Client;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Retrying in {Delay}: {Reason}")]
    public static partial void Retrying(ILogger logger, TimeSpan delay, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The API server warns about {Request}: {Warning}")]
    public static partial void ServerWarns(ILogger logger, string request, string warning);

    [LoggerMessage(3, LogLevel.Warning, "Skipped {Kind} {Namespace}/{Name}, which does not read as one: {Problem}")]
    public static partial void Unreadable(ILogger logger, string kind, string? @namespace, string? name, string problem);

    [LoggerMessage(4, LogLevel.Debug, "The watch of {Resource} was silent for {Idle}: connecting again")]
    public static partial void WatchSilent(ILogger logger, string resource, TimeSpan idle);
}

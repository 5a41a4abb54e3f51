using Microsoft.Extensions.Logging;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Caching;

internal static partial class Log
{
    [LoggerMessage(20, LogLevel.Debug, "Listed {Count} {Kind}, {Unreadable} unreadable")]
    public static partial void Listed(ILogger logger, string kind, int count, int unreadable);

    [LoggerMessage(21, LogLevel.Information, "The history of {Kind} is gone from the server: listing again")]
    public static partial void Relisting(ILogger logger, string kind);

    [LoggerMessage(22, LogLevel.Warning, "Lost touch with {Kind}, trying again in {Delay}: {Reason}")]
    public static partial void Disconnected(ILogger logger, string kind, TimeSpan delay, string reason);

    [LoggerMessage(23, LogLevel.Debug, "Still no {Kind}, trying again in {Delay}: {Reason}")]
    public static partial void StillDisconnected(ILogger logger, string kind, TimeSpan delay, string reason);

    [LoggerMessage(24, LogLevel.Error, "Skipped {Kind} {Key}: reducing it failed")]
    public static partial void ReduceFailed(ILogger logger, Exception exception, string kind, NamespacedName key);
}

using Microsoft.Extensions.Logging;

namespace Plumbline.Operator.Cluster;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "The cluster has {Kind}: following it")]
    public static partial void KindFound(ILogger log, string kind);

    [LoggerMessage(2, LogLevel.Information, "The cluster has no {Kind} any more")]
    public static partial void KindGone(ILogger log, string kind);

    [LoggerMessage(3, LogLevel.Warning, "The cluster has {Kind}, and it could not be listed within {Patience}: going on without it. May the operator list it?")]
    public static partial void KindLate(ILogger log, string kind, TimeSpan patience);
}

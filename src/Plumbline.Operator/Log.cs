using Microsoft.Extensions.Logging;

namespace Plumbline.Operator;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Plumbline operator {Version} starts as {Identity} against {Server} ({Source})")]
    public static partial void Starting(ILogger logger, string version, string identity, Uri server, string source);

    [LoggerMessage(2, LogLevel.Error, "The operator cannot start: {Why}")]
    public static partial void CannotStart(ILogger logger, string why);

    [LoggerMessage(3, LogLevel.Error, "The operator stops, since its part '{Part}' ended")]
    public static partial void PartEnded(ILogger logger, Exception? exception, string part);

    [LoggerMessage(4, LogLevel.Information, "Plumbline operator stopped")]
    public static partial void Stopped(ILogger logger);
}

using Microsoft.Extensions.Logging;

namespace Plumbline.Operator.Publishing;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Warning, "Writing {Key} failed, and is tried again: {Why}")]
    public static partial void WriteFailed(ILogger logger, string key, string why);

    [LoggerMessage(301, LogLevel.Information, "{Connection}: {Reason}: {Explanation}")]
    public static partial void VerdictMoved(ILogger logger, string connection, string reason, string explanation);
}

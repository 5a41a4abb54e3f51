using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Operator.Running;

internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Debug, "Settled {Events} events into {Effects} effects in {Milliseconds:0.0} ms")]
    public static partial void Settled(ILogger logger, int events, int effects, double milliseconds);
}

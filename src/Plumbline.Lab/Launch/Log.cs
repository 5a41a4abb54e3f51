using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Plumbline.Lab.Launch;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Relay {From} cannot reach {Target}: {Error}")]
    public static partial void RelayFailed(ILogger log, EndPoint from, EndPoint target, SocketError error);
}

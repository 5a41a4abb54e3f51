using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Plumbline.Lab.Listeners;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Listener {Listener} cannot accept: {Error}")]
    public static partial void AcceptFailed(ILogger log, ListenerSpec listener, SocketError error);

    [LoggerMessage(2, LogLevel.Warning, "Cluster DNS cannot answer a query: {Error}")]
    public static partial void AnswerFailed(ILogger log, SocketError error);
}

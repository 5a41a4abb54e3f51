using System.Net;
using Microsoft.Extensions.Logging;

namespace Plumbline.Operator.Dispatch;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Agent link of node {Node} opened (link {Link})")]
    public static partial void LinkOpened(ILogger logger, string node, long link);

    [LoggerMessage(101, LogLevel.Information, "Agent link of node {Node} ended (link {Link}): {Why}")]
    public static partial void LinkClosed(ILogger logger, string node, long link, string why);

    [LoggerMessage(102, LogLevel.Warning, "Refused an agent from {Address}: {Why}")]
    public static partial void LinkDenied(ILogger logger, IPAddress? address, string why);

    [LoggerMessage(103, LogLevel.Debug, "Agent of node {Node} runs version {Version}")]
    public static partial void AgentHello(ILogger logger, string node, string version);

    [LoggerMessage(104, LogLevel.Debug, "Agent of node {Node} carries out plan {Revision}")]
    public static partial void PlanAcknowledged(ILogger logger, string node, long revision);

    [LoggerMessage(105, LogLevel.Warning, "The link's certificate {File} cannot be read, the old one stays: {Why}")]
    public static partial void CertificateUnreadable(ILogger logger, string file, string why);

    [LoggerMessage(106, LogLevel.Warning, "Agent of node {Node} sent {Count} reports that make no sense; the others count. Is it of another version?")]
    public static partial void ReportsUnusable(ILogger logger, string node, int count);
}

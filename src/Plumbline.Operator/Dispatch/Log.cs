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

    [LoggerMessage(107, LogLevel.Error, "A defect ended the agent link of node {Node} (link {Link})")]
    public static partial void LinkDefect(ILogger logger, string node, long link, Exception defect);

    [LoggerMessage(110, LogLevel.Information, "Made link certificate {Thumbprint}, good until {Expires:u}")]
    public static partial void CertificateMade(ILogger logger, string thumbprint, DateTime expires);

    [LoggerMessage(111, LogLevel.Information, "Link certificate {Thumbprint} is now in use")]
    public static partial void CertificateInUse(ILogger logger, string thumbprint);

    [LoggerMessage(112, LogLevel.Information, "Published the link's certificate in ConfigMap {ConfigMap} as {Key}")]
    public static partial void TrustPublished(ILogger logger, string configMap, string key);

    [LoggerMessage(113, LogLevel.Warning, "The link's certificate could not be published in ConfigMap {ConfigMap}, trying again in {Wait}: {Why}")]
    public static partial void TrustNotPublished(ILogger logger, string configMap, TimeSpan wait, string why);

    [LoggerMessage(114, LogLevel.Information, "Removed from ConfigMap {ConfigMap} what no replica uses any more: {Keys}")]
    public static partial void TrustPruned(ILogger logger, string configMap, string keys);

    [LoggerMessage(115, LogLevel.Warning, "The link's key {File} cannot be used, a new one is made: {Why}")]
    public static partial void KeyNotLoaded(ILogger logger, string file, string why);

    [LoggerMessage(116, LogLevel.Warning, "The link's key {File} cannot be kept for the next container; agents need a while to know the one that it makes: {Why}")]
    public static partial void KeyNotKept(ILogger logger, string file, string why);
}

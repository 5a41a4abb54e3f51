using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Operator.Running;

internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Debug, "Settled {Events} events into {Effects} effects in {Milliseconds:0.0} ms")]
    public static partial void Settled(ILogger logger, int events, int effects, double milliseconds);

    [LoggerMessage(201, LogLevel.Information, "Cluster DNS is at {Servers}, domain {Domain}")]
    public static partial void ClusterDnsFound(ILogger logger, string servers, string domain);

    [LoggerMessage(202, LogLevel.Warning, "Cluster DNS was not found: no Service looks like it, and this replica's own resolv.conf does not name it. Rows by name are Unknown (ClusterDnsUnknown) until --cluster-dns says where it is")]
    public static partial void ClusterDnsUnknown(ILogger logger);
}

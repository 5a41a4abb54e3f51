using Microsoft.Extensions.Logging;

namespace Plumbline.Agent;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "agent {Version} of node {Node} starts; operator {Operator}")]
    public static partial void Starting(ILogger logger, string version, string node, Uri @operator);

    [LoggerMessage(2, LogLevel.Information, "agent stops")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(3, LogLevel.Critical, "agent cannot run: {Reason}")]
    public static partial void CannotRun(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Critical, "agent ends on a defect")]
    public static partial void Defect(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "linked to {Address}")]
    public static partial void LinkUp(ILogger logger, Uri address);

    [LoggerMessage(11, LogLevel.Warning, "link to {Address} ended: {Reason}")]
    public static partial void LinkDown(ILogger logger, Uri address, string reason);

    [LoggerMessage(12, LogLevel.Warning, "no link: {Reason}")]
    public static partial void DialFailed(ILogger logger, string reason);

    [LoggerMessage(13, LogLevel.Information, "{Standby} is a standby; dialling the leader at {Leader}")]
    public static partial void FollowingLeader(ILogger logger, Uri standby, Uri leader);

    [LoggerMessage(14, LogLevel.Warning, "a message of the operator is not understood: {Reason}")]
    public static partial void MessageNotUnderstood(ILogger logger, string reason);

    [LoggerMessage(15, LogLevel.Error, "the link ends on a defect")]
    public static partial void LinkDefect(ILogger logger, Exception exception);

    [LoggerMessage(20, LogLevel.Information, "plan {Revision}: {Probes} probes from {Sources} sources")]
    public static partial void PlanTaken(ILogger logger, long revision, int probes, int sources);

    [LoggerMessage(21, LogLevel.Information, "plan delta builds on revision {Needed}, here is {Have}: asking for a snapshot")]
    public static partial void PlanGap(ILogger logger, long have, long needed);

    [LoggerMessage(22, LogLevel.Error, "plan {Revision} is refused: {Reason}")]
    public static partial void PlanRefused(ILogger logger, long revision, string reason);

    [LoggerMessage(23, LogLevel.Warning, "probe {Probe} is refused: {Reason}")]
    public static partial void ProbeRefused(ILogger logger, string probe, string reason);

    [LoggerMessage(24, LogLevel.Warning, "plan {Revision}: {Count} entries make no sense to this agent and are left out; is the operator of another version?")]
    public static partial void PlanEntriesUnreadable(ILogger logger, long revision, int count);

    [LoggerMessage(30, LogLevel.Information, "source {Namespace}/{Name}: {Reason}")]
    public static partial void SourceNotFound(ILogger logger, string @namespace, string name, string reason);

    [LoggerMessage(32, LogLevel.Warning, "probes start up to {Seconds:0} s late: the plan of {Probes} probes asks for more than rate caps and concurrency allow; longer intervals or less coverage help")]
    public static partial void ScheduleLate(ILogger logger, double seconds, int probes);

    [LoggerMessage(31, LogLevel.Debug, "{Source} -> {Host}:{Port} {Outcome}: {Detail}")]
    public static partial void Probed(ILogger logger, string source, string host, int port, Core.Probes.ProbeOutcome outcome, string? detail);
}

using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using Plumbline.Api;
using Plumbline.Core.Connections;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Operator.Publishing.Status;

/// <summary>Reports → status objects for server-side apply. The only place where conditions are made.</summary>
public sealed class StatusWriter(ConditionTimes times)
{
    private const int MaxText = 4096;
    private const int MaxMessage = 32768;
    private const int MaxCause = 512;
    private const int MaxName = 253;
    private const int MaxNames = 8;

    public V1Alpha1Connection Connection(NamespacedName key, ConnectionReport report, DateTimeOffset now)
    {
        var verdict = report.Verdict;
        var (status, since) = (Word(verdict.Status), report.Since);
        return new V1Alpha1Connection
        {
            Metadata = new V1ObjectMeta { Name = key.Name, NamespaceProperty = key.Namespace },
            Status = new V1Alpha1ConnectionStatus
            {
                ObservedGeneration = report.Connection.Generation,
                Conditions =
                [
                    Condition("Ready", status, verdict.Reason.Name, verdict.Explanation, since, report.Connection.Generation),
                    Resolved(key, report, now),
                    Probed(key, report, now),
                    Condition("Verified", status, verdict.Reason.Name, verdict.Explanation, since, report.Connection.Generation),
                ],
                Reachable = verdict.Probed > 0 ? $"{verdict.Reachable.ToString(CultureInfo.InvariantCulture)}/{verdict.Probed.ToString(CultureInfo.InvariantCulture)}" : null,
                Vantage = verdict.Probed > 0 ? "Agent" : null,
                Ports = verdict.Ports.IsEmpty
                    ? null
                    : [.. verdict.Ports.Select(p => new V1Alpha1PortStatus { Port = p.Port, Verified = Word(p.Reason.Status), Reason = p.Reason.Name, Reachable = p.Reachable, Probed = p.Probed })],
                Failures = verdict.Failures.IsEmpty
                    ? null
                    : [.. verdict.Failures.Select(f => new V1Alpha1Failure { Source = f.Source, Target = f.Target, Reason = f.Reason.Name, Message = Cut(f.Message, MaxText), Since = f.Since })],
                Explanation = Cut(verdict.Explanation, MaxText),
                Cause = report.Cause is { } cause ? new V1Alpha1Cause { Key = Cut(cause.Key, MaxCause), Message = Cut(cause.Sentence, MaxText) } : null,
                Certificate = verdict.Certificate is { } certificate ? Certificate(certificate) : null,
                Coverage = verdict.Coverage is { } c ? new V1Alpha1SweptCoverage { Pairs = c.Pairs, Probed = c.Probed, SweepSeconds = (long)Math.Ceiling(c.Sweep.TotalSeconds) } : null,
                LatencyMilliseconds = verdict.Latency is { } l ? new V1Alpha1Latency { P50 = l.P50, P99 = l.P99 } : null,
                UptimePercent = report.UptimeHour is null && report.UptimeDay is null ? null : new V1Alpha1Uptime { Hour = report.UptimeHour, Day = report.UptimeDay },
                ReachedBy = report.ReachedBy.IsEmpty
                    ? null
                    : [.. report.ReachedBy.Select(r => new V1Alpha1ReachedService { Service = r.Service.ToString(), Port = r.Port, LostTime = r.LostAt })],
                Outages = report.Outages.IsEmpty
                    ? null
                    : [.. report.Outages.Select(o => new V1Alpha1Outage { StartTime = o.Start, EndTime = o.End, Reason = o.Reason, Pairs = o.Pairs })],
                LastProbeTime = verdict.LastProbeTime,
            },
        };
    }

    public V1Alpha1ConnectionMap Map(NamespacedName key, MapReport report, DateTimeOffset now)
    {
        var (reason, message) = report.Verdict;
        var resolved = report.Unresolved == 0 && report.Problems.IsEmpty;
        var resolvedMessage = resolved
            ? "every row's parties are bound"
            : string.Join("; ", report.Problems.Append(report.Unresolved > 0 ? $"{report.Unresolved} rows are unresolved: kubectl get connections shows which, with the reason" : null).OfType<string>());
        var id = new ObjectId(V1Alpha1ConnectionMap.EntityKind, key, report.Uid);
        return new V1Alpha1ConnectionMap
        {
            Metadata = new V1ObjectMeta { Name = key.Name, NamespaceProperty = key.Namespace },
            Status = new V1Alpha1ConnectionMapStatus
            {
                ObservedGeneration = report.Generation,
                Conditions =
                [
                    Tracked(id, "Ready", Word(reason.Status), reason.Name, message, report.Generation, now),
                    Tracked(id, "Resolved", resolved ? "True" : "False", (resolved ? Reasons.OfMaps.AllBound : Reasons.OfMaps.NotAllResolved).Name, resolvedMessage, report.Generation, now),
                    Tracked(id, "Verified", Word(reason.Status), reason.Name, message, report.Generation, now),
                ],
                Documented = report.Documented,
                Verified = report.Verified,
                Drifted = report.Drifted,
                Unknown = report.Unknown,
                Unresolved = report.Unresolved,
                Unprobeable = report.Unprobeable,
            },
        };
    }

    public V1Alpha1Component Component(NamespacedName key, ComponentReport report, DateTimeOffset now) => new()
    {
        Metadata = new V1ObjectMeta { Name = key.Name, NamespaceProperty = key.Namespace },
        Status = new V1Alpha1ComponentStatus
        {
            ObservedGeneration = report.Generation,
            Conditions = [Tracked(new ObjectId(V1Alpha1Component.EntityKind, key, report.Uid), "Resolved", report.Resolved ? "True" : "False", report.Reason, report.Message, report.Generation, now)],
            Pods = report.Pods,
            Ready = report.Ready,
            Services = report.Services.IsEmpty ? null : [.. report.Services.Take(1024)],
            Addresses = report.Addresses,
        },
    };

    private static V1Alpha1Certificate Certificate(CertificateSummary certificate) => new()
    {
        Subject = Cut(certificate.Subject, MaxName),
        Issuer = Cut(certificate.Issuer, MaxName),
        NotAfter = certificate.NotAfter,
        Names = certificate.Names.IsEmpty ? null : [.. certificate.Names.Take(MaxNames).Select(n => Cut(n, MaxName))],
        Problem = certificate.Problem is { } problem ? Cut(problem, MaxText) : null,
    };

    private V1Condition Resolved(NamespacedName key, ConnectionReport report, DateTimeOffset now)
    {
        var unresolved = report.Verdict.Reason.Category == ReasonCategory.Unresolved;
        return Tracked(
            new ObjectId(V1Alpha1Connection.EntityKind, key, report.Uid),
            "Resolved",
            report.Resolved ? "True" : "False",
            report.Resolved ? Reasons.OfConnections.Resolved.Name : report.Verdict.Reason.Name,
            unresolved || !report.Resolved ? report.Verdict.Explanation : "source and destination are bound to the cluster",
            report.Connection.Generation,
            now);
    }

    private V1Condition Probed(NamespacedName key, ConnectionReport report, DateTimeOffset now) => Tracked(
        new ObjectId(V1Alpha1Connection.EntityKind, key, report.Uid),
        "Probed",
        report.Probed ? "True" : "False",
        report.Probed ? Reasons.OfConnections.Probed.Name : report.Verdict.Reason.Name,
        report.Probed ? $"{report.Verdict.Probed} pairs have been probed" : report.Verdict.Explanation,
        report.Connection.Generation,
        now);

    private V1Condition Tracked(ObjectId id, string type, string status, string reason, string message, long generation, DateTimeOffset now) =>
        Condition(type, status, reason, message, times.Since(id, type, status, now), generation);

    private static V1Condition Condition(string type, string status, string reason, string message, DateTimeOffset since, long generation) => new()
    {
        Type = type,
        Status = status,
        ObservedGeneration = generation,
        LastTransitionTime = since.UtcDateTime,
        Reason = reason,
        Message = Cut(message, MaxMessage),
    };

    private static string Word(VerifiedStatus status) => status switch
    {
        VerifiedStatus.True => "True",
        VerifiedStatus.False => "False",
        VerifiedStatus.Unknown => "Unknown",
    };

    private static string Cut(string text, int max) => text.Length <= max ? text : string.Concat(text.AsSpan(0, max - 1), "…");
}

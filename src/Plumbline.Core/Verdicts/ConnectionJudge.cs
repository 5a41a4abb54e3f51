using System.Collections.Immutable;
using System.Globalization;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>Ports → the verdict of a row.</summary>
public static class ConnectionJudge
{
    public static Verdict Judge(DocumentedConnection connection, ConnectionResolution.Unresolved unresolved)
    {
        // Nobody reaches what does not run, as the row wants it; only, that shows nothing of isolation either.
        var (reason, why) = connection.Expect == Expectation.Blocked && unresolved.Reason == Reasons.NoReadyEndpoints
            ? (Reasons.ControlFailed, $"{unresolved.Explanation}; so nothing of isolation can be shown")
            : (unresolved.Reason, unresolved.Explanation);
        return new Verdict
        {
            Reason = reason,
            Explanation = $"{Title(connection)}: {why}",
            Cause = reason.Status != VerifiedStatus.False ? null : new Cause(reason == Reasons.SourceMissing ? $"source/{connection.From}" : $"destination/{connection.To}", why),
            Ports = [.. connection.Ports.Select(p => new PortVerdict(p.Port, reason, 0, 0, why))],
        };
    }

    public static Verdict Judge(
        DocumentedConnection connection,
        ConnectionResolution.Resolved resolved,
        ImmutableArray<PairState> pairs,
        FailureExplainer explainer,
        Func<ProbePair, ControlEvidence> controls,
        bool wasVerified = false,
        SweepState? sweep = null,
        ImmutableArray<StaticFact> lost = default,
        Func<PairTarget, Listening?>? listening = null,
        Unenforced? unenforced = null)
    {
        ImmutableArray<ExplainedFailure> failures =
            [.. pairs.Where(p => p.Condition is PairCondition.Down or PairCondition.Partly or PairCondition.Intermittent).Select(p => new ExplainedFailure(p, explainer.Explain(p, pairs, resolved.Facts, listening ?? (_ => null))))];
        ImmutableArray<PortVerdict> ports =
        [
            .. connection.Ports.Select(documented => PortRules.Judge(new PortEvidence(
                connection,
                documented.Port,
                [.. pairs.Where(p => p.Pair.Target.DocumentedPort == documented.Port)],
                [.. failures.Where(f => f.State.Pair.Target.DocumentedPort == documented.Port)],
                controls,
                wasVerified,
                sweep)
            {
                WhyDenied = explainer.WhyDenied,
                Unenforced = unenforced?.Pair.Target.DocumentedPort == documented.Port ? unenforced : null,
                Lost = lost.IsDefaultOrEmpty ? null : lost.FirstOrDefault(f => f.Port == documented.Port),
            })),
        ];
        var (reason, explanation) = Combine(connection, ports);

        // Where one of several ports is enough and one works, the others are not missed: they show in the ports only.
        var counted = connection.PortMatch == PortMatch.Any && reason.Status == VerifiedStatus.True
            ? ports.Where(p => p.Reason.Status == VerifiedStatus.True).ToList()
            : [.. ports];
        var results = pairs.Select(p => p.Evidence.Last).OfType<KnownResult>().ToList();
        var phases = PhaseLatency.Of(pairs);
        return new Verdict
        {
            Reason = reason,
            Explanation = $"{Title(connection)}: {explanation}{Sampled(connection)}{(resolved.LeftOut is { } leftOut ? $"; {leftOut}" : "")}",
            Ports = ports,
            Cause = CauseOf(connection, reason, explanation, failures, pairs, lost),
            Reachable = counted.Sum(p => p.Reachable),
            Probed = counted.Sum(p => p.Probed),
            Failures = [.. failures.Where(f => counted.Any(p => p.Port == f.State.Pair.Target.DocumentedPort)).Select(Failure).OrderBy(f => f.Since).ThenBy(f => f.Source, StringComparer.Ordinal).ThenBy(f => f.Target, StringComparer.Ordinal).Take(Verdict.MaxFailures)],
            LastProbeTime = results.Count == 0 ? null : results.Max(r => r.Time),
            Latency = LatencyOf(phases),
            Phases = phases,
            Unenforced = unenforced?.Sentence,
            Certificate = CertificateSummary.Of(pairs),
            Coverage = sweep is null ? null : new Coverage(sweep.Schedule.Pairs, ports.Sum(p => p.Probed), sweep.Schedule.Duration),
        };
    }

    /// <summary>Every row that is False has one.</summary>
    private static Cause? CauseOf(
        DocumentedConnection connection, Reason reason, string explanation, ImmutableArray<ExplainedFailure> failures, ImmutableArray<PairState> pairs, ImmutableArray<StaticFact> lost) =>
        reason.Status != VerifiedStatus.False ? null
        : reason == Reasons.OpenButExpectedBlocked ? new Cause($"open/{connection.To}", explanation)
        : RowCause.Of(failures, pairs)
            ?? (!lost.IsDefaultOrEmpty && lost.FirstOrDefault(f => f.Service is not null) is { } fact ? new Cause(Cause.OfService(fact.Service!.Value), fact.Explanation) : null)
            ?? new Cause($"destination/{connection.To}", explanation);

    private static (Reason Reason, string Explanation) Combine(DocumentedConnection connection, ImmutableArray<PortVerdict> ports)
    {
        if (ports.Length == 1)
        {
            return (ports[0].Reason, ports[0].Explanation);
        }

        var good = ports.Where(p => p.Reason.Status == VerifiedStatus.True).ToList();
        var bad = ports.Where(p => p.Reason.Status == VerifiedStatus.False).ToList();
        // Of a range that works nobody expects every port to be open at the moment.
        var idle = good.Count > 0 ? ports.Where(p => p.Reason == Reasons.RangeIdle).ToList() : [];
        var unknown = ports.Where(p => p.Reason.Status == VerifiedStatus.Unknown).Except(idle).ToList();
        if (connection.PortMatch == PortMatch.Any && good.Count > 0)
        {
            return (good[0].Reason, $"port {List(good)} of {List(ports)} works, and one is enough{(bad.Count > 0 ? $" (port {List(bad)}: {bad[0].Reason})" : "")}");
        }

        // With alternatives, an open question on one port leaves the row open; with all meant, one broken port breaks it.
        if (bad.Count > 0 && (connection.PortMatch == PortMatch.All || unknown.Count == 0))
        {
            var alike = bad.All(p => p.Reason == bad[0].Reason) && good.Count == 0;
            var reason = alike ? bad[0].Reason : good.Count > 0 ? Reasons.PartlyReachable : bad[0].Reason;
            return (reason, string.Join("; ", bad.Select(p => $"port {p.Port.ToString(CultureInfo.InvariantCulture)}: {p.Explanation}")) + (good.Count > 0 ? $" (port {List(good)} works)" : ""));
        }

        return unknown.Count > 0
            ? (unknown[0].Reason, $"port {List(unknown)}: {unknown[0].Explanation}")
            : (good[0].Reason, string.Join("; ", good.Select(p => $"port {p.Port.ToString(CultureInfo.InvariantCulture)}: {p.Explanation}")) + (idle.Count > 0 ? $"; nothing listens on port {List(idle)} at the moment" : ""));
    }

    /// <summary>Which ports stand for the row's ranges, as a clause.</summary>
    private static string Sampled(DocumentedConnection connection)
    {
        var ranges = connection.Ports.Where(p => p.Of is not null).GroupBy(p => p.Of!);
        return string.Concat(ranges.Select(r => $"; probed of {r.Key}: {string.Join(", ", r.Select(p => p.Port).Order())}"));
    }

    private static PairFailure Failure(ExplainedFailure f) => new(
        f.State.Pair.Source.Display,
        f.State.Pair.Target.Display,
        f.State.Pair.Target.DocumentedPort,
        f.Cause.Reason,
        f.Cause.Why,
        f.State.Condition == PairCondition.Intermittent ? f.State.Evidence.Failures!.Since : f.State.ImpairedSince ?? f.State.Evidence.Runs.Newest.Started);

    /// <summary>Milliseconds to connect, over the pairs that work.</summary>
    private static LatencySummary? LatencyOf(ImmutableArray<PhaseLatency> phases)
    {
        foreach (var latency in phases)
        {
            if (latency.Phase == Probes.ProbePhase.Connect)
            {
                return new LatencySummary(Math.Round(latency.P50Milliseconds, 3), Math.Round(latency.P99Milliseconds, 3));
            }
        }

        return null;
    }

    private static string Title(DocumentedConnection c) =>
        $"{c.From ?? "?"} → {c.To ?? "?"}{(c.Ports.IsEmpty ? "" : $":{string.Join(c.PortMatch == PortMatch.Any ? "/" : ",", c.Ports.Select(p => p.Of?.ToString() ?? p.Port.ToString(CultureInfo.InvariantCulture)).Distinct())}")}";

    private static string List(IEnumerable<PortVerdict> ports) => string.Join(", ", ports.Select(p => p.Port.ToString(CultureInfo.InvariantCulture)));
}

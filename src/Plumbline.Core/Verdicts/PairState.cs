using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>What the evidence says of one pair, now.</summary>
public enum PairCondition : byte
{
    /// <summary>The newest evidence is a success, or failures are still fewer than the threshold after one.</summary>
    Up,

    /// <summary>At least the threshold of failures in a row.</summary>
    Down,

    /// <summary>The name works at some of its addresses, and did not at others in at least the threshold of reports in a row.</summary>
    Partly,

    /// <summary>It works and fails by turns: a share of the newest results is failures, though seldom many in a row.</summary>
    Intermittent,

    /// <summary>Planned, and not settled yet.</summary>
    Pending,

    /// <summary>Planned only a moment ago, as after a rollout, and not settled yet. Past its first interval it is <see cref="Pending"/>.</summary>
    New,

    /// <summary>The newest evidence is too old.</summary>
    Stale,

    /// <summary>The agent of the source's node is not connected.</summary>
    NoAgent,

    /// <summary>The source pod runs, and its agent does not find the pod's network, or finds it twice.</summary>
    NotFound,

    /// <summary>The agent refuses to probe such a target.</summary>
    Refused,

    /// <summary>The proxy of a service mesh accepted the connection, and nothing came from behind it.</summary>
    Proxied,

    /// <summary>Nothing comes back over UDP.</summary>
    Silent,

    /// <summary>A port that stands for a range, and nothing listens on it at the moment: the destination itself says so.</summary>
    Idle,

    /// <summary>The source pod went away, or it (or the target) is not ready and the probe failed: no evidence either way.</summary>
    NoEvidence,
}

public sealed record PairState(ProbePair Pair, PlannedProbe Probe, PairCondition Condition, ProbeEvidence Evidence)
{
    public bool Swept { get; init; }

    public bool ProvenEarlier { get; init; }

    /// <summary>In the plan for so short a time that a missing result means nothing.</summary>
    public bool Fresh { get; init; }

    /// <summary>Addresses of the name that failed and whose failure counts, also before it has lasted.</summary>
    public ImmutableArray<FailedAddress> FailedAddresses { get; init; } = [];

    /// <summary>Failures in a row, as this row counts them: a status that it does not expect is one.</summary>
    public Streak Failing { get; init; }

    /// <summary>Since when the pair has not worked, or only at some addresses of the name.</summary>
    public DateTimeOffset? ImpairedSince { get; init; }

    /// <summary>Statuses that the row takes for a success; empty: any.</summary>
    public ImmutableArray<int> ExpectedStatuses { get; init; } = [];

    /// <summary>The address that the name of a Service leads to although it is none of the Service's, once that has lasted; null otherwise.</summary>
    public string? LeadsTo { get; init; }

    /// <summary>The newest evidence is a success at every address that counts: nothing to keep an eye on.</summary>
    public bool IsWhole => Condition == PairCondition.Up && Failing.Length == 0 && FailedAddresses.IsEmpty;
}

/// <summary>Evidence and circumstances → the condition of a pair.</summary>
/// <remarks>
/// <code>
///             success                    failures &lt; threshold
///   Pending ───────────▶ Up ◀─────────┐ ┌──────────────▶ Up (still)
///      │                  │ success   │ │
///      │ failures ≥ thr.  │ failures ≥ threshold
///      ▼                  ▼           │
///     Down ◀────────────────          │ Down ── success ──▶ Up ◀──▶ Partly (some addresses of the name fail, threshold in a row)
///   any state ── too old ──▶ Stale ── agent away ──▶ NoAgent ── evidence again ──▶ Up / Down
/// </code>
/// </remarks>
public static class PairJudge
{
    /// <summary>DNS may give an address for some time after it has changed: caches of the cluster keep answers for up to half a minute.</summary>
    private static readonly TimeSpan DnsLag = TimeSpan.FromSeconds(45);

    /// <summary>Results older than this many intervals (plus a timeout and a little for delivery) are stale.</summary>
    private const int StaleIntervals = 3;

    /// <summary>Failures in a row that one of two backends that is dead brings hardly ever.</summary>
    private const int MostInARow = 8;

    public static TimeSpan StaleAfter(ProbeSettings settings) => StaleAfter(settings.Interval, settings.Timeout);

    public static TimeSpan StaleAfter(PlannedProbe probe) =>
        StaleAfter(TimeSpan.FromMilliseconds(probe.IntervalMilliseconds), TimeSpan.FromMilliseconds(probe.TimeoutMilliseconds));

    private static TimeSpan StaleAfter(TimeSpan interval, TimeSpan timeout) => (StaleIntervals * interval) + timeout + ProbeSettings.DeliverySlack;

    public static PairState Judge(PlannedPair planned, ProbeEvidence evidence, DocumentedConnection row, bool agentAvailable, DateTimeOffset now)
    {
        var expected = row.Http?.ExpectedStatuses ?? [];
        var (failing, impaired) = (evidence.Runs.Failing(expected), evidence.Runs.NotWhole(expected));
        var failed = FailedAddressesThatCount(planned.Pair, evidence, impaired, row.Settings, now);
        var elsewhere = ForeignAddress(planned.Pair, evidence) is { } address && now - evidence.AddressSince >= NameLasts(row.Settings) ? address : null;
        var condition = Condition();
        return new(planned.Pair, planned.Probe, condition == PairCondition.Up && IsOnlyAccepted(planned.Pair, evidence) ? PairCondition.Proxied : condition, evidence)
        {
            Swept = planned.Swept,
            ProvenEarlier = planned.ProvenEarlier,
            Fresh = IsFresh(evidence, row.Settings, now),
            FailedAddresses = failed,
            Failing = failing,
            ImpairedSince = impaired.Since,
            ExpectedStatuses = expected,
            LeadsTo = elsewhere,
        };

        PairCondition Condition() => agentAvailable
            ? WithoutEvidence(planned.Pair, evidence, row.Settings, now) ?? Elsewhere() ?? ByRuns(planned.Pair, evidence, failing, impaired, failed, expected, row, now)
            : PairCondition.NoAgent;

        // What answers is not what the row means, however well it works.
        PairCondition? Elsewhere() => failing.Length == 0 && (elsewhere is not null || planned.Pair.Target.IsMissing) && !evidence.Runs.IsUncounted(expected) ? PairCondition.Down : null;
    }

    /// <summary>The next moment at which the pair can be judged otherwise although nothing is reported; <see cref="DateTimeOffset.MaxValue"/> for none.</summary>
    public static DateTimeOffset ChangesAt(PairState state, ProbeSettings settings, DateTimeOffset now)
    {
        var (at, evidence) = (DateTimeOffset.MaxValue, state.Evidence);
        if (evidence.Last is { } last)
        {
            // One tick past the limit: at the limit itself the result still counts.
            Consider(evidence.ReceivedAt + StaleAfter(settings) + TimeSpan.FromTicks(1));
            if (last.FailedAddresses.Length > 0 && state.ImpairedSince is { } impaired)
            {
                Consider(impaired + settings.SettledWithin);
            }

            if (ForeignAddress(state.Pair, evidence) is not null)
            {
                Consider(evidence.AddressSince + NameLasts(settings));
            }

            if (evidence.Runs.IsUncounted(state.ExpectedStatuses))
            {
                Consider(evidence.ReceivedAt + settings.SettledWithin);
            }
        }

        if (evidence.PlannedAt is { } planned)
        {
            Consider(planned + settings.SettledWithin);
        }

        return at;

        void Consider(DateTimeOffset candidate) => at = candidate > now && candidate < at ? candidate : at;
    }

    /// <summary>Null when there is evidence of now.</summary>
    private static PairCondition? WithoutEvidence(ProbePair pair, ProbeEvidence evidence, ProbeSettings settings, DateTimeOffset now)
    {
        var said = evidence.NotEvidence?.Outcome;
        if (said == ProbeOutcome.TargetRefused)
        {
            return PairCondition.Refused;
        }

        if (evidence.Last is not null && now - evidence.ReceivedAt <= StaleAfter(settings))
        {
            return null;
        }

        return said switch
        {
            ProbeOutcome.Silent => PairCondition.Silent,
            // The API may still tell of a pod that its node has ended already, and of one whose network is a moment old.
            ProbeOutcome.SourceGone or ProbeOutcome.SourceNotFound => !pair.Source.Steady ? PairCondition.NoEvidence : IsFresh(evidence, settings, now) ? PairCondition.New : PairCondition.NotFound,
            _ => evidence.Last is null ? Unsettled(evidence, settings, now) : PairCondition.Stale,
        };
    }

    private static PairCondition ByRuns(
        ProbePair pair, ProbeEvidence evidence, Streak failing, Streak impaired, ImmutableArray<FailedAddress> failed, ImmutableArray<int> expected, DocumentedConnection row, DateTimeOffset now)
    {
        if (evidence.Runs.IsUncounted(expected))
        {
            return !pair.Source.Steady || !pair.Target.Steady ? PairCondition.NoEvidence
                : now - evidence.ReceivedAt < row.Settings.SettledWithin ? PairCondition.New : PairCondition.Pending;
        }

        // A few failures in a row are part of it: only a long run says that it is down altogether now.
        if (evidence.Failures?.IsIntermittent == true && failing.Length < Math.Max(2 * row.Settings.FailureThreshold, MostInARow) && pair.Source.Steady && pair.Target.Steady)
        {
            return PairCondition.Intermittent;
        }

        if (failing.Length == 0)
        {
            return impaired.Length >= row.Settings.FailureThreshold && !failed.IsEmpty ? PairCondition.Partly : PairCondition.Up;
        }

        if (!pair.Source.Steady || !pair.Target.Steady)
        {
            // Pods that start, stop or are not ready fail for reasons of their own.
            return PairCondition.NoEvidence;
        }

        // Caches of DNS may still deny a name that is new, and kube-proxy may still be on its way to a DNS Service that is.
        if (evidence.Last?.Outcome == ProbeOutcome.NameNotResolved && IsFresh(evidence, row.Settings, now))
        {
            return PairCondition.New;
        }

        return failing.Length >= row.Settings.FailureThreshold ? IsIdle(pair, evidence, row) ? PairCondition.Idle : PairCondition.Down
            : evidence.Runs.HasWorked(expected) ? PairCondition.Up
            : Unsettled(evidence, row.Settings, now);
    }

    /// <summary>
    /// Ranges are documented for ports that are opened as they are needed: media streams, passive FTP. A refusal from the destination proves the way.
    /// A filter's would come as an ICMP error; over UDP the destination's own looks the same, so a dead end there must not be called drift.
    /// </summary>
    private static bool IsIdle(ProbePair pair, ProbeEvidence evidence, DocumentedConnection row) =>
        evidence.Last is { Outcome: ProbeOutcome.ConnectionRefused } refused && row.Expect == Expectation.Open
        && row.Ports.Any(p => p.Port == pair.Target.DocumentedPort && p.Of is not null)
        && (refused.Icmp is null || pair.Target.Protocol == ConnectionProtocol.Udp);

    /// <summary>A handshake with the mesh's proxy proves nothing of the far end. An answer of any kind does.</summary>
    private static bool IsOnlyAccepted(ProbePair pair, ProbeEvidence evidence) =>
        MeshOf(pair) is not null && pair.Target is { Protocol: ConnectionProtocol.Tcp, Proxy: null }
        && evidence.Last is { Outcome: ProbeOutcome.Succeeded, Proven: <= ProvenStage.Connected } last && !last.Remarks.HasFlag(ProbeRemarks.GreetedLately);

    /// <summary>The mesh of either end, and which end; null where there is none.</summary>
    public static (string Mesh, string End)? MeshOf(ProbePair pair) => pair.Source.Pod?.Mesh is { } near ? (near, pair.Source.Display)
        : pair.Target.Pod?.Mesh is { } far ? (far, pair.Target.Pod.Key.ToString()) : null;

    private static PairCondition Unsettled(ProbeEvidence evidence, ProbeSettings settings, DateTimeOffset now) =>
        IsFresh(evidence, settings, now) ? PairCondition.New : PairCondition.Pending;

    private static bool IsFresh(ProbeEvidence evidence, ProbeSettings settings, DateTimeOffset now) =>
        evidence.PlannedAt is { } at && now - at < settings.SettledWithin;

    /// <summary>
    /// A family that the source has no address of is tried by no client. And DNS may name a pod that goes away for some seconds more: an
    /// address that should not be behind the name counts only once that has lasted.
    /// </summary>
    private static ImmutableArray<FailedAddress> FailedAddressesThatCount(
        ProbePair pair, ProbeEvidence evidence, Streak impaired, ProbeSettings settings, DateTimeOffset now)
    {
        if (evidence.Last is not { Outcome: ProbeOutcome.Succeeded, FailedAddresses: { Length: > 0 } failed } || !pair.Source.Steady)
        {
            return [];
        }

        var lasts = impaired.Since is { } since && now - since >= settings.SettledWithin;
        return [.. failed.Where(f => f.Outcome.IsEvidence() && pair.Source.Families.CanReach(f.Address) && !IpFamily.Holds(pair.Target.Unsteady, f.Address)
            && (lasts || pair.Target.Behind.IsEmpty || IpFamily.Holds(pair.Target.Behind, f.Address)))];
    }

    private static TimeSpan NameLasts(ProbeSettings settings) => settings.SettledWithin > DnsLag ? settings.SettledWithin : DnsLag;

    /// <summary>An address that a Service's name led to and that is none of the Service's.</summary>
    private static string? ForeignAddress(ProbePair pair, ProbeEvidence evidence) =>
        pair.Target is { Kind: TargetKind.Service, Behind.IsEmpty: false } target && evidence.Last?.Address is { } address
            && !IpFamily.Holds(target.Behind, address) && !IpFamily.Holds(target.Unsteady, address) ? address : null;
}

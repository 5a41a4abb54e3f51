using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Evidence;

/// <summary>What is known of one probe so far.</summary>
public sealed record ProbeEvidence
{
    // A DateTimeOffset takes twice as much, and there is one of these for each pair.
    private readonly long _receivedAt;
    private readonly long _plannedAt;
    private readonly long _addressSince;

    public static ProbeEvidence None { get; } = new();

    /// <summary>Newest result that is evidence; null before the first.</summary>
    public KnownResult? Last { get; init; }

    /// <summary>When it arrived, by the operator's clock: freshness never depends on an agent's clock.</summary>
    public DateTimeOffset ReceivedAt
    {
        get => new(_receivedAt, TimeSpan.Zero);
        init => _receivedAt = value.UtcTicks;
    }

    /// <summary>Since when results have come from the newest one's address, by the operator's clock.</summary>
    public DateTimeOffset AddressSince
    {
        get => new(_addressSince, TimeSpan.Zero);
        init => _addressSince = value.UtcTicks;
    }

    /// <summary>The newest runs of results, across restarts of the agent.</summary>
    public RunHistory Runs { get; init; }

    /// <summary>The newest result when it was none (source gone, could not be run).</summary>
    public KnownResult? NotEvidence { get; init; }

    /// <summary>When the probe came into the plan; null when that is not known.</summary>
    public DateTimeOffset? PlannedAt
    {
        get => _plannedAt == 0 ? null : new(_plannedAt, TimeSpan.Zero);
        init => _plannedAt = value?.UtcTicks ?? 0;
    }

    /// <summary>The newest look (see <see cref="PlannedProbe.Look"/>) that was answered; 0 for none.</summary>
    public int Look { get; init; }

    /// <summary>Null while it has not failed lately.</summary>
    public FailureWindow? Failures { get; init; }

    public LatencyWindow Latency { get; init; } = LatencyWindow.Empty;

    /// <summary>The newest certificate that was shown, kept while the pair is down.</summary>
    public CertificateFacts? Certificate { get; init; }

    /// <param name="host">What the probe connects to: mostly the address itself.</param>
    /// <param name="steady">Both ends are ready: a failure counts.</param>
    /// <param name="interval">Of the probe. Default 60 s.</param>
    public ProbeEvidence With(ProbeReport report, DateTimeOffset now, string? host = null, bool steady = true, TimeSpan? interval = null)
    {
        var counted = this with { Latency = Latency.With(report.ConnectMilliseconds ?? []), Look = Math.Max(Look, report.Look ?? 0) };
        if (!report.Last.Outcome.IsEvidence())
        {
            return counted with { NotEvidence = Keep(report.Last, host) };
        }

        if (Last is not null && report.Last.Time < Last.Time)
        {
            // A replay of what happened while the link was away: counted, but it does not overrule what came later.
            return counted;
        }

        // A report that comes again (its acknowledgement was lost, or the link is new) is no news of now: it must not make its result younger.
        var isRepeated = Last is not null && report.Last.Time == Last.Time && report.Last.Outcome == Last.Outcome;
        var newest = Keep(report.Last, host);
        return counted with
        {
            Last = newest,
            Failures = isRepeated || (!steady && report.Last.Outcome != ProbeOutcome.Succeeded)
                ? Failures
                : FailureWindow.With(Failures, report, newest, report.Last.Retransmits > 0, interval ?? ProbeSettings.Default.Interval, now),
            ReceivedAt = isRepeated ? ReceivedAt : now,
            AddressSince = Last?.Address == report.Last.Address ? AddressSince : now,
            Runs = steady || ResultRun.Of(report.Last).IsPlain ? Runs.With(report, isRepeated) : RunHistory.Uncounted(report),
            NotEvidence = null,
            Certificate = report.Last.Certificate ?? Certificate,
        };
    }

    /// <summary>But for times and latencies.</summary>
    public bool SaysTheSame(ProbeEvidence other) => SaysTheSame(Last, other.Last) && SaysTheSame(NotEvidence, other.NotEvidence);

    private static bool SaysTheSame(KnownResult? a, KnownResult? b) => ReferenceEquals(a, b) || (a is not null && b is not null && a.SaysTheSame(b));

    /// <summary>Each report brings strings of its own; those that are here already are kept instead.</summary>
    private KnownResult Keep(ProbeResult result, string? host) =>
        new(result, result.Address == host ? host : result.Address == Last?.Address ? Last?.Address : result.Address);
}

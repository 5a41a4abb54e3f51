using Plumbline.Core.Probes;

namespace Plumbline.Core.Evidence;

/// <summary>What is known of one probe so far.</summary>
/// <param name="Last">Newest result that is evidence; null before the first.</param>
/// <param name="ReceivedAt">When it arrived, by the operator's clock: freshness never depends on an agent's clock.</param>
/// <param name="Runs">The newest runs of results, across restarts of the agent.</param>
/// <param name="NotEvidence">The newest result when it was none (source gone, could not be run).</param>
public sealed record ProbeEvidence(ProbeResult? Last, DateTimeOffset ReceivedAt, RunHistory Runs, ProbeResult? NotEvidence)
{
    public static ProbeEvidence None { get; } = new(null, default, default, null);

    /// <summary>When the probe came into the plan; null when that is not known.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    public LatencyWindow Latency { get; init; } = LatencyWindow.Empty;

    /// <summary>The newest certificate that was shown, kept while the pair is down.</summary>
    public CertificateFacts? Certificate { get; init; }

    public ProbeEvidence With(ProbeReport report, DateTimeOffset now)
    {
        var counted = this with { Latency = Latency.With(report.ConnectMilliseconds ?? []) };
        if (!report.Last.Outcome.IsEvidence())
        {
            return counted with { NotEvidence = Lean(report.Last) };
        }

        if (Last is not null && report.Last.Time < Last.Time)
        {
            // A replay of what happened while the link was away: counted, but it does not overrule what came later.
            return counted;
        }

        // A report that comes again (its acknowledgement was lost, or the link is new) is no news of now: it must not make its result younger.
        var isRepeated = Last is not null && report.Last.Time == Last.Time && report.Last.Outcome == Last.Outcome;
        return counted with
        {
            Last = Lean(report.Last),
            ReceivedAt = isRepeated ? ReceivedAt : now,
            Runs = Runs.With(report, isRepeated),
            NotEvidence = null,
            Certificate = report.Last.Certificate ?? Certificate,
        };
    }

    /// <summary>But for times and latencies.</summary>
    public bool SaysTheSame(ProbeEvidence other) => SaysTheSame(Last, other.Last) && SaysTheSame(NotEvidence, other.NotEvidence);

    private static bool SaysTheSame(ProbeResult? a, ProbeResult? b) => ReferenceEquals(a, b) || (a is not null && b is not null
        && a.Outcome == b.Outcome && a.Proven == b.Proven && a.HttpStatus == b.HttpStatus && a.Address == b.Address && a.Icmp == b.Icmp && a.Detail == b.Detail
        && a.FailedAddresses.AsSpan().SequenceEqual(b.FailedAddresses));

    /// <summary>Without what is kept elsewhere, or is nothing: there is one of these a pair.</summary>
    private static ProbeResult Lean(ProbeResult result) => result with
    {
        Certificate = null,
        FailedAddresses = result.FailedAddresses.Length == 0 ? [] : result.FailedAddresses,
    };
}

using Plumbline.Core.Probes;

namespace Plumbline.Core.Evidence;

/// <summary>What is known of one probe so far.</summary>
/// <param name="Last">Newest result that is evidence; null before the first.</param>
/// <param name="ReceivedAt">When it arrived, by the operator's clock: freshness never depends on an agent's clock.</param>
/// <param name="FailureRun">Failures in a row, across restarts of the agent; 0 after a success.</param>
/// <param name="FailingSince">Start of that run, or of the time in which only some addresses of the name work.</param>
/// <param name="LastSuccess">Time of the newest success seen.</param>
/// <param name="NotEvidence">The newest result when it was none (source gone, could not be run).</param>
public sealed record ProbeEvidence(
    ProbeResult? Last,
    DateTimeOffset ReceivedAt,
    int FailureRun,
    DateTimeOffset? FailingSince,
    DateTimeOffset? LastSuccess,
    ProbeResult? NotEvidence)
{
    public static ProbeEvidence None { get; } = new(null, default, 0, null, null, null);

    /// <summary>When the probe came into the plan; null when that is not known.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>Reports in a row that were no success at every address of the name.</summary>
    public int ImpairedRun { get; init; }

    public LatencyWindow Latency { get; init; } = LatencyWindow.Empty;

    /// <summary>Run length of the newest report of a failure, as the agent counts.</summary>
    private int ReportedRun { get; init; }

    /// <summary>The newest certificate that was shown, kept while the pair is down.</summary>
    public CertificateFacts? Certificate { get; init; }

    public ProbeEvidence With(ProbeReport report, DateTimeOffset now)
    {
        var counted = this with
        {
            Latency = Latency.With(report.ConnectMilliseconds ?? []),
        };
        if (!report.Last.Outcome.IsEvidence())
        {
            return counted with { NotEvidence = Lean(report.Last) };
        }

        if (Last is not null && report.Last.Time < Last.Time)
        {
            // A replay of what happened while the link was away: counted, but it does not overrule what came later.
            return counted;
        }

        counted = counted with { Certificate = report.Last.Certificate ?? Certificate };

        // A report that comes again (its acknowledgement was lost, or the link is new) is no news of now: it must not make its result younger.
        var isRepeated = Last is not null && report.Last.Time == Last.Time && report.Last.Outcome == Last.Outcome;
        var receivedAt = isRepeated ? ReceivedAt : now;
        var impaired = report.Last.Outcome != ProbeOutcome.Succeeded || report.Last.IsImpaired() ? ImpairedRun + (isRepeated ? 0 : 1) : 0;
        if (report.Last.Outcome == ProbeOutcome.Succeeded)
        {
            return counted with
            {
                Last = Lean(report.Last),
                ReceivedAt = receivedAt,
                FailureRun = 0,
                ReportedRun = 0,
                ImpairedRun = impaired,
                FailingSince = impaired == 0 ? null : FailingSince ?? report.Last.Time,
                LastSuccess = report.Last.Time,
                NotEvidence = null,
            };
        }

        // The agent's run grows with each failure and starts at 1 again when the agent restarts; a pair that failed before and after has
        // been failing all along.
        var continues = FailureRun > 0 && report.Successes == 0;
        var more = report.RunLength >= ReportedRun ? report.RunLength - ReportedRun : report.RunLength;
        return counted with
        {
            Last = Lean(report.Last),
            ReceivedAt = receivedAt,
            FailureRun = continues ? FailureRun + more : Math.Max(report.RunLength, 1),
            ReportedRun = report.RunLength,
            ImpairedRun = impaired,
            FailingSince = continues ? FailingSince : report.RunStarted,
            LastSuccess = report.Successes > 0 && report.RunStarted > (LastSuccess ?? DateTimeOffset.MinValue) ? report.RunStarted : LastSuccess,
            NotEvidence = null,
        };
    }

    /// <summary>Without what is kept elsewhere, or is nothing: there is one of these a pair.</summary>
    private static ProbeResult Lean(ProbeResult result) => result with
    {
        Certificate = null,
        FailedAddresses = result.FailedAddresses.Length == 0 ? [] : result.FailedAddresses,
    };
}

/// <summary>Evidence of every planned probe. Owned by the loop; forgets a probe when it leaves the plan.</summary>
public sealed class EvidenceStore
{
    private readonly Dictionary<ProbeId, ProbeEvidence> _evidence = [];

    // Many pairs show the same certificate, each report its own copy.
    private readonly HashSet<CertificateFacts> _certificates = [];

    public int Count => _evidence.Count;

    public ProbeEvidence Of(ProbeId probe) => _evidence.TryGetValue(probe, out var evidence) ? evidence : ProbeEvidence.None;

    public void Add(ProbeReport report, DateTimeOffset now)
    {
        var evidence = Of(report.Last.Probe).With(report, now);
        if (evidence.Certificate is { } shown)
        {
            evidence = _certificates.TryGetValue(shown, out var known) ? evidence with { Certificate = known } : evidence;
            _certificates.Add(evidence.Certificate!);
        }

        _evidence[report.Last.Probe] = evidence;
    }

    /// <summary>Forgets probes that left the plan, and remembers since when new ones are in it.</summary>
    public void Plan(IReadOnlySet<ProbeId> planned, DateTimeOffset now)
    {
        foreach (var probe in _evidence.Keys.Where(p => !planned.Contains(p)).ToList())
        {
            _evidence.Remove(probe);
        }

        foreach (var probe in planned.Where(p => !_evidence.ContainsKey(p)))
        {
            _evidence[probe] = ProbeEvidence.None with { PlannedAt = now };
        }

        _certificates.Clear();
        _certificates.UnionWith(_evidence.Values.Select(e => e.Certificate).OfType<CertificateFacts>());
    }
}

using Plumbline.Core.Probes;

namespace Plumbline.Core.Evidence;

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

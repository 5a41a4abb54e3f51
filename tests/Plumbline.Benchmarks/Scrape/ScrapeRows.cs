using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Benchmarks.Scrape;

/// <summary>What the loop shows to metrics: so many rows of 200 documents, three pairs each. Most are verified, some have drifted, some are stale.</summary>
internal sealed class ScrapeRows
{
    private const int Maps = 200;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DocumentedConnection[] _rows;
    private readonly Reason[] _reasons;
    private readonly ImmutableArray<NamespacedName> _maps = [.. Enumerable.Range(0, Maps).Select(i => new NamespacedName($"team-{i % 20}", $"map-{i}"))];
    private int _round;

    public ScrapeRows(int rows)
    {
        _rows = [.. Enumerable.Range(0, rows).Select(Row)];
        _reasons = [.. Enumerable.Range(0, rows).Select(i => i % 17 == 0 ? Reasons.Stale : i % 10 == 0 ? Reasons.ConnectionRefused : Reasons.Reachable)];
        View = Next();
    }

    public LoopView View { get; private set; }

    /// <summary>A minute later: every row was probed again, and one in fifty has another status.</summary>
    public LoopView Next()
    {
        _round++;
        for (var i = _round % 50; i < _rows.Length; i += 50)
            _reasons[i] = _reasons[i] == Reasons.Reachable ? Reasons.ConnectionRefused : _reasons[i] == Reasons.ConnectionRefused ? Reasons.Stale : Reasons.Reachable;
        return View = new LoopView([.. _rows.Select(Shown)], _maps, 3, 3, 3 * _rows.Length);
    }

    private static DocumentedConnection Row(int i) => new()
    {
        Key = new NamespacedName($"team-{i % 20}", $"conn-{i}"),
        Map = $"map-{i % Maps}",
        Document = "Some Private Edition Guide – Architecture",
        Id = $"{i / Maps}",
        From = $"Some Service {i % 500}",
        To = $"Other Database {i % 300}",
        Protocol = i % 4 == 0 ? ConnectionProtocol.Https : ConnectionProtocol.Tcp,
        Ports = i % 5 == 0 ? [new(443, ConnectionProtocol.Tcp), new(8443, ConnectionProtocol.Tcp)] : [new(5432, ConnectionProtocol.Tcp)],
        Classification = "Internal",
        Data = i % 3 == 0 ? new string('d', 200) : "Persistent SQL storage for provisioning data",
    };

    private ConnectionView Shown(DocumentedConnection row, int i)
    {
        var now = Start.AddMinutes(_round).AddMilliseconds(i);
        var up = _reasons[i] == Reasons.Reachable;
        var verdict = new Verdict
        {
            Reason = _reasons[i],
            Explanation = "",
            Probed = 3,
            Reachable = up ? 3 : 0,
            LastProbeTime = now,
            Phases = PhaseLatency.Of([.. Enumerable.Range(0, 3).Select(pair => State(now, up, i + pair))]),
            Certificate = i % 4 == 0 ? new CertificateSummary("CN=a", "CN=ca", Start.AddDays(90), ["a"], null) : null,
        };
        return new ConnectionView(row, verdict, 3)
        {
            Since = Start.AddSeconds(i),
            Parties = new RowParties($"svc-{i % 500}", $"db-{i % 300}"),
        };
    }

    // Phases read neither the pair nor its probe.
    private static PairState State(DateTimeOffset now, bool up, int seed) => new(default, null!, up ? PairCondition.Up : PairCondition.Down, ProbeEvidence.None with
    {
        Last = new KnownResult(
            new ProbeResult
            {
                Probe = new ProbeId((ulong)seed),
                Time = now,
                Outcome = up ? ProbeOutcome.Succeeded : ProbeOutcome.ConnectionRefused,
                Timings = new ProbeTimings(seed % 2 == 0 ? 0.4 : null, 0.1 + (seed % 7), null, null),
            },
            null),
        Latency = LatencyWindow.Empty.With([.. Enumerable.Range(0, 16).Select(i => 0.1 + ((seed * 31 + i * 17) % 97 / 10.0))]),
    });
}

using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Lab.Launch;
using Plumbline.Metrics;
using Plumbline.Metrics.Tests;
using Plumbline.Operator.Publishing.Metrics;

namespace Plumbline.Operator.Tests.Publishing;

/// <summary>The series per row as they are sent, by many and while they change.</summary>
[TestFixture]
public sealed class MetricsPageTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private LoopView _view = LoopView.Empty;

    [Test]
    public void Page_OfARowWithEverything_IsThis()
    {
        _view = new LoopView([Row(0, Reasons.Reachable)], [new NamespacedName("docs", "map-0")], 1, 2, 3);
        const string Labels = "namespace=\"docs\",map=\"map-0\",connection=\"row-0\",from=\"a \\\"A\\\"\",to=\"b\",protocol=\"HTTPS\",classification=\"Internal\"";
        using var exposition = Page();

        Assert.That(exposition.Series(), Is.EqualTo((string[])
        [
            $"plumbline_connection_verified{{{Labels}}} 1",
            $"plumbline_connection_status{{{Labels},status=\"True\",reason=\"Reachable\"}} 1",
            $"plumbline_connection_status{{{Labels},status=\"False\",reason=\"\"}} 0",
            $"plumbline_connection_status{{{Labels},status=\"Unknown\",reason=\"\"}} 0",
            $"plumbline_connection_pairs{{{Labels},result=\"reachable\"}} 2",
            $"plumbline_connection_pairs{{{Labels},result=\"failed\"}} 1",
            $"plumbline_connection_pairs{{{Labels},result=\"unknown\"}} 2",
            $"plumbline_connection_last_probe_timestamp_seconds{{{Labels}}} 1767225600.25",
            $"plumbline_connection_certificate_expiry_timestamp_seconds{{{Labels}}} 1767312000",
            $"plumbline_connection_certificate_trusted{{{Labels}}} 1",
            "plumbline_map_connections{namespace=\"docs\",map=\"map-0\",status=\"Verified\"} 1",
            "plumbline_map_connections{namespace=\"docs\",map=\"map-0\",status=\"Drift\"} 0",
            "plumbline_map_connections{namespace=\"docs\",map=\"map-0\",status=\"Unknown\"} 0",
            "plumbline_map_connections{namespace=\"docs\",map=\"map-0\",status=\"Unresolved\"} 0",
            "plumbline_map_connections{namespace=\"docs\",map=\"map-0\",status=\"Unprobeable\"} 0",
            "plumbline_operator_leader 1",
            "plumbline_agents_linked 1",
            "plumbline_nodes_planned 2",
            "plumbline_nodes_without_agent 0",
            "plumbline_probes_planned 3",
            "plumbline_write_queue_depth 0",
            "plumbline_build_info{version=\"1\"} 1",
            $"plumbline_connection_info{{namespace=\"docs\",map=\"map-0\",connection=\"row-0\",document=\"map-0\",row=\"0\",from=\"a \\\"A\\\"\",to=\"b\",ports=\"443,8443\",expect=\"Open\",data=\"{new string('d', 119)}…\",source=\"\",destination=\"\"}} 1",
            $"plumbline_connection_last_transition_timestamp_seconds{{{Labels}}} 1767225600",
            $"plumbline_connection_probe_duration_seconds{{{Labels},phase=\"dns\",percentile=\"50\"}} 0.0005",
            $"plumbline_connection_probe_duration_seconds{{{Labels},phase=\"dns\",percentile=\"99\"}} 0.0005",
            $"plumbline_connection_probe_duration_seconds{{{Labels},phase=\"connect\",percentile=\"50\"}} 0.002",
            $"plumbline_connection_probe_duration_seconds{{{Labels},phase=\"connect\",percentile=\"99\"}} 0.004",
        ]));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Page_WithProcess_PassesPromtool(CancellationToken cancellation)
    {
        if (Tool.Find("promtool") is not { } promtool)
        {
            Assert.Ignore("promtool is not installed (Debian: apt-get install prometheus)");
            return;
        }

        _view = Many(50);
        using var process = new ProcessMetrics();
        using var exposition = Page(meter => meter == process.Meter);
        var run = await Tool.RunAsync([promtool, "check", "metrics"], exposition.Write(), cancellation);

        Assert.That((run.ExitCode, run.Output + run.Error), Is.EqualTo((0, "")));
    }

    [Test]
    public void Maps_RowsOfEach_AreCountedByWhatIsKnown()
    {
        var hand = Row(0, Reasons.TimedOut);
        _view = new LoopView(
            [Row(0, Reasons.Reachable), Row(1, Reasons.TimedOut), Row(2, Reasons.TimedOut), Row(3, Reasons.Stale), hand with { Connection = hand.Connection with { Map = null } }, hand with { Connection = hand.Connection with { Map = "gone" } }],
            [new NamespacedName("docs", "map-0"), new NamespacedName("docs", "map-1"), new NamespacedName("other", "map-0")],
            0, 0, 0);
        using var exposition = Page();

        Assert.That(
            exposition.Series().Where(l => l.StartsWith("plumbline_map_connections{", StringComparison.Ordinal) && !l.EndsWith(" 0", StringComparison.Ordinal)),
            Is.EqualTo((string[])
            [
                "plumbline_map_connections{namespace=\"docs\",map=\"map-0\",status=\"Verified\"} 1",
                "plumbline_map_connections{namespace=\"docs\",map=\"map-0\",status=\"Drift\"} 1",
                "plumbline_map_connections{namespace=\"docs\",map=\"map-1\",status=\"Drift\"} 1",
                "plumbline_map_connections{namespace=\"docs\",map=\"map-1\",status=\"Unknown\"} 1",
            ]));
    }

    [Test]
    [NonParallelizable]
    public void Page_OfTenThousandRows_AllocatesLessThanAMegabyte()
    {
        _view = Many(10_000);
        using var exposition = Page();

        // The first makes what is kept for as long as the documents are: their cut texts, say.
        Scrape(exposition, Stream.Null);
        _view = _view with { Connections = [.. _view.Connections.Select(c => c with { Since = Now })] };
        var before = GC.GetAllocatedBytesForCurrentThread();
        Scrape(exposition, Stream.Null);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Scrapes_WhileVerdictsChange_SeeEachRowInOneStatus(CancellationToken cancellation)
    {
        var views = new[] { Reasons.Reachable, Reasons.TimedOut, Reasons.Stale }
            .Select(reason => LoopView.Empty with { Connections = [.. Enumerable.Range(0, 200).Select(i => Row(i, reason))], Maps = [new NamespacedName("docs", "map-0")] }).ToArray();
        _view = views[0];
        using var exposition = Page();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var changing = Task.Run(
            () =>
            {
                for (var i = 0; !enough.IsCancellationRequested; i++)
                    Volatile.Write(ref _view, views[i % 3]);
            },
            cancellation);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(
            () =>
            {
                for (var scrape = 0; scrape < 20; scrape++)
                {
                    var lines = exposition.Series();
                    var holds = lines.Where(l => l.StartsWith("plumbline_connection_status{", StringComparison.Ordinal) && l.EndsWith(" 1", StringComparison.Ordinal)).ToList();
                    Assert.That(holds, Has.Count.EqualTo(200));
                    Assert.That(holds.Select(l => l[l.IndexOf("status=", StringComparison.Ordinal)..]).Distinct().Count(), Is.EqualTo(1), "all rows from one view");
                    var verified = lines.Count(l => l.StartsWith("plumbline_connection_verified{", StringComparison.Ordinal));
                    Assert.That(verified, Is.EqualTo(holds[0].Contains("status=\"Unknown\"", StringComparison.Ordinal) ? 0 : 200), "and all families");
                }
            },
            cancellation)));
        await enough.CancelAsync();
        await changing;
    }

    private PrometheusExposition Page(Func<System.Diagnostics.Metrics.Meter, bool>? listensTo = null) => new(
        new PrometheusExpositionOptions
        {
            ListensTo = listensTo ?? (_ => false),
            Sources = [new VerdictMetrics(() => Volatile.Read(ref _view), () => true, () => 0, "1"), new ConnectionDetailMetrics(() => Volatile.Read(ref _view))],
            Process = listensTo is not null,
        },
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    private static void Scrape(PrometheusExposition exposition, Stream to) => exposition.WriteAsync(to, CancellationToken.None).GetAwaiter().GetResult();

    private static LoopView Many(int rows) => new(
        [.. Enumerable.Range(0, rows).Select(i => Row(i, i % 10 == 0 ? Reasons.TimedOut : i % 17 == 0 ? Reasons.Stale : Reasons.Reachable))],
        [new NamespacedName("docs", "map-0"), new NamespacedName("docs", "map-1")],
        3, 3, 3 * rows);

    private static ConnectionView Row(int i, Reason reason) => new(
        new DocumentedConnection
        {
            Key = new NamespacedName("docs", $"row-{i}"),
            Map = $"map-{i / 2 % 2}",
            Id = $"{i}",
            From = "a \"A\"",
            To = "b",
            Protocol = ConnectionProtocol.Https,
            Ports = [new(443, ConnectionProtocol.Https), new(8443, ConnectionProtocol.Https)],
            Classification = "Internal",
            Data = new string('d', 200),
        },
        new Verdict
        {
            Reason = reason,
            Explanation = "",
            Reachable = 2,
            Probed = 3,
            LastProbeTime = Now.AddMilliseconds(250),
            Certificate = new CertificateSummary("CN=a", "CN=ca", Now.AddDays(1), ["a"], null),
            Phases = PhaseLatency.Of(States),
        },
        5)
    {
        Since = Now,
    };

    // Phases read neither the pair nor its probe.
    private static ImmutableArray<PairState> States { get; } =
    [
        new PairState(default, null!, PairCondition.Up, ProbeEvidence.None with
        {
            Last = new KnownResult(new ProbeResult { Probe = new ProbeId(1), Time = Now, Outcome = ProbeOutcome.Succeeded, Timings = new ProbeTimings(0.5, 9, null, null) }, null),
            Latency = LatencyWindow.Empty.With([4, 1, 3, 2]),
        }),
        new PairState(default, null!, PairCondition.Down, ProbeEvidence.None with { Latency = LatencyWindow.Empty.With([100]) }),
    ];
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using Plumbline.Agent.Delivery;
using Plumbline.Agent.Intake;
using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Testing;

namespace Plumbline.Agent.Tests;

/// <summary>What a probe costs the agent in memory between two of its runs: plan, schedule and what was seen last.</summary>
internal sealed class FootprintTests
{
    private const int Probes = 20_000;
    private const int Sources = 200;

    [Test]
    public void State_OfAProbe_IsAFewHundredBytes()
    {
        var messages = Messages();
        var clock = new ManualTimeProvider();
        _ = Fill(messages[..1], new ManualTimeProvider());

        var before = GC.GetTotalMemory(true);
        var state = Fill(messages, clock);
        var each = (GC.GetTotalMemory(true) - before) / Probes;

        TestContext.Out.WriteLine($"{each} bytes a probe");
        Assert.That(each, Is.LessThanOrEqualTo(700));
        GC.KeepAlive(state);
        GC.KeepAlive(messages);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (PlanIntake, ProbeSchedule, ReportLedger) Fill(List<byte[]> messages, ManualTimeProvider clock)
    {
        var intake = new PlanIntake(2_000, 50_000);
        PlanUpdate update = null!;
        foreach (var message in messages)
            update = intake.Apply((PlanSnapshot)((LinkReading<OperatorMessage>.Understood)LinkReading.Of(message, LinkJson.Default.OperatorMessage)).Message);
        var schedule = new ProbeSchedule(new ScheduleOptions(TimeSpan.FromSeconds(5), TimeSpan.Zero, TimeSpan.Zero), new Random(1));
        var ledger = new ReportLedger(new ReportLedgerOptions(), clock);
        if (update is PlanUpdate.Applied applied)
            Run(applied.Plan, schedule, ledger, clock);
        return (intake, schedule, ledger);
    }

    /// <summary>Three rounds, of which all is reported and acknowledged.</summary>
    private static void Run(ProbePlan plan, ProbeSchedule schedule, ReportLedger ledger, ManualTimeProvider clock)
    {
        schedule.Replace(plan, TimeSpan.Zero);
        ledger.LinkOpened();
        for (var round = 1; round <= 3; round++)
        {
            var now = TimeSpan.FromSeconds(60 * round);
            while (schedule.TakeDue(now) is { } probe)
            {
                var result = new ProbeResult
                {
                    Probe = probe.Id,
                    Time = clock.GetUtcNow(),
                    Outcome = ProbeOutcome.Succeeded,
                    Proven = ProvenStage.Connected,
                    Address = new string(probe.Host),
                    Timings = new ProbeTimings(null, 0.21, null, null),
                };
                ledger.Observe(result, schedule.Completed(result, now)!.Value);
            }

            clock.Advance(TimeSpan.FromSeconds(60));
            while (ledger.TakeBatch() is { } batch)
                ledger.Acknowledge(batch.Sequence);
        }
    }

    private static List<byte[]> Messages()
    {
        var sources = Enumerable.Range(0, Sources)
            .Select(i => new ProbeSource { Id = SourceId(i), Vantage = VantageKind.Pod, Namespace = "voice", Name = $"tenant-{i}", Addresses = [$"10.1.0.{i}"] });
        var probes = Enumerable.Range(0, Probes).Select(i => new PlannedProbe
        {
            Id = new ProbeId((ulong)i * 7919 + 1),
            Source = SourceId(i % Sources),
            Host = $"10.2.{i % 500 / 250}.{i % 250}",
            Port = 1 + (i % 60_000),
            Protocol = ProbeProtocol.Tcp,
            IntervalMilliseconds = 60_000,
            TimeoutMilliseconds = 3_000,
        }).Chunk(2_000).ToArray();
        return [Bytes(new PlanSnapshot(1, [.. sources], []) { More = true }), .. probes.Select((part, i) => Bytes(new PlanSnapshot(1, [], part) { Part = i + 1, More = i < probes.Length - 1 }))];
    }

    private static byte[] Bytes(OperatorMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.OperatorMessage);

    private static string SourceId(int i) => $"5e3f0d52-0000-4000-8000-{i:x12}";
}

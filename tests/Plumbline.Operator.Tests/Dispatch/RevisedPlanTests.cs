using System.Collections.Immutable;
using System.Text.Json;
using Plumbline.Agent.Intake;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Operator.Dispatch;

namespace Plumbline.Operator.Tests.Dispatch;

/// <summary>Plans on their way to an agent, as the agent's own intake takes them.</summary>
internal sealed class RevisedPlanTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1_900)]
    [TestCase(2_001)]
    [TestCase(40_000)]
    public void Plan_OfAnySize_ArrivesWholeInMessagesThatEachFit(int probes)
    {
        var plan = new RevisedPlan(5, Plan(probes));

        var messages = plan.From(null).ToList();

        Assert.That(messages.Select(SizeOf), Has.All.LessThan(LinkProtocol.MaxMessageBytes / 8));
        Assert.That(Take(new PlanIntake(2_000, 50_000), messages).Plan.Probes, Has.Count.EqualTo(probes));
        Assert.That(messages, probes < 1_990 ? Has.Count.EqualTo(1) : Has.Count.GreaterThan(1));
    }

    [TestCase(10)]
    [TestCase(5_000)]
    public void Change_OfAnySize_EndsInTheNewPlan(int probes)
    {
        var intake = new PlanIntake(2_000, 50_000);
        var old = new RevisedPlan(5, Plan(20));
        Take(intake, old.From(null));
        var next = new RevisedPlan(6, Plan(probes, from: 10));

        var messages = next.From(old).ToList();

        Assert.That(messages[0], probes < 2_000 ? Is.InstanceOf<PlanDelta>() : Is.InstanceOf<PlanSnapshot>());
        Assert.That(Take(intake, messages).Plan.Probes.Keys, Is.EquivalentTo(next.Plan.Probes.Keys));
    }

    private static PlanUpdate.Applied Take(PlanIntake intake, IEnumerable<OperatorMessage> messages)
    {
        var updates = messages.Select(m => m is PlanSnapshot snapshot ? intake.Apply(snapshot) : intake.Apply((PlanDelta)m)).ToList();
        Assert.That(updates.SkipLast(1), Has.All.InstanceOf<PlanUpdate.Incomplete>());
        return (PlanUpdate.Applied)updates[^1];
    }

    private static int SizeOf(OperatorMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.OperatorMessage).Length;

    private static ProbePlan Plan(int probes, int from = 0) => new(
        Enumerable.Range(0, 50).Select(i => new ProbeSource { Id = Source(i), Vantage = VantageKind.Pod, Namespace = "voice", Name = $"tenant-{i}", Addresses = [$"10.0.0.{i}"] })
            .ToImmutableSortedDictionary(s => s.Id, s => s, StringComparer.Ordinal),
        Enumerable.Range(from, probes).Select(i => new PlannedProbe
        {
            Id = new ProbeId((ulong)i),
            Source = Source(i % 50),
            Host = $"service-{i}.with-a-long-name.voice.svc.cluster.local",
            Port = 8080,
            Protocol = ProbeProtocol.Http,
            Http = new HttpRequestSpec("GET", "/health/of/the/service", $"service-{i}.voice"),
            IntervalMilliseconds = 60_000,
            TimeoutMilliseconds = 3_000,
        }).ToImmutableDictionary(p => p.Id));

    private static string Source(int i) => $"5e3f0d52-0000-4000-8000-{i:x12}";
}

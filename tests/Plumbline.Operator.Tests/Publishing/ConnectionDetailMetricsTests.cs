using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Metrics;
using Plumbline.Operator.Publishing.Metrics;
using Plumbline.Operator.Tests.Support;

namespace Plumbline.Operator.Tests.Publishing;

[TestFixture]
public sealed class ConnectionDetailMetricsTests
{
    private readonly LoopWorld _world = new();

    [Test]
    public void Info_OfARow_NamesTheComponentsBehindItsWords()
    {
        var row = Documented("a", "the b  database");
        var info = Family("plumbline_connection_info", [Row() with { Connection = row, Parties = RowParties.Of(row, Directory()) }]).Samples.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Label(info, "source"), Is.EqualTo("a"));
            Assert.That(Label(info, "destination"), Is.EqualTo("b"));
            Assert.That(Label(info, "to"), Is.EqualTo("the b  database"));
            Assert.That(Label(info, "row"), Is.EqualTo("1"));
            Assert.That(Label(info, "document"), Is.EqualTo("m"), "the map, where no title is given");
        }
    }

    [Test]
    public void Parties_WordThatTwoComponentsClaim_HaveNoName() => Assert.That(
        RowParties.Of(Documented("a", "b"), new Core.Connections.ComponentDirectory([Component("b", "b"), Component("c", "b"), Component("a", "a")])), Is.EqualTo(new RowParties("a", "")));

    [Test]
    public void Info_LongData_IsCut()
    {
        var info = Family("plumbline_connection_info", [Row() with { Connection = Documented("a", "b") with { Data = new string('x', 500) } }]).Samples.Single();
        Assert.That(Label(info, "data"), Has.Length.EqualTo(ConnectionDetailMetrics.MaxText).And.EndsWith("…"));
    }

    [Test]
    public void Transition_BeforeTheFirstStatus_HasNoSeries()
    {
        var since = new DateTimeOffset(2026, 1, 1, 0, 0, 5, TimeSpan.Zero);
        var family = Family("plumbline_connection_last_transition_timestamp_seconds", [Row(), Row() with { Since = since }]);
        Assert.That(family.Samples.Select(s => s.Value), Is.EqualTo([since.ToUnixTimeSeconds()]));
    }

    [Test]
    public void Latency_OfPairsThatWork_ByPhaseInSeconds()
    {
        _world.Start();
        _world.Map("1");
        _world.Settle();
        _world.Link("n1", "n2");
        foreach (var (node, plan) in _world.Plans)
        {
            _world.Send(new LoopEvent.AgentReported(node, [.. plan.Probes.Keys.Select(p => LoopWorld.Result(p, ProbeOutcome.Succeeded, _world.Now, _world.Now, 1) with
            {
                Last = new ProbeResult { Probe = p, Time = _world.Now, Outcome = ProbeOutcome.Succeeded, Timings = new ProbeTimings(null, 1, null, node == "n1" ? 10 : 30) },
                ConnectMilliseconds = [1, 2, 3, 4],
            })]));
        }

        _world.Settle();
        var samples = new ConnectionDetailMetrics(() => _world.Loop.View).Collect().Single(f => f.Name == "plumbline_connection_probe_duration_seconds").Samples;
        Assert.That(
            samples.Select(s => (Label(s, "phase"), Label(s, "percentile"), s.Value)),
            Is.EqualTo(new[] { ("connect", "50", 0.002), ("connect", "99", 0.004), ("http", "50", 0.01), ("http", "99", 0.03) }));

        _world.ReportAll(ProbeOutcome.TimedOut, run: 5);
        _world.Settle();
        Assert.That(
            new ConnectionDetailMetrics(() => _world.Loop.View).Collect().Single(f => f.Name == "plumbline_connection_probe_duration_seconds").Samples, Is.Empty, "nothing works any more");
    }

    [Test]
    public void View_NodeWhoseAgentIsAwayForLongerThanTheGrace_IsCounted()
    {
        _world.Start();
        _world.Map("1");
        _world.Settle();
        _world.Link("n1", "n2");
        _world.Settle();
        Assert.That(_world.Loop.View.NodesWithoutAgent, Is.Zero);

        _world.Unlink("n2");
        _world.Advance(TimeSpan.FromSeconds(10));
        _world.Settle();
        Assert.That(_world.Loop.View.NodesWithoutAgent, Is.Zero, "a restart of an agent");

        _world.Advance(TimeSpan.FromSeconds(15));
        _world.Settle();
        Assert.That(_world.Loop.View.NodesWithoutAgent, Is.EqualTo(1));
    }

    private static Core.Connections.ComponentDirectory Directory() => new([Component("a", "a"), Component("b", "b", "The B Database")]);

    private static Core.Connections.Component Component(string name, params string[] names) => new(
        new("docs", name), [.. names], new Core.Connections.Binding.Outside(), System.Collections.Immutable.ImmutableDictionary<int, int>.Empty);

    private static DocumentedConnection Documented(string from, string to) => new() { Key = new NamespacedName("docs", "m-1"), Id = "1", Map = "m", From = from, To = to };

    private static ConnectionView Row() => new(Documented("a", "b"), new Verdict { Reason = Reasons.NotProbedYet, Explanation = "" }, 0);

    private static MetricFamily Family(string name, ConnectionView[] rows) =>
        new ConnectionDetailMetrics(() => new LoopView([.. rows], [], 0, 0, 0)).Collect().Single(f => f.Name == name);

    private static string Label(MetricSample sample, string name) => sample.Labels.Single(l => l.Name == name).Value;
}

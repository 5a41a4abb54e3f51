using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Operator.Tests.Support;

namespace Plumbline.Operator.Tests.Loop;

/// <summary>
/// The loop under random schedules: a small world whose pairs truly work or not, agents that tell the truth late, twice, out of order
/// or not at all, restarts of agents and operator, lost leadership, pods and rows that come and go. After each settling the verdicts are
/// held against the truth. A failure names its seed.
/// </summary>
internal sealed class ControlLoopSimulation
{
    private const int Steps = 250;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds((3 * 10) + 1 + 15);

    [Test]
    public void RandomSchedules_VerdictsNeverContradictTheTruth([Range(1, 120)] int seed) => new Run(seed).Go();

    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly LoopWorld _world = new();
        private readonly Dictionary<string, Agent> _agents = [];

        // Hosts that truly answer, and since when that is so.
        private bool _works = true;
        private DateTimeOffset _lastBroken = DateTimeOffset.MinValue;
        private DateTimeOffset _lastHeard = DateTimeOffset.MinValue;
        private DateTimeOffset _ledSince;
        private bool _leads = true;
        private string _second = "n2";

        public void Go()
        {
            foreach (var node in new[] { "n1", "n2" })
            {
                _agents[node] = new Agent();
            }

            _world.Map("1", "2");
            _world.Start();
            for (var step = 0; step < Steps; step++)
            {
                Do(_random.Next(100));
                SettleAndCheck($"seed {seed}, step {step}");
            }

            Quiet();
        }

        private void Do(int die)
        {
            var (node, agent) = _agents.ElementAt(_random.Next(_agents.Count));
            switch (die)
            {
                case < 55:
                    Pass(TimeSpan.FromSeconds(_random.Next(1, 6)));
                    break;
                case < 65:
                    Deliver(node, agent);
                    break;
                case < 70:
                    agent.Replay(_random, old => _world.Send(new LoopEvent.AgentReported(node, [old])));
                    break;
                case < 75:
                    _works = !_works;
                    break;
                case < 80:
                    ToggleLink(node, agent);
                    break;
                case < 84:
                    // A new agent process: it counts its runs from one, and its unsent reports are gone.
                    agent.Restart();
                    break;
                case < 88:
                    _leads = !_leads;
                    _ledSince = _world.Now;
                    _world.Send(new LoopEvent.LeadershipChanged(_leads));
                    Unlinked();
                    break;
                case < 90:
                    _world.Restart();
                    _leads = true;
                    _ledSince = _world.Now;
                    Unlinked();
                    break;
                case < 95:
                    _world.Map(_random.Next(2) == 0 ? ["1"] : ["1", "2"]);
                    break;
                default:
                    // The source moves: a new pod address is a new question.
                    _second = _random.Next(2) == 0 ? "n1" : "n2";
                    _world.Pod("a", 1, _second, $"10.0.1.{_random.Next(1, 4)}");
                    break;
            }
        }

        private void Pass(TimeSpan by)
        {
            _world.Advance(by);
            if (!_works)
            {
                _lastBroken = _world.Now;
            }

            foreach (var (node, agent) in _agents)
            {
                agent.Probe(_world.Plans.GetValueOrDefault(node, ProbePlan.Empty), _works, _world.Now, _random);
                if (agent.Linked && _random.Next(4) > 0)
                {
                    Deliver(node, agent);
                }
            }
        }

        private void Deliver(string node, Agent agent)
        {
            if (_leads && agent.Linked && agent.Take() is { Count: > 0 } reports)
            {
                _lastHeard = _world.Now;
                _world.Send(new LoopEvent.AgentReported(node, reports));
            }
        }

        private void ToggleLink(string node, Agent agent)
        {
            agent.Linked = !agent.Linked;
            if (!agent.Linked)
            {
                _world.Unlink(node);
            }
            else if (_leads)
            {
                _world.Link(node);
            }
            else
            {
                agent.Linked = false;
            }
        }

        private void Unlinked()
        {
            foreach (var agent in _agents.Values)
            {
                agent.Linked = false;
            }

            if (_leads)
            {
                foreach (var (node, agent) in _agents.Where(_ => _random.Next(3) > 0))
                {
                    agent.Linked = true;
                    _world.Link(node);
                }
            }
        }

        private void SettleAndCheck(string where)
        {
            var first = _world.Settle();
            if (!_leads)
            {
                Assert.That(first, Is.Empty, $"{where}: a standby has no effects");
                return;
            }

            Assert.That(_world.Loop.Settle(_world.Now), Is.Empty, $"{where}: settling again says nothing new");
            foreach (var view in _world.Loop.View.Connections)
            {
                // A failing run is three results in a row; the last of them may be a staleness old before the verdict must go.
                if (view.Verdict.Status == VerifiedStatus.False)
                {
                    Assert.That(_world.Now - _lastBroken, Is.LessThanOrEqualTo(Bound + Bound), $"{where}: {view.Verdict.Explanation}, but all works");
                }
                else if (view.Verdict.Status == VerifiedStatus.True)
                {
                    // What an earlier leader found is held for one bound more; how old that was, its heartbeat tells only roughly.
                    var held = _world.Now - _ledSince < Bound ? LoopOptions.DefaultHeartbeat * 2 : TimeSpan.Zero;
                    Assert.That(_world.Now - _lastHeard, Is.LessThanOrEqualTo(Bound + Bound + held), $"{where}: True, and nobody has said so lately");
                }
            }

            foreach (var (node, plan) in _world.Plans)
            {
                Assert.That(plan.Probes.Values.All(p => plan.Sources.ContainsKey(p.Source)), Is.True, $"{where}: {node} has a probe without its source");
            }

            // Each source pod once, to the only target; the rows ask the same question. A node without its agent may wait for its plan.
            foreach (var node in _agents.Where(a => a.Value.Linked).Select(a => a.Key))
            {
                var expected = (node == "n1" ? 1 : 0) + (node == _second ? 1 : 0);
                Assert.That(_world.Plans[node].Probes.Values.Count(p => p.Protocol != ProbeProtocol.Listeners), Is.EqualTo(expected), $"{where}: the plan of {node} holds exactly its resolved pairs");
            }
        }

        /// <summary>When nothing happens any more, the verdict is the truth.</summary>
        private void Quiet()
        {
            foreach (var works in new[] { true, false, true })
            {
                _works = works;
                _world.Map("1", "2");
                if (!_leads)
                {
                    _leads = true;
                    _world.Send(new LoopEvent.LeadershipChanged(true));
                }

                foreach (var (node, agent) in _agents)
                {
                    agent.Linked = true;
                    _world.Link(node);
                }

                _world.Settle();
                // Long enough for what failed time and again to be quiet.
                for (var at = 0; at < 100; at++)
                {
                    Pass(TimeSpan.FromSeconds(2));
                    foreach (var (node, agent) in _agents)
                    {
                        Deliver(node, agent);
                    }

                    _world.Settle();
                }

                var wanted = works ? "True Reachable" : "False TimedOut";
                foreach (var row in new[] { "1", "2" })
                {
                    var verified = _world.Verified(row);
                    Assert.That($"{verified.Status} {verified.Reason}", Is.EqualTo(wanted), $"seed {seed}: row {row} after quiet time: {verified.Message}");
                }
            }
        }
    }

    /// <summary>Probes its plan once an interval and keeps what it could not deliver, as the real ledger does.</summary>
    private sealed class Agent
    {
        private readonly Dictionary<ProbeId, (ProbeOutcome Outcome, DateTimeOffset Started, int Length, DateTimeOffset Last)> _runs = [];
        private readonly List<ProbeReport> _unsent = [];
        private readonly List<ProbeReport> _sent = [];

        public bool Linked { get; set; }

        public void Probe(ProbePlan plan, bool works, DateTimeOffset now, Random random)
        {
            foreach (var id in _runs.Keys.Where(id => !plan.Probes.ContainsKey(id)).ToList())
            {
                _runs.Remove(id);
            }

            foreach (var id in plan.Probes.Keys.OrderBy(id => id.Value))
            {
                var outcome = works ? ProbeOutcome.Succeeded : ProbeOutcome.TimedOut;
                if (_runs.TryGetValue(id, out var run) && now - run.Last < LoopWorld.Interval - TimeSpan.FromSeconds(random.Next(4)))
                {
                    continue;
                }

                run = run.Length > 0 && run.Outcome == outcome ? run with { Length = run.Length + 1, Last = now } : (outcome, now, 1, now);
                _runs[id] = run;
                _unsent.Add(LoopWorld.Result(id, outcome, now, run.Started, run.Length));
            }
        }

        public IReadOnlyList<ProbeReport> Take()
        {
            ProbeReport[] reports = [.. _unsent];
            _sent.AddRange(reports);
            _unsent.Clear();
            return reports;
        }

        public void Replay(Random random, Action<ProbeReport> send)
        {
            if (Linked && _sent.Count > 0)
            {
                send(_sent[random.Next(_sent.Count)]);
            }
        }

        public void Restart()
        {
            _runs.Clear();
            _unsent.Clear();
        }
    }
}

using Plumbline.Core.Loop;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Tests.Loop;

/// <summary>Agents of all nodes: each carries out the plan that it was told last, and tells what it saw late, twice, in another order, or not at all.</summary>
internal sealed class SimulatedAgents(Random random)
{
    private readonly Dictionary<string, Agent> _agents = SimulatedCluster.NodeNames.ToDictionary(n => n, _ => new Agent());
    private long _links;

    public IEnumerable<string> Linked => _agents.Where(a => a.Value.Link is not null).Select(a => a.Key);

    /// <summary>What each agent is to do, as its operator told.</summary>
    public IReadOnlyDictionary<string, ProbePlan> Plans => _agents.Where(a => a.Value.Told is not null).ToDictionary(a => a.Key, a => a.Value.Told!);

    public void Change(string node, PlanChange change)
    {
        // A node that the cluster has no more may still be in a plan for a moment.
        if (!_agents.TryGetValue(node, out var agent))
        {
            _agents[node] = agent = new Agent();
        }

        agent.Plan = agent.Told = (agent.Told ?? ProbePlan.Empty).With(change);
    }

    /// <summary>The operator that told them leads no more: the next begins anew, and until then they go on.</summary>
    public void LoseOperator()
    {
        foreach (var agent in _agents.Values)
        {
            (agent.Link, agent.Told) = (null, null);
        }
    }

    public LoopEvent? ToggleLink()
    {
        var (node, agent) = _agents.ElementAt(random.Next(_agents.Count));
        if (agent.Link is { } link)
        {
            agent.Link = null;
            return new LoopEvent.AgentUnlinked(node, link);
        }

        agent.Link = ++_links;
        return new LoopEvent.AgentLinked(node, agent.Link.Value);
    }

    /// <summary>A link of the node that was replaced long ago ends only now.</summary>
    public LoopEvent GhostEnds()
    {
        var (node, agent) = _agents.ElementAt(random.Next(_agents.Count));
        return new LoopEvent.AgentUnlinked(node, agent.Link is { } link ? link - 1 : 0);
    }

    /// <param name="share">How many of those that have no link dial in.</param>
    public IEnumerable<LoopEvent> LinkAll(double share = 1)
    {
        foreach (var (node, agent) in _agents.Where(a => a.Value.Link is null && random.NextDouble() < share))
        {
            agent.Link = ++_links;
            yield return new LoopEvent.AgentLinked(node, agent.Link.Value);
        }
    }

    /// <summary>A new process: it counts its runs from one, and what it did not tell is gone.</summary>
    public void Restart()
    {
        var agent = _agents.Values.ElementAt(random.Next(_agents.Count));
        agent.Runs.Clear();
        agent.Unsent.Clear();
    }

    public IEnumerable<LoopEvent> Probe(Func<PlannedProbe, ProbeOutcome> truth, DateTimeOffset now, bool lazy)
    {
        foreach (var (node, agent) in _agents)
        {
            agent.Probe(truth, now, random);
            if (agent.Link is not null && agent.Unsent.Count > 0 && (!lazy || random.Next(4) > 0))
            {
                var reports = agent.Unsent.ToArray();
                if (lazy && random.Next(6) == 0)
                {
                    random.Shuffle(reports);
                }

                agent.Sent.AddRange(reports);
                agent.Unsent.Clear();
                yield return new LoopEvent.AgentReported(node, reports);
            }
        }
    }

    /// <summary>Something that was told before is told again, now and then by another node's agent.</summary>
    public LoopEvent? Replay()
    {
        var agent = _agents.Values.ElementAt(random.Next(_agents.Count));
        var node = _agents.Keys.ElementAt(random.Next(_agents.Count));
        return agent.Sent.Count == 0 ? null : new LoopEvent.AgentReported(node, [agent.Sent[random.Next(agent.Sent.Count)]]);
    }

    private sealed class Agent
    {
        public long? Link { get; set; }

        public ProbePlan Plan { get; set; } = ProbePlan.Empty;

        /// <summary>Null until the present leader has told anything.</summary>
        public ProbePlan? Told { get; set; }

        public Dictionary<ProbeId, (ProbeOutcome Outcome, DateTimeOffset Started, int Length, DateTimeOffset Last)> Runs { get; } = [];

        public Dictionary<ProbeId, int> Looks { get; } = [];

        public List<ProbeReport> Unsent { get; } = [];

        public List<ProbeReport> Sent { get; } = [];

        public void Probe(Func<PlannedProbe, ProbeOutcome> truth, DateTimeOffset now, Random random)
        {
            foreach (var gone in Runs.Keys.Where(id => !Plan.Probes.ContainsKey(id)).ToList())
            {
                Runs.Remove(gone);
            }

            foreach (var probe in Plan.Probes.Values.OrderBy(p => p.Id.Value))
            {
                var outcome = truth(probe);
                outcome = outcome == ProbeOutcome.Succeeded && random.Next(40) == 0 ? ProbeOutcome.TimedOut : outcome;
                var listensNot = probe.Protocol == ProbeProtocol.Listeners && outcome == ProbeOutcome.ConnectionRefused;
                outcome = probe.Protocol == ProbeProtocol.Listeners ? ProbeOutcome.Succeeded : outcome;
                var isAsked = probe.Look is { } look && Looks.GetValueOrDefault(probe.Id) != look;
                if (Runs.TryGetValue(probe.Id, out var run) && !isAsked && now - run.Last < TimeSpan.FromMilliseconds(probe.IntervalMilliseconds - random.Next(3000)))
                {
                    continue;
                }

                if (outcome.IsEvidence())
                {
                    run = run.Length > 0 && run.Outcome == outcome ? run with { Length = run.Length + 1, Last = now } : (outcome, now, 1, now);
                    Runs[probe.Id] = run;
                }

                Looks[probe.Id] = probe.Look ?? 0;
                Unsent.Add(new ProbeReport
                {
                    Last = new ProbeResult { Probe = probe.Id, Time = now, Outcome = outcome, Address = probe.Host, Remarks = listensNot ? ProbeRemarks.ListensNot : ProbeRemarks.None },
                    RunStarted = run.Started,
                    RunLength = run.Length,
                    Look = probe.Look,
                    Attempts = 1,
                    Successes = outcome == ProbeOutcome.Succeeded ? 1 : 0,
                    ConnectMilliseconds = outcome == ProbeOutcome.Succeeded ? [1] : [],
                });
            }
        }
    }
}

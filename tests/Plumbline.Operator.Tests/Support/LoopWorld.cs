using System.Collections.Immutable;
using k8s.Models;
using Plumbline.Api;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Publishing.Status;

namespace Plumbline.Operator.Tests.Support;

/// <summary>
/// A loop, a clock that the test moves, and an API server of the simplest kind: it stores what effects write and tells the loop of it.
/// Two StatefulSets, <c>a</c> on n1 and n2 and <c>b</c> on n1, and Components for both.
/// </summary>
internal sealed class LoopWorld
{
    public static readonly NamespacedName MapKey = new("docs", "map");
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<NamespacedName, V1Alpha1Connection> _stored = [];
    private readonly Dictionary<string, long> _links = [];

    // What this leader has told, as the hub keeps it. Agents go on with what an earlier one told.
    private readonly Dictionary<string, ProbePlan> _hub = [];
    private readonly List<LoopEvent> _facts = [];
    private ConditionTimes _conditions = new();
    private V1Alpha1ConnectionMap? _map;
    private int _uids;

    public LoopWorld()
    {
        Pod("a", 0, "n1", "10.0.0.1");
        Pod("a", 1, "n2", "10.0.0.2");
        Pod("b", 0, "n1", "10.0.0.3");
        Workload("a");
        Workload("b");
        Component("a");
        Component("b");
        Loop = new ControlLoop(Options);
    }

    public LoopOptions Options { get; init; } = new();

    public ControlLoop Loop { get; private set; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Dictionary<string, ProbePlan> Plans { get; } = [];

    /// <summary>Effects of every settling since the test last cleared them.</summary>
    public List<Effect> Effects { get; } = [];

    public IReadOnlyDictionary<NamespacedName, V1Alpha1Connection> Stored => _stored;

    public IEnumerable<ProbeId> Probes => Plans.Values.SelectMany(p => p.Probes.Keys);

    public static NamespacedName Row(string id) => new("docs", $"map-{id}");

    public T[] Of<T>()
        where T : Effect => [.. Effects.OfType<T>()];

    public ConnectionReport Report(string id) => Of<Effect.PublishConnection>().Last(p => p.Key == Row(id)).Report;

    /// <summary>The Verified condition as a reader of the API sees it.</summary>
    public V1Condition Verified(string id) => _stored[Row(id)].Status!.Conditions!.Single(c => c.Type == "Verified");

    public LoopWorld Start()
    {
        Replay();
        Send(new LoopEvent.Synced(), new LoopEvent.LeadershipChanged(true));
        return this;
    }

    /// <summary>A new process, the same cluster: only what the API server keeps survives.</summary>
    public void Restart(bool lead = true)
    {
        Loop = new ControlLoop(Options);
        _conditions = new ConditionTimes();
        Plans.Clear();
        _hub.Clear();
        _links.Clear();
        Replay();
        Send(new LoopEvent.Synced(), new LoopEvent.LeadershipChanged(lead));
    }

    public void Send(params LoopEvent[] events)
    {
        foreach (var e in events)
        {
            if (e is LoopEvent.LeadershipChanged { IsLeader: false })
            {
                _hub.Clear();
            }

            Loop.Handle(e, Now);
        }
    }

    /// <summary>Settles until the stored objects and the loop agree.</summary>
    public IReadOnlyList<Effect> Settle(bool carryOut = true)
    {
        var first = Loop.Settle(Now);
        var effects = first;
        for (var rounds = 0; effects.Count > 0 || Loop.HasWork; rounds++)
        {
            Assert.That(rounds, Is.LessThan(10), "the loop answers its own writes with ever new ones");
            Effects.AddRange(effects);
            if (!carryOut)
            {
                return first;
            }

            foreach (var effect in effects)
            {
                CarryOut(effect);
            }

            effects = Loop.Settle(Now);
        }

        return first;
    }

    public void Advance(TimeSpan by)
    {
        Now += by;
        Send(new LoopEvent.Tick());
    }

    public void Map(params string[] ids) => Map(ids, 9000, null);

    public void Map(string[] ids, int port, string? expect) => Map(ids, [port], expect, null);

    public void Map(string[] ids, int[] ports, string? expect, int? maxPairs) => ApplyMap(new V1Alpha1ConnectionMap
    {
        Metadata = new V1ObjectMeta { NamespaceProperty = MapKey.Namespace, Name = MapKey.Name, Uid = "map-uid", Generation = (_map?.Metadata.Generation ?? 0) + 1 },
        Spec = new V1Alpha1ConnectionMapSpec
        {
            Defaults = new V1Alpha1MapDefaults { IntervalSeconds = (int)Interval.TotalSeconds, TimeoutMilliseconds = 1000, FailureThreshold = 3, Coverage = new V1Alpha1Coverage { MaxPairs = maxPairs } },
            Connections = [.. ids.Select(id => new V1Alpha1ConnectionRow { Id = id, From = "a", To = "b", Protocol = "TCP", Ports = ports, Expect = expect })],
        },
    });

    public void Link(params string[] nodes)
    {
        foreach (var node in nodes)
        {
            _links[node] = _links.GetValueOrDefault(node) + 1;
            Send(new LoopEvent.AgentLinked(node, _links[node]));
        }
    }

    public void Unlink(string node) => Send(new LoopEvent.AgentUnlinked(node, _links[node]));

    /// <summary>Every agent reports the same of each of its probes.</summary>
    public void ReportAll(ProbeOutcome outcome, int run = 1)
    {
        foreach (var (node, plan) in Plans)
        {
            Report(node, outcome, run, plan.Probes.Keys);
        }
    }

    public void Report(string node, ProbeOutcome outcome, int run, IEnumerable<ProbeId> probes) =>
        Send(new LoopEvent.AgentReported(node, [.. probes.Select(p => Result(p, outcome, Now, Now - ((run - 1) * Interval), run) with { Look = Plans.GetValueOrDefault(node)?.Probes.GetValueOrDefault(p)?.Look })]));

    public static ProbeReport Result(ProbeId probe, ProbeOutcome outcome, DateTimeOffset time, DateTimeOffset runStarted, int run) => new()
    {
        Last = new ProbeResult { Probe = probe, Time = time, Outcome = outcome },
        RunStarted = runStarted,
        RunLength = run,
        Attempts = 1,
        Successes = outcome == ProbeOutcome.Succeeded ? 1 : 0,
    };

    /// <summary>Puts an object into the API server as somebody else would.</summary>
    public void Store(V1Alpha1Connection connection)
    {
        var key = new NamespacedName(connection.Metadata.NamespaceProperty!, connection.Metadata.Name!);
        _stored[key] = connection;
        Tell(key);
    }

    public void Fact(LoopEvent e)
    {
        _facts.Add(e);
        Send(e);
    }

    public void Pod(string workload, int index, string node, string address, bool ready = true) => FactOrInitial(new LoopEvent.PodChanged(new NamespacedName(workload, $"{workload}-{index}"), new PodFacts
    {
        Key = new NamespacedName(workload, $"{workload}-{index}"),
        Uid = $"uid-{workload}-{index}",
        Labels = ImmutableSortedDictionary<string, string>.Empty.Add("app", workload),
        Node = node,
        Phase = PodPhase.Running,
        Ready = ready,
        Addresses = [address],
        Owner = new WorkloadKey(WorkloadKind.StatefulSet, workload, workload),
    }));

    public void Component(string name, params string[] names) => FactOrInitial(new LoopEvent.ComponentChanged(
        new NamespacedName("docs", name),
        new ObservedComponent(
            new Component(new NamespacedName("docs", name), names.Length == 0 ? [name] : [.. names], new Binding.Workload(new WorkloadKey(WorkloadKind.StatefulSet, name, name)), ImmutableDictionary<int, int>.Empty),
            $"{name}-uid",
            1,
            null)));

    /// <summary>The map as the API server has it, with a status that somebody wrote.</summary>
    public void ObserveMap(ObservedCondition verified) => Send(new LoopEvent.MapChanged(MapKey, ObservedMapper.Map(_map!) with { Verified = verified }));

    public void ObserveComponent(string name, ObservedCondition resolved) => Send(_facts.OfType<LoopEvent.ComponentChanged>().Where(c => c.Key.Name == name)
        .Select(c => (LoopEvent)(c with { Component = c.Component! with { Resolved = resolved } })).Last());

    public void Workload(string name)
    {
        var key = new WorkloadKey(WorkloadKind.StatefulSet, name, name);
        FactOrInitial(new LoopEvent.WorkloadChanged(key, new WorkloadFacts(key, null, 1)));
    }

    /// <summary>Every destination listens, say the agents of their nodes at once.</summary>
    private void LookAtListeners(Effect.ChangePlan plan)
    {
        ProbeReport[] seen = [.. plan.Change.UpsertProbes.Where(p => p.Protocol == ProbeProtocol.Listeners).Select(p => Result(p.Id, ProbeOutcome.Succeeded, Now, Now, 1))];
        if (seen.Length > 0)
        {
            Send(new LoopEvent.AgentReported(plan.Node, seen));
        }
    }

    private void FactOrInitial(LoopEvent e)
    {
        _facts.Add(e);
        Loop?.Handle(e, Now);
    }

    private void ApplyMap(V1Alpha1ConnectionMap map)
    {
        _map = map;
        Send(new LoopEvent.MapChanged(MapKey, ObservedMapper.Map(map)));
    }

    private void Replay()
    {
        Send([.. _facts]);
        if (_map is not null)
        {
            Send(new LoopEvent.MapChanged(MapKey, ObservedMapper.Map(_map)));
        }

        foreach (var key in _stored.Keys)
        {
            Tell(key);
        }
    }

    private void Tell(NamespacedName key)
    {
        if (_stored.TryGetValue(key, out var connection))
        {
            _conditions.Learn(new ObjectId(V1Alpha1Connection.EntityKind, key, connection.Metadata.Uid!), connection.Status?.Conditions);
            Send(new LoopEvent.ConnectionChanged(key, ObservedMapper.Connection(connection)));
        }
        else
        {
            Send(new LoopEvent.ConnectionChanged(key, null));
        }
    }

    public void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.ApplyConnection apply:
                var old = _stored.GetValueOrDefault(apply.Key);
                var manifest = ((V1Alpha1Manifest)apply.Manifest).Object;
                _stored[apply.Key] = manifest with
                {
                    Metadata = manifest.Metadata with { Uid = old?.Metadata.Uid ?? $"uid-{++_uids}", Generation = (old?.Metadata.Generation ?? 0) + 1 },
                    Status = old?.Status,
                };
                Tell(apply.Key);
                break;
            case Effect.DeleteConnection delete when _stored.TryGetValue(delete.Key, out var gone) && gone.Metadata.Uid == delete.Uid:
                _stored.Remove(delete.Key);
                Tell(delete.Key);
                break;
            case Effect.PublishConnection publish when _stored.TryGetValue(publish.Key, out var target):
                var status = new StatusWriter(_conditions).Connection(publish.Key, publish.Report, Now).Status;
                _stored[publish.Key] = target with { Status = status };
                Tell(publish.Key);
                break;
            case Effect.ChangePlan plan:
                Plans[plan.Node] = _hub[plan.Node] = _hub.GetValueOrDefault(plan.Node, ProbePlan.Empty).With(plan.Change);
                LookAtListeners(plan);
                break;
        }
    }
}

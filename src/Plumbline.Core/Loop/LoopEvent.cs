using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;

namespace Plumbline.Core.Loop;

/// <summary>What goes into the loop. Closed; an event with a null value says that the object is gone.</summary>
public abstract record LoopEvent
{
    private LoopEvent()
    {
    }

    public sealed record PodChanged(NamespacedName Key, PodFacts? Pod) : LoopEvent;

    public sealed record ServiceChanged(NamespacedName Key, ServiceFacts? Service) : LoopEvent;

    public sealed record EndpointSliceChanged(NamespacedName Key, EndpointSliceFacts? Slice) : LoopEvent;

    public sealed record WorkloadChanged(WorkloadKey Key, WorkloadFacts? Workload) : LoopEvent;

    public sealed record NodeChanged(string Name, NodeFacts? Node) : LoopEvent;

    public sealed record NamespaceChanged(string Name, NamespaceFacts? Namespace) : LoopEvent;

    public sealed record PolicyChanged(NamespacedName Key, NetworkPolicy? Policy) : LoopEvent;

    public sealed record ComponentChanged(NamespacedName Key, ObservedComponent? Component) : LoopEvent;

    public sealed record MapChanged(NamespacedName Key, ObservedMap? Map) : LoopEvent;

    public sealed record ConnectionChanged(NamespacedName Key, ObservedConnection? Connection) : LoopEvent;

    /// <summary>Every cache has its first list: from now on, what is missing is missing.</summary>
    public sealed record Synced : LoopEvent;

    /// <summary>This replica may write.</summary>
    public sealed record LeadershipChanged(bool IsLeader) : LoopEvent;

    public sealed record AgentLinked(string Node, long Link) : LoopEvent;

    /// <summary>Ignored when a newer link of the same node exists.</summary>
    public sealed record AgentUnlinked(string Node, long Link) : LoopEvent;

    public sealed record AgentReported(string Node, IReadOnlyList<ProbeReport> Reports) : LoopEvent;

    /// <summary>Time has passed: staleness, agent grace, heartbeats.</summary>
    public sealed record Tick : LoopEvent;
}

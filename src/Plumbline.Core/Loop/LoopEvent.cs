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

    /// <summary>Something of the cluster's own.</summary>
    public abstract record FactChanged : LoopEvent
    {
        /// <param name="changed">Takes the questions that have another answer now.</param>
        public abstract void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed);
    }

    public sealed record PodChanged(NamespacedName Key, PodFacts? Pod) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Key, Pod, changed);
    }

    public sealed record ServiceChanged(NamespacedName Key, ServiceFacts? Service) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Key, Service, changed);
    }

    public sealed record EndpointSliceChanged(NamespacedName Key, EndpointSliceFacts? Slice) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Key, Slice, changed);
    }

    public sealed record WorkloadChanged(WorkloadKey Key, WorkloadFacts? Workload) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Key, Workload, changed);
    }

    public sealed record NodeChanged(string Name, NodeFacts? Node) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Name, Node, changed);
    }

    public sealed record NamespaceChanged(string Name, NamespaceFacts? Namespace) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Name, Namespace, changed);
    }

    public sealed record PolicyChanged(NamespacedName Key, NetworkPolicy? Policy) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Key, Policy, changed);
    }

    public sealed record AdminPolicyChanged(AdminPolicyKind Kind, string Name, AdminPolicy? Policy) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Kind, Name, Policy, changed);
    }

    /// <summary>A policy that is not evaluated came or went.</summary>
    public sealed record OtherPolicyChanged(OtherPolicy Policy, bool IsThere) : FactChanged
    {
        public override void ApplyTo(ClusterFacts facts, ICollection<FactKey> changed) => facts.Set(Policy, IsThere, changed);
    }

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

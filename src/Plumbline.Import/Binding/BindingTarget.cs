using Plumbline.Api;
using Plumbline.Core.Cluster;

namespace Plumbline.Import.Binding;

/// <summary>What a name can be bound to.</summary>
public abstract record BindingTarget
{
    private BindingTarget()
    {
    }

    /// <summary>As on the command line: <c>deploy/shop/api</c>.</summary>
    public abstract string Text { get; }

    public sealed override string ToString() => Text;

    public abstract V1Alpha1ComponentSpec Bind(V1Alpha1ComponentSpec spec);

    public sealed record Workload(WorkloadKey Key) : BindingTarget
    {
        public override string Text => $"{TargetWords.Short(Key.Kind)}/{Key.Namespace}/{Key.Name}";

        public override V1Alpha1ComponentSpec Bind(V1Alpha1ComponentSpec spec) =>
            spec with { Workload = new V1Alpha1WorkloadBinding { Kind = Key.Kind.ToString(), Namespace = Key.Namespace, Name = Key.Name } };
    }

    public sealed record Service(string Namespace, string Name) : BindingTarget
    {
        public override string Text => $"service/{Namespace}/{Name}";

        public override V1Alpha1ComponentSpec Bind(V1Alpha1ComponentSpec spec) =>
            spec with { Service = new V1Alpha1ServiceBinding { Namespace = Namespace, Name = Name } };
    }

    /// <summary>All pods of a namespace with one label.</summary>
    public sealed record Pods(string Namespace, string Label, string Value) : BindingTarget
    {
        public override string Text => $"pods/{Namespace}/{Label}={Value}";

        public override V1Alpha1ComponentSpec Bind(V1Alpha1ComponentSpec spec) => spec with
        {
            Pods = new V1Alpha1PodsBinding
            {
                Namespace = Namespace,
                Selector = new k8s.Models.V1LabelSelector { MatchLabels = new Dictionary<string, string>(StringComparer.Ordinal) { [Label] = Value } },
            },
        };
    }

    /// <summary>A host name or an address outside the cluster.</summary>
    public sealed record External(string Host) : BindingTarget
    {
        public override string Text => $"external/{Host}";

        public override V1Alpha1ComponentSpec Bind(V1Alpha1ComponentSpec spec) => spec with { External = new V1Alpha1ExternalBinding { Hosts = [Host] } };
    }

    /// <summary>The node that the other party's pod runs on.</summary>
    public sealed record Nodes : BindingTarget
    {
        public override string Text => "nodes";

        public override V1Alpha1ComponentSpec Bind(V1Alpha1ComponentSpec spec) => spec with { Nodes = new V1Alpha1NodesBinding { Scope = "SameNode" } };
    }

    /// <summary>Callers that no probe can start from.</summary>
    public sealed record Outside : BindingTarget
    {
        public override string Text => "outside";

        public override V1Alpha1ComponentSpec Bind(V1Alpha1ComponentSpec spec) => spec with { Outside = new V1Alpha1OutsideBinding() };
    }
}

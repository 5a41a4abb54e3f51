using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>Questions that can be asked of the facts. Closed: a new question must say which changes change its answer.</summary>
public enum FactKind : byte
{
    /// <summary>A pod by its name.</summary>
    Pod,

    /// <summary>The pod that has an address.</summary>
    PodAt,

    /// <summary>Pods that a workload owns, directly or through other workloads.</summary>
    PodsOf,

    /// <summary>Pods of a namespace that a selector matches.</summary>
    PodsMatching,

    /// <summary>Whether a workload exists.</summary>
    Workload,

    /// <summary>A Service by its name.</summary>
    Service,

    /// <summary>The Service that has an address.</summary>
    ServiceAt,

    /// <summary>EndpointSlices of a Service.</summary>
    SlicesOf,

    /// <summary>Services that lead to a pod.</summary>
    ServicesOf,

    /// <summary>A node by its name.</summary>
    Node,

    /// <summary>Nodes that a selector matches.</summary>
    NodesMatching,

    /// <summary>How the cluster resolves names.</summary>
    Dns,

    /// <summary>NetworkPolicies of a namespace.</summary>
    Policies,

    /// <summary>Policies of the whole cluster.</summary>
    AdminPolicies,

    /// <summary>Labels of a namespace.</summary>
    NamespaceLabels,

    /// <summary>The node that has an address.</summary>
    NodeAt,

    /// <summary>Policies of kinds that are not evaluated: of a namespace, or of the whole cluster.</summary>
    OtherPolicies,

    /// <summary>A Component by its name.</summary>
    Component,

    /// <summary>Components that claim a word of a document.</summary>
    Word,

    /// <summary>Whether a node has its agent.</summary>
    Agent,

    /// <summary>Whether a source has lately connected to anything.</summary>
    SourceConnects,

    /// <summary>Whether an address and port have lately answered anybody.</summary>
    TargetAnswers,

    /// <summary>Whether a port of a Service has lately answered anybody.</summary>
    ServiceAnswers,
}

/// <summary>One question to the facts. Who asked it is told when its answer changes.</summary>
/// <param name="Number">What names alone do not tell apart: a kind of workload, a port.</param>
public readonly record struct FactKey(FactKind Kind, string Namespace, string Name, int Number = 0, LabelSelector? Selector = null)
{
    public static FactKey Dns { get; } = new(FactKind.Dns, "", "");

    public static FactKey Pod(NamespacedName key) => new(FactKind.Pod, key.Namespace, key.Name);

    public static FactKey PodAt(string address) => new(FactKind.PodAt, "", address);

    public static FactKey PodsOf(WorkloadKey key) => new(FactKind.PodsOf, key.Namespace, NameOf(key), (int)key.Kind);

    public static FactKey PodsMatching(string @namespace, LabelSelector selector) => new(FactKind.PodsMatching, @namespace, "", 0, selector);

    public static FactKey Workload(WorkloadKey key) => new(FactKind.Workload, key.Namespace, NameOf(key), (int)key.Kind);

    public static FactKey Service(NamespacedName key) => new(FactKind.Service, key.Namespace, key.Name);

    public static FactKey ServiceAt(string address) => new(FactKind.ServiceAt, "", address);

    public static FactKey SlicesOf(NamespacedName service) => new(FactKind.SlicesOf, service.Namespace, service.Name);

    public static FactKey ServicesOf(NamespacedName pod) => new(FactKind.ServicesOf, pod.Namespace, pod.Name);

    public static FactKey Node(string name) => new(FactKind.Node, "", name);

    public static FactKey NodesMatching(LabelSelector selector) => new(FactKind.NodesMatching, "", "", 0, selector);

    public static FactKey Policies(string @namespace) => new(FactKind.Policies, @namespace, "");

    public static FactKey AdminPolicies { get; } = new(FactKind.AdminPolicies, "", "");

    public static FactKey NodeAt(string address) => new(FactKind.NodeAt, "", address);

    /// <param name="namespace">Empty: the whole cluster.</param>
    public static FactKey OtherPolicies(string @namespace) => new(FactKind.OtherPolicies, @namespace, "");

    public static FactKey NamespaceLabels(string @namespace) => new(FactKind.NamespaceLabels, @namespace, "");

    public static FactKey Component(NamespacedName key) => new(FactKind.Component, key.Namespace, key.Name);

    /// <param name="word">As <see cref="PartyName.Normalize"/> gives it.</param>
    public static FactKey Word(string @namespace, string word) => new(FactKind.Word, @namespace, word);

    public static FactKey Agent(string node) => new(FactKind.Agent, "", node);

    public static FactKey SourceConnects(string node, string source) => new(FactKind.SourceConnects, node, source);

    public static FactKey TargetAnswers(string host, int port, bool datagrams) => new(FactKind.TargetAnswers, datagrams ? "UDP" : "TCP", host, port);

    private static string NameOf(WorkloadKey key) => key.OtherKind is { } kind ? $"{kind}/{key.Name}" : key.Name;

    public static FactKey ServiceAnswers(NamespacedName service, int port, bool datagrams) => new(FactKind.ServiceAnswers, service.Namespace, service.Name, datagrams ? -port : port);
}

using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Policies;
using Plumbline.Core.Resolution;

namespace Plumbline.Operator.Reconciling;

/// <summary>What the cluster's NetworkPolicies say of a pair, in the words of an explanation.</summary>
internal sealed class PolicyOracle(IEnumerable<NetworkPolicy> policies, ClusterSnapshot cluster)
{
    private readonly PolicyWorld _world = new(
        policies,
        cluster.Namespaces.Values.Select(n => KeyValuePair.Create(n.Name, (IReadOnlyDictionary<string, string>)n.Labels)));

    public static PolicyOracle Empty { get; } = new([], ClusterSnapshot.Empty);

    /// <returns>Null when the policies allow the pair, or cannot tell.</returns>
    public string? Denial(ProbePair pair) =>
        PolicyEvaluator.Evaluate(_world, Source(pair.Source), Destination(pair.Target), pair.Target.Port, Protocol(pair.Target)) is PolicyDecision.Denied denied
            ? denied.Explanation
            : null;

    private PolicyEndpoint Source(PairSource source) => source.Probe.Vantage == VantageKind.Node || source.Pod is null
        ? PolicyEndpoint.Node(source.Node, cluster.Nodes.TryGetValue(source.Node, out var node) ? node.Addresses : [])
        : Pod(source.Pod);

    private static PolicyEndpoint Destination(PairTarget target) => target switch
    {
        { Kind: TargetKind.Service, Service: { } service } => PolicyEndpoint.Service(service.Namespace, service.Name),
        { Pod: { } pod } => Pod(pod),
        _ => PolicyEndpoint.External(target.Host),
    };

    private static PolicyProtocol Protocol(PairTarget target) => target.Protocol == ConnectionProtocol.Udp ? PolicyProtocol.Udp : PolicyProtocol.Tcp;

    private static PolicyEndpoint Pod(PodFacts pod) => PolicyEndpoint.Pod(
        pod.Key.Namespace,
        pod.Key.Name,
        pod.Labels,
        pod.Addresses,
        pod.Node,
        pod.HostNetwork,
        [.. pod.ContainerPorts.Where(p => p.Name is not null).Select(p => new NamedPort(p.Name!, p.Port, p.Protocol switch { "UDP" => PolicyProtocol.Udp, "SCTP" => PolicyProtocol.Sctp, _ => PolicyProtocol.Tcp }))]);
}

using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>What the cluster's NetworkPolicies say of a pair, in the words of an explanation.</summary>
internal sealed class PolicyOracle(IClusterFacts cluster)
{
    /// <returns>Null when the policies allow the pair, or cannot tell.</returns>
    public Denial? Denial(ProbePair pair) =>
        PolicyEvaluator.Evaluate(cluster, Source(pair.Source, pair.Target.ConnectHost), Destination(pair.Target), pair.Target.ConnectPort, Protocol(pair.Target)) is PolicyDecision.Denied denied
            ? new Denial(denied.Denials[0].Policies[0], denied.Explanation)
            : null;

    /// <returns>What keeps the source from its nameserver; null when nothing does.</returns>
    public Denial? DnsDenial(PairSource source)
    {
        var nameservers = source.Probe.Dns.Nameservers.IsDefaultOrEmpty ? [] : source.Probe.Dns.Nameservers;
        if (nameservers.FirstOrDefault() is not { } server)
        {
            return null;
        }

        var decisions = Behind(server).Select(to => PolicyEvaluator.Evaluate(cluster, Source(source, server), to.Endpoint, to.Port, PolicyProtocol.Udp) as PolicyDecision.Denied).ToList();
        return decisions.Count > 0 && decisions.All(d => d is not null) ? new Denial(decisions[0]!.Denials[0].Policies[0], decisions[0]!.Explanation) : null;
    }

    /// <summary>Policies are judged after the Service's address is translated.</summary>
    private IEnumerable<(PolicyEndpoint Endpoint, int Port)> Behind(string server)
    {
        if (cluster.ServiceAt(server) is not { } service)
        {
            return [(PolicyEndpoint.External(server), DocumentedPort.Dns)];
        }

        var name = service.Ports.FirstOrDefault(p => p is { Port: DocumentedPort.Dns, Protocol: "UDP" })?.Name ?? "";
        return from slice in cluster.SlicesOf(service.Key)
               from port in slice.Ports
               where port.Protocol == "UDP" && (port.Name ?? "") == name && port.Port is not null
               from endpoint in slice.Endpoints
               where endpoint.Ready
               let pod = cluster.PodAt(endpoint.Address)
               select (pod is null ? PolicyEndpoint.External(endpoint.Address) : Pod(pod, endpoint.Address), port.Port ?? 0);
    }

    private PolicyEndpoint Source(PairSource source, string towards) => source.Probe.Vantage == VantageKind.Node || source.Pod is null
        ? PolicyEndpoint.Node(source.Node, cluster.Node(source.Node) is { } node ? OfFamily(node.Addresses, towards) : [])
        : Pod(source.Pod, towards);

    private static PolicyEndpoint Destination(PairTarget target) => target switch
    {
        { Kind: TargetKind.Service, Service: { } service } => PolicyEndpoint.Service(service.Namespace, service.Name),
        { Pod: { } pod } => Pod(pod, target.Host),
        // To a policy the proxy is who is talked to.
        _ => PolicyEndpoint.External(target.ConnectHost),
    };

    private static PolicyProtocol Protocol(PairTarget target) => target.Protocol == ConnectionProtocol.Udp ? PolicyProtocol.Udp : PolicyProtocol.Tcp;

    /// <summary>The addresses that a connection to the host uses: a block of the other family must not speak for it.</summary>
    private static ImmutableArray<string> OfFamily(ImmutableArray<string> addresses, string host) => [.. addresses.Where(a => IpFamily.Of(a).CanReach(host))];

    private static PolicyEndpoint Pod(PodFacts pod, string towards) => PolicyEndpoint.Pod(
        pod.Key.Namespace,
        pod.Key.Name,
        pod.Labels,
        OfFamily(pod.Addresses, towards),
        pod.Node,
        pod.HostNetwork,
        [.. pod.ContainerPorts.Where(p => p.Name is not null).Select(p => new NamedPort(p.Name!, p.Port, p.Protocol switch { "UDP" => PolicyProtocol.Udp, "SCTP" => PolicyProtocol.Sctp, _ => PolicyProtocol.Tcp }))]);
}

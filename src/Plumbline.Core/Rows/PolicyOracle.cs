using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>What the cluster's policies say of a pair, in the words of an explanation.</summary>
internal sealed class PolicyOracle(IClusterFacts cluster)
{
    private const int MostNames = 3;

    /// <summary>Of a name, what they say of the address that it led to.</summary>
    /// <returns>Null for a Service, whose address policies never see.</returns>
    public PolicyOpinion? Of(PairState state)
    {
        if (Ends(state) is not var (source, destination))
        {
            return null;
        }

        return Decide(state, source, destination) switch
        {
            PolicyDecision.Denied denied => new PolicyOpinion(Denial(denied)),
            PolicyDecision.Allowed allowed => new PolicyOpinion(null, Clause(allowed.Caveat, MayApply(source, destination))),
            PolicyDecision.NotEvaluated when destination.Kind == PolicyEndpointKind.Service => null,
            PolicyDecision.NotEvaluated open => new PolicyOpinion(null, Clause($"whether policies allow it is not known: {open.Why}", MayApply(source, destination))),
            var other => throw new InvalidOperationException($"no such decision: {other}"),
        };
    }

    /// <summary>What denies the pair, and nothing of what else may be said: asked of pairs that work, of which there are very many.</summary>
    /// <returns>Null when nothing does, or nobody can tell.</returns>
    public Denial? DenialOf(PairState state) => Ends(state) is var (source, destination) && Decide(state, source, destination) is PolicyDecision.Denied denied ? Denial(denied) : null;

    /// <summary>What denies the source its nameserver. A resolver asks over UDP; that TCP is allowed helps nobody.</summary>
    /// <returns>Null when policies allow it, or cannot tell.</returns>
    public Denial? DnsDenial(PairState state)
    {
        if (state.Pair.Source.Pod is not { } pod || cluster.DnsOf(pod) is not { UseNodeResolver: false, Nameservers: [var nameserver, ..] })
        {
            return null;
        }

        var source = Source(state.Pair.Source, nameserver);
        List<(PolicyEndpoint End, int Port)> servers = cluster.ServiceAt(nameserver) is { } service ? EndpointsOf(service) : [(At(nameserver), DocumentedPort.Dns)];
        var denials = servers.ConvertAll(s => PolicyEvaluator.Evaluate(cluster, source, s.End, s.Port, PolicyProtocol.Udp) as PolicyDecision.Denied);
        return denials.Count > 0 && denials.TrueForAll(d => d is not null) ? Denial(denials[0]!) : null;
    }

    private (PolicyEndpoint Source, PolicyEndpoint Destination)? Ends(PairState state)
    {
        var pair = state.Pair;
        var address = pair.Target.IsByName ? state.Evidence.Last?.Address : pair.Target.ConnectHost;
        return pair.Target.Kind == TargetKind.Service || address is null ? null : (Source(pair.Source, address), Destination(pair.Target, address));
    }

    private PolicyDecision Decide(PairState state, PolicyEndpoint source, PolicyEndpoint destination) =>
        PolicyEvaluator.Evaluate(cluster, source, destination, state.Pair.Target.ConnectPort, Protocol(state.Pair.Target));

    /// <summary>Of several policies the first: it isolates, and so do the others.</summary>
    private static Denial Denial(PolicyDecision.Denied denied) => new(denied.Denials[0].Policies[0].Replace(' ', '/'), denied.Explanation);

    private List<(PolicyEndpoint End, int Port)> EndpointsOf(ServiceFacts service) =>
    [
        .. from slice in cluster.SlicesOf(service.Key)
           from port in slice.Ports
           where port.Protocol == "UDP" && port.Port is not null
           from endpoint in slice.Endpoints
           where endpoint.Ready
           select (At(endpoint.Address), port.Port!.Value),
    ];

    private PolicyEndpoint Source(PairSource source, string towards) => source.Probe.Vantage == VantageKind.Node || source.Pod is null
        ? PolicyEndpoint.Node(source.Node, cluster.Node(source.Node) is { } node ? OfFamily(node.Addresses, towards) : [])
        : Pod(source.Pod, towards);

    // To a policy the proxy is who is talked to.
    private PolicyEndpoint Destination(PairTarget target, string address) => target is { Pod: { } pod, Proxy: null } ? Pod(pod, address) : At(address);

    private PolicyEndpoint At(string address) =>
        cluster.PodAt(address) is { } pod ? Pod(pod, address)
        : cluster.NodeAt(address) is { } node ? PolicyEndpoint.Node(node.Name, [address])
        : cluster.ServiceAt(address) is { } service ? PolicyEndpoint.Service(service.Key.Namespace, service.Key.Name)
        : PolicyEndpoint.External(address);

    private static string? Clause(params ReadOnlySpan<string?> clauses)
    {
        string? all = null;
        foreach (var clause in clauses)
        {
            all = all is null || clause is null ? all ?? clause : $"{all}; {clause}";
        }

        return all;
    }

    /// <summary>Policies of kinds that are not evaluated: those of both namespaces, and those of the whole cluster.</summary>
    private string? MayApply(PolicyEndpoint source, PolicyEndpoint destination)
    {
        ImmutableArray<OtherPolicy> policies =
        [
            .. new[] { source.Namespace, destination.Namespace }.Where(n => n.Length > 0).Distinct().SelectMany(n => cluster.OtherPoliciesOf(n)),
            .. cluster.OtherPoliciesOf(""),
        ];
        if (policies.IsEmpty)
        {
            return null;
        }

        var names = string.Join(", ", policies.Take(MostNames).Select(p => p.ToString())) + (policies.Length > MostNames ? $" and {policies.Length - MostNames} more" : "");
        return $"{names} may apply, which Plumbline does not evaluate";
    }

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

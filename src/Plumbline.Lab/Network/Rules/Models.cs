using System.Net;

namespace Plumbline.Lab.Network.Rules;

public enum TransportProtocol
{
    Tcp,
    Udp,
    Sctp,
}

/// <summary>One port of a Service, as kube-proxy would be told.</summary>
/// <param name="ClusterIp">The Service's address; its endpoints are of the same family.</param>
/// <param name="Port">The Service's port, 1 to 65535.</param>
/// <param name="Protocol">The port's protocol.</param>
/// <param name="Endpoints">Ready ones only, with target ports; none: new connections are rejected with ICMP port-unreachable.</param>
public sealed record ServiceRule(IPAddress ClusterIp, int Port, TransportProtocol Protocol, IReadOnlyList<IPEndPoint> Endpoints)
{
    /// <summary>
    /// With <c>internalTrafficPolicy: Local</c>, each node's own endpoints: a node that has none drops new connections while others have some. Default: null,
    /// every node uses all endpoints.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<IPEndPoint>>? Local { get; init; }

    /// <summary>
    /// <see cref="ClusterIp"/> is an address from outside the Service range that leads to it as well: a load balancer's, an external IP, a node's. Its other ports are somebody else's.
    /// </summary>
    public bool FromOutside { get; init; }

    /// <summary>Session affinity by the client's address. Default: each connection goes where chance leads it.</summary>
    public bool Sticky { get; init; }
}

public enum PolicyDirection
{
    /// <summary>Towards the pod.</summary>
    Ingress,

    /// <summary>From the pod.</summary>
    Egress,
}

/// <summary>
/// What a pod may do in one direction: verdicts of the cluster's policies first, then what its namespace's policies allow. Several of one pod and direction add up.
/// Addresses are compared after Service translation. Replies, a pod's traffic with itself, and all between a node and its own pods always pass.
/// </summary>
/// <param name="Pod">The pod's address; a dual-stack pod needs one policy an address.</param>
/// <param name="Direction">The direction that is meant.</param>
/// <param name="Allow">Null: nothing isolates the pod. Otherwise what none of these names is denied; empty: nothing is allowed.</param>
public sealed record PodPolicy(IPAddress Pod, PolicyDirection Direction, IReadOnlyList<PolicyAllow>? Allow)
{
    /// <summary>In order, before <see cref="Allow"/>; the first that matches decides. Default: none.</summary>
    public IReadOnlyList<PolicyVerdict> Before { get; init; } = [];

    /// <summary>In order, where <see cref="Allow"/> is null; the first that matches decides. Default: none, and all passes.</summary>
    public IReadOnlyList<PolicyVerdict> After { get; init; } = [];
}

public enum PolicyStep
{
    Allow,

    Deny,

    /// <summary>Skips the rest of <see cref="PodPolicy.Before"/>, or of <see cref="PodPolicy.After"/>.</summary>
    Pass,
}

/// <param name="Step">What becomes of traffic that matches.</param>
/// <param name="Match">What it is for.</param>
public sealed record PolicyVerdict(PolicyStep Step, PolicyAllow Match);

/// <param name="Peers">Null: anyone. Empty: nobody (a selector that matches no pod).</param>
/// <param name="Ports">Null: every port and protocol. Empty: none.</param>
public sealed record PolicyAllow(IReadOnlyList<PolicyPeer>? Peers, IReadOnlyList<PolicyPort>? Ports);

/// <param name="Network">A pod's address as /32 or /128, or an ipBlock.</param>
/// <param name="Except">Parts of <paramref name="Network"/> that are not meant; null: none.</param>
public sealed record PolicyPeer(IPNetwork Network, IReadOnlyList<IPNetwork>? Except = null)
{
    public static PolicyPeer Of(IPAddress address) => new(AddressPlan.Host(address));
}

/// <param name="Protocol">The protocol.</param>
/// <param name="Port">Null: every port of the protocol.</param>
/// <param name="EndPort">Last port of a range that begins at <paramref name="Port"/>; null: that port only.</param>
public sealed record PolicyPort(TransportProtocol Protocol, int? Port = null, int? EndPort = null);

/// <summary>What happens to traffic that is denied or faulty, and what its sender gets to see.</summary>
public enum DenialAction
{
    /// <summary>Nothing comes back: the sender times out. What most CNIs do.</summary>
    Drop,

    /// <summary>TCP reset (ECONNREFUSED); other protocols get ICMP port-unreachable.</summary>
    TcpReset,

    /// <summary>ICMP 3/0 (ENETUNREACH).</summary>
    NetworkUnreachable,

    /// <summary>ICMP 3/1 (EHOSTUNREACH).</summary>
    HostUnreachable,

    /// <summary>ICMP 3/3 (ECONNREFUSED), as kube-proxy rejects.</summary>
    PortUnreachable,

    /// <summary>ICMP 3/9 (ENETUNREACH).</summary>
    NetworkProhibited,

    /// <summary>ICMP 3/10 (EHOSTUNREACH).</summary>
    HostProhibited,

    /// <summary>ICMP 3/13 (EHOSTUNREACH), as firewalls say "administratively prohibited".</summary>
    AdminProhibited,
}

/// <summary>Traffic to a pod, a node or an external host that does not get through, new or established, from anywhere or from one network.</summary>
/// <param name="Target">Address after Service translation; not a Service address.</param>
/// <param name="Port">Null: all traffic to the address, ICMP too.</param>
/// <param name="Action">What the sender sees.</param>
/// <param name="Protocol">Only with <paramref name="Port"/>.</param>
/// <param name="From">Null: from anywhere.</param>
public sealed record TrafficFault(
    IPAddress Target,
    int? Port,
    DenialAction Action,
    TransportProtocol Protocol = TransportProtocol.Tcp,
    IPNetwork? From = null);

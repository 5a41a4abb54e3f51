using System.Net;
using Plumbline.Lab.Network.Netlink;

namespace Plumbline.Lab.Network;

/// <summary>A node: a namespace that routes for its pods, translates Service addresses and enforces policies at its hooks.</summary>
public sealed class LabNode
{
    private readonly bool[] _taken = new bool[AddressPlan.LastPod + 1];
    private readonly Lock _lock = new();
    private int _last = AddressPlan.FirstPod - 1;

    internal LabNode(string name, int number, NetworkNamespace @namespace, RouteSocket routes)
    {
        Name = name;
        Number = number;
        Namespace = @namespace;
        Routes = routes;
    }

    public string Name { get; }

    /// <summary>From 1, in the order of <see cref="LabNetworkOptions.Nodes"/>.</summary>
    public int Number { get; }

    public NetworkNamespace Namespace { get; }

    public IPAddress Address => AddressPlan.Node(Number);

    /// <summary>Null unless <see cref="LabNetworkOptions.Ipv6"/> is on.</summary>
    public IPAddress? Address6 { get; internal init; }

    /// <summary>As a status tells them, IPv4 first.</summary>
    public IReadOnlyList<IPAddress> Addresses => Address6 is null ? [Address] : [Address, Address6];

    /// <summary>The networks of <see cref="PodCidr"/> and, with IPv6, its counterpart.</summary>
    public IReadOnlyList<IPNetwork> PodCidrs => Address6 is null ? [PodCidr] : [PodCidr, AddressPlan.PodCidr6(Number)];

    public IPNetwork PodCidr => AddressPlan.PodCidr(Number);

    internal RouteSocket Routes { get; }

    internal int UplinkIndex { get; set; }

    /// <summary>What its uplink delays at the moment.</summary>
    internal TimeSpan Delay { get; set; }

    /// <summary>Takes the next address, not the lowest free one: a pod's address is not reused at once, as host-local IPAM does it.</summary>
    /// <exception cref="InvalidOperationException">The node is full, or <paramref name="wanted"/> is taken or not of this node.</exception>
    internal int TakeHost(IPAddress? wanted)
    {
        lock (_lock)
        {
            if (wanted is not null)
            {
                int host = PodCidr.Contains(wanted) ? wanted.GetAddressBytes()[3] : 0;
                if (host is < AddressPlan.FirstPod or > AddressPlan.LastPod || _taken[host])
                {
                    throw new InvalidOperationException(
                        $"pod address {wanted} on node {Name}: it is taken or not within {PodCidr} (.{AddressPlan.FirstPod} to .{AddressPlan.LastPod})");
                }

                _taken[host] = true;
                return host;
            }

            for (var tries = AddressPlan.FirstPod; tries <= AddressPlan.LastChosenPod; tries++)
            {
                _last = _last >= AddressPlan.LastChosenPod ? AddressPlan.FirstPod : _last + 1;
                if (!_taken[_last])
                {
                    _taken[_last] = true;
                    return _last;
                }
            }

            for (var host = AddressPlan.LastChosenPod + 1; host <= AddressPlan.LastPod; host++)
            {
                if (!_taken[host])
                {
                    _taken[host] = true;
                    return host;
                }
            }
        }

        throw new InvalidOperationException($"node {Name} is full: {PodCidr} has room for {AddressPlan.LastPod - AddressPlan.FirstPod + 1} pods");
    }

    internal void GiveBack(int host)
    {
        lock (_lock)
        {
            _taken[host] = false;
        }
    }

    public override string ToString() => $"{Name} ({Address})";
}

/// <summary>A pod to be made.</summary>
/// <param name="Node">The name of its node.</param>
/// <param name="Address">A certain address within the node's pod CIDR; null: the next free one.</param>
public sealed record PodPlacement(string Node, IPAddress? Address = null);

/// <summary>A pod: a namespace with one link to its node.</summary>
public sealed class LabPod
{
    internal LabPod(LabNode node, int host, NetworkNamespace @namespace, string nodeEnd, bool ipv6)
    {
        Node = node;
        Host = host;
        Namespace = @namespace;
        NodeEnd = nodeEnd;
        Address = AddressPlan.Pod(node.Number, host);
        Address6 = ipv6 ? AddressPlan.Pod6(node.Number, host) : null;
    }

    public LabNode Node { get; }

    public NetworkNamespace Namespace { get; }

    public IPAddress Address { get; }

    /// <summary>Null unless <see cref="LabNetworkOptions.Ipv6"/> is on.</summary>
    public IPAddress? Address6 { get; }

    /// <summary>As a status tells them, IPv4 first.</summary>
    public IReadOnlyList<IPAddress> Addresses => Address6 is null ? [Address] : [Address, Address6];

    /// <summary>The name of the link's end in the node's namespace.</summary>
    public string NodeEnd { get; }

    internal int Host { get; }

    internal int NodeEndIndex { get; set; }

    public override string ToString() => $"{Address} on {Node.Name}";
}

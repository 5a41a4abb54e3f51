using System.Net;
using System.Net.NetworkInformation;

namespace Plumbline.Lab.Network;

/// <summary>The shape of the lab's network. All addresses exist only inside the lab's own namespaces.</summary>
public sealed record LabNetworkOptions
{
    /// <summary>Node names, at most 250. Default: <c>node-1</c> to <c>node-3</c>.
    /// A node's namespace is <c>node-&lt;name&gt;</c>, or the name itself where it starts so.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = ["node-1", "node-2", "node-3"];

    /// <summary>Also gives nodes and pods IPv6 addresses (fd00::/8) and routes, and translates IPv6 Services. Default: off.</summary>
    public bool Ipv6 { get; init; }

    /// <summary>Where Service addresses come from; a new connection to one that no <see cref="ServiceRule"/> has is dropped. Default: 10.96.0.0/16.</summary>
    public IPNetwork ServiceCidr { get; init; } = IPNetwork.Parse("10.96.0.0/16");

    /// <summary>The same for IPv6. Default: fd00:10:96::/112.</summary>
    public IPNetwork ServiceCidr6 { get; init; } = IPNetwork.Parse("fd00:10:96::/112");

    /// <summary>Where external hosts live; an address there without a host swallows all traffic. Default: 198.51.100.0/24 (TEST-NET-2, RFC 5737).</summary>
    public IPNetwork ExternalCidr { get; init; } = IPNetwork.Parse("198.51.100.0/24");
}

/// <summary>Which address is whose. Node number <c>n</c> starts at 1.</summary>
internal static class AddressPlan
{
    public const int FirstPod = 2;
    public const int LastPod = 254;

    /// <summary>Those above are given to a pod that asks for one by itself only when all others are taken: they are for who wires a pod by hand.</summary>
    public const int LastChosenPod = 199;

    /// <summary>Every pod's default gateway, as Calico does it: no such address exists, a permanent neighbour entry leads to the node's end of the link.</summary>
    public static readonly IPAddress PodGateway = IPAddress.Parse("169.254.1.1");

    public static readonly IPAddress PodGateway6 = IPAddress.Parse("fe80::1");

    public static readonly PhysicalAddress NodeEnd = PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE");

    public static readonly IPAddress Router = IPAddress.Parse("172.18.0.1");

    public static readonly IPAddress Router6 = IPAddress.Parse("fd00:172:18::1");

    public static IPAddress Node(int n) => new([172, 18, 0, (byte)(n + 1)]);

    public static IPAddress Node6(int n) => IPAddress.Parse($"fd00:172:18::{n + 1:x}");

    public static IPNetwork PodCidr(int n) => new(new IPAddress([10, 244, (byte)n, 0]), 24);

    public static IPNetwork PodCidr6(int n) => new(IPAddress.Parse($"fd00:10:244:{n:x}::"), 64);

    public static IPAddress Pod(int n, int host) => new([10, 244, (byte)n, (byte)host]);

    public static IPAddress Pod6(int n, int host) => IPAddress.Parse($"fd00:10:244:{n:x}::{host:x}");

    public static PhysicalAddress PodEnd(int n, int host) => new([0x02, 0x42, 0x0a, 0xf4, (byte)n, (byte)host]);

    /// <param name="side">0 for the node's end of its uplink, 1 for the router's.</param>
    public static PhysicalAddress Uplink(int n, byte side) => new([0x02, 0x42, 0xac, 0x12, side, (byte)n]);

    public static IPNetwork Host(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}

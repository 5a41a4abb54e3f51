using System.Net;
using Plumbline.Lab.Network.Netlink;

namespace Plumbline.Lab.Network;

/// <summary>Makes the namespaces and joins them: links, addresses, routes, neighbours.</summary>
internal sealed class Wiring(LabNetworkOptions options, NamespaceThread thread) : IDisposable
{
    private RouteSocket? _outsideRoutes;
    private int _outsideLoopback;

    public NetworkNamespace Outside { get; } = NetworkNamespace.At("outside");

    public void AddExternalHost(IPAddress address) => _outsideRoutes!.AddAddress(_outsideLoopback, address);

    public void RemoveExternalHost(IPAddress address) => _outsideRoutes!.RemoveAddress(_outsideLoopback, address);

    public async Task AddOutsideAsync()
    {
        (_, _outsideRoutes) = await NetworkNamespace.CreateAsync(thread, Outside.Name, SetUpRouter);
        _outsideLoopback = _outsideRoutes.IndexOf("lo");
        _outsideRoutes.SetUp(_outsideLoopback);
        _outsideRoutes.AddAddress(_outsideLoopback, AddressPlan.Router);
        _outsideRoutes.AddBlackhole(options.ExternalCidr);
        if (options.Ipv6)
        {
            _outsideRoutes.AddAddress(_outsideLoopback, AddressPlan.Router6);
        }
    }

    private RouteSocket SetUpRouter()
    {
        Sysctl.WriteIpv6(options.Ipv6);
        Sysctl.WriteRouter(options.Ipv6);
        return RouteSocket.Open();
    }

    public async Task<LabNode> AddNodeAsync(string name, int number)
    {
        var file = name.StartsWith("node-", StringComparison.Ordinal) ? name : $"node-{name}";
        var (ns, routes) = await NetworkNamespace.CreateAsync(thread, file, SetUpRouter);
        var node = new LabNode(name, number, ns, routes) { Address6 = options.Ipv6 ? AddressPlan.Node6(number) : null };
        try
        {
            JoinNode(node);
            return node;
        }
        catch
        {
            routes.Dispose();
            ns.Unpin();
            throw;
        }
    }

    private void JoinNode(LabNode node)
    {
        var (number, routes) = (node.Number, node.Routes);
        routes.SetUp(routes.IndexOf("lo"));
        routes.AddBlackhole(node.PodCidr);

        var far = $"to-{number}";
        WithNamespace(node.Namespace, fd => _outsideRoutes!.AddVeth(far, AddressPlan.Uplink(number, 1), "eth0", AddressPlan.Uplink(number, 0), fd));
        var farIndex = _outsideRoutes!.IndexOf(far);
        node.UplinkIndex = routes.IndexOf("eth0");
        _outsideRoutes.SetUp(farIndex);
        routes.SetUp(node.UplinkIndex);
        routes.AddAddress(node.UplinkIndex, node.Address);
        _outsideRoutes.AddRoute(AddressPlan.Host(node.Address), farIndex, source: AddressPlan.Router);
        _outsideRoutes.AddRoute(node.PodCidr, farIndex, node.Address, AddressPlan.Router);
        if (options.Ipv6)
        {
            routes.AddBlackhole(AddressPlan.PodCidr6(number));
            _outsideRoutes.AddRoute(AddressPlan.Host(AddressPlan.Node6(number)), farIndex);
            _outsideRoutes.AddNeighbour(farIndex, AddressPlan.Node6(number), AddressPlan.Uplink(number, 0));
            _outsideRoutes.AddRoute(AddressPlan.PodCidr6(number), farIndex, AddressPlan.Node6(number));
        }

        AddUplinkRoutes(node);
    }

    /// <summary>Also after the uplink was down: the kernel removes them with it, and an IPv6 address too.</summary>
    public void AddUplinkRoutes(LabNode node)
    {
        node.Routes.AddRoute(AddressPlan.Host(AddressPlan.Router), node.UplinkIndex, source: node.Address);
        node.Routes.AddRoute(new IPNetwork(IPAddress.Any, 0), node.UplinkIndex, AddressPlan.Router, node.Address);
        if (options.Ipv6)
        {
            node.Routes.AddAddress(node.UplinkIndex, AddressPlan.Node6(node.Number));

            // Discovery would not find it: unlike ARP it answers only for addresses of the very link, and the router's are on its loopback.
            node.Routes.AddNeighbour(node.UplinkIndex, AddressPlan.Router6, AddressPlan.Uplink(node.Number, 1));
            node.Routes.AddRoute(AddressPlan.Host(AddressPlan.Router6), node.UplinkIndex);
            node.Routes.AddRoute(new IPNetwork(IPAddress.IPv6Any, 0), node.UplinkIndex, AddressPlan.Router6);
        }
    }

    public async Task<LabPod> AddPodAsync(LabNode node, int host)
    {
        var id = Guid.NewGuid();
        var (ns, routes) = await NetworkNamespace.CreateAsync(thread, $"cni-{id}", () =>
        {
            Sysctl.WriteIpv6(options.Ipv6);
            return RouteSocket.Open();
        });
        try
        {
            using (routes)
            {
                var pod = new LabPod(node, host, ns, $"veth{id.ToString("N")[..8]}", options.Ipv6);
                Connect(pod, routes);
                return pod;
            }
        }
        catch
        {
            ns.Unpin();
            throw;
        }
    }

    public void Dispose()
    {
        if (_outsideRoutes is not null)
        {
            _outsideRoutes.Dispose();
            Outside.Unpin();
        }
    }

    private static void Connect(LabPod pod, RouteSocket inside)
    {
        var outside = pod.Node.Routes;
        var podEnd = AddressPlan.PodEnd(pod.Node.Number, pod.Host);
        WithNamespace(pod.Namespace, fd => outside.AddVeth(pod.NodeEnd, AddressPlan.NodeEnd, "eth0", podEnd, fd));
        pod.NodeEndIndex = outside.IndexOf(pod.NodeEnd);
        outside.SetUp(pod.NodeEndIndex);

        inside.SetUp(inside.IndexOf("lo"));
        var eth0 = inside.IndexOf("eth0");
        inside.SetUp(eth0);
        foreach (var (address, gateway, source) in (ReadOnlySpan<(IPAddress?, IPAddress, IPAddress?)>)
            [(pod.Address, AddressPlan.PodGateway, pod.Node.Address), (pod.Address6, AddressPlan.PodGateway6, null)])
        {
            if (address is null)
            {
                continue;
            }

            inside.AddAddress(eth0, address);
            inside.AddRoute(AddressPlan.Host(gateway), eth0);
            inside.AddRoute(new IPNetwork(gateway.AddressFamily == IPAddress.Any.AddressFamily ? IPAddress.Any : IPAddress.IPv6Any, 0), eth0, gateway);
            inside.AddNeighbour(eth0, gateway, AddressPlan.NodeEnd);

            // The node's own address is the source towards its pods: what it says to them (ICMP too) names the node.
            outside.AddRoute(AddressPlan.Host(address), pod.NodeEndIndex, source: source);
            outside.AddNeighbour(pod.NodeEndIndex, address, podEnd);
        }
    }

    private static void WithNamespace(NetworkNamespace target, Action<int> use)
    {
        var fd = Libc.open(target.Path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        Libc.Check(fd, $"open the namespace {target.Path}");
        try
        {
            use(fd);
        }
        finally
        {
            _ = Libc.close(fd);
        }
    }
}

using System.Net;
using Plumbline.Lab.Network.Netlink;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Network;

/// <summary>
/// A cluster's network in real namespaces:
/// <code>
///   pod ── veth ── node ── veth ── outside (router between the nodes, and all external hosts)
/// </code>
/// No bridge anywhere: every hop routes, so nothing between two pods escapes the node's hooks. Make it inside the private namespaces of
/// <c>NamespaceLauncher</c> only; what the kernel holds for it goes away with them, whatever dies.
/// </summary>
/// <remarks>Safe for concurrent callers; each <c>Set…Async</c> replaces its whole rule set at once and returns when the kernel has it.</remarks>
public sealed class LabNetwork : IAsyncDisposable
{
    private readonly LabNetworkOptions _options;
    private readonly RuleTables _tables;
    private readonly Lock _lock = new();
    private readonly HashSet<LabPod> _pods = [];
    private readonly HashSet<IPAddress> _externalHosts = [];
    private readonly List<LabNode> _nodes = [];
    private RouteSocket? _outsideRoutes;
    private int _outsideLoopback;

    private LabNetwork(LabNetworkOptions options, NamespaceThread thread)
    {
        _options = options;
        Namespaces = thread;
        _tables = new RuleTables(options);
    }

    /// <summary>Enters namespaces on behalf of listeners and relays.</summary>
    public NamespaceThread Namespaces { get; }

    public IReadOnlyList<LabNode> Nodes => _nodes;

    /// <summary>Holds every external host's address, and routes between the nodes.</summary>
    public NetworkNamespace Outside { get; private set; } = NetworkNamespace.At("outside");

    public IReadOnlyCollection<LabPod> Pods
    {
        get
        {
            lock (_lock)
            {
                return [.. _pods];
            }
        }
    }

    /// <exception cref="IOException">The kernel refused a call; the message names it.</exception>
    /// <exception cref="ArgumentException">No node, a node named twice, too many nodes, or a name that cannot be a file name.</exception>
    public static async Task<LabNetwork> CreateAsync(LabNetworkOptions options, CancellationToken cancellation)
    {
        Validate(options);
        var network = new LabNetwork(options, new NamespaceThread());
        try
        {
            await network.AddOutsideAsync();
            foreach (var name in options.Nodes)
            {
                cancellation.ThrowIfCancellationRequested();
                await network.AddNodeAsync(name);
            }

            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public LabNode Node(string name) =>
        _nodes.Find(n => n.Name == name) ?? throw new ArgumentException($"no node {name}: there are {string.Join(", ", _nodes.Select(n => n.Name))}", nameof(name));

    public async Task<LabPod> AddPodAsync(PodPlacement placement, CancellationToken cancellation) => (await AddPodsAsync([placement], cancellation))[0];

    /// <returns>The pods in the order of <paramref name="placements"/>. On failure none of them stays.</returns>
    public async Task<IReadOnlyList<LabPod>> AddPodsAsync(IReadOnlyList<PodPlacement> placements, CancellationToken cancellation)
    {
        var pods = new List<LabPod>(placements.Count);
        try
        {
            foreach (var placement in placements)
            {
                cancellation.ThrowIfCancellationRequested();
                pods.Add(await AddOnePodAsync(Node(placement.Node), placement.Address));
            }

            return pods;
        }
        catch
        {
            foreach (var pod in pods)
            {
                await RemovePodAsync(pod);
            }

            throw;
        }
    }

    /// <summary>Takes the pod's link and namespace away at once, as if its node had deleted it. Close its listeners too: their sockets keep the namespace alive.</summary>
    public Task RemovePodAsync(LabPod pod)
    {
        lock (_lock)
        {
            if (!_pods.Remove(pod))
            {
                return Task.CompletedTask;
            }
        }

        try
        {
            pod.Node.Routes.DeleteLinkByName(pod.NodeEnd);
        }
        finally
        {
            pod.Namespace.Unpin();
            pod.Node.GiveBack(pod.Host);
        }

        return Task.CompletedTask;
    }

    /// <summary>Gives the outside one more host. Its listeners are opened in <see cref="Outside"/>, bound to this address.</summary>
    /// <exception cref="ArgumentException">The address is not within <see cref="LabNetworkOptions.ExternalCidr"/>.</exception>
    public void AddExternalHost(IPAddress address)
    {
        if (!_options.ExternalCidr.Contains(address))
        {
            throw new ArgumentException($"external host {address}: not within {_options.ExternalCidr}", nameof(address));
        }

        lock (_lock)
        {
            if (_externalHosts.Add(address))
            {
                _outsideRoutes!.AddAddress(_outsideLoopback, address);
            }
        }
    }

    /// <summary>From now on traffic to the address vanishes.</summary>
    public void RemoveExternalHost(IPAddress address)
    {
        lock (_lock)
        {
            if (_externalHosts.Remove(address))
            {
                _outsideRoutes!.RemoveAddress(_outsideLoopback, address);
            }
        }
    }

    /// <summary>Pulls or plugs the node's uplink; its pods still reach each other and their node.</summary>
    public void SetNodeLink(LabNode node, LinkState state)
    {
        node.Routes.SetUp(node.UplinkIndex, state == LinkState.Up);
        if (state == LinkState.Up)
        {
            AddUplinkRoutes(node); // The kernel removed them with the link.
        }
    }

    /// <inheritdoc cref="RuleTables.SetServicesAsync"/>
    public Task SetServicesAsync(IReadOnlyList<ServiceRule> services, CancellationToken cancellation) =>
        _tables.SetServicesAsync(_nodes, services, cancellation);

    /// <inheritdoc cref="RuleTables.SetPoliciesAsync"/>
    public Task SetPoliciesAsync(IReadOnlyList<PodPolicy> policies, DenialAction denial, CancellationToken cancellation) =>
        _tables.SetPoliciesAsync(_nodes, policies, denial, cancellation);

    /// <inheritdoc cref="RuleTables.SetFaultsAsync"/>
    public Task SetFaultsAsync(IReadOnlyList<TrafficFault> faults, CancellationToken cancellation) =>
        _tables.SetFaultsAsync(_nodes, Outside, faults, cancellation);

    public ValueTask DisposeAsync()
    {
        // Not link by link, which costs some 25 ms each: with both ends' namespaces the kernel removes all links at once.
        foreach (var pod in Pods)
        {
            pod.Namespace.Unpin();
        }

        lock (_lock)
        {
            _pods.Clear();
        }

        foreach (var node in _nodes)
        {
            node.Routes.Dispose();
            node.Namespace.Unpin();
        }

        if (_outsideRoutes is not null)
        {
            _outsideRoutes.Dispose();
            Outside.Unpin();
        }

        _nodes.Clear();
        _tables.Dispose();
        Namespaces.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Validate(LabNetworkOptions options)
    {
        if (options.Nodes.Count is 0 or > 250 || options.Nodes.Distinct().Count() != options.Nodes.Count)
        {
            throw new ArgumentException($"nodes [{string.Join(", ", options.Nodes)}]: 1 to 250 different names are needed", nameof(options));
        }

        if (options.Nodes.FirstOrDefault(n => n.Length == 0 || n.AsSpan().ContainsAny('/', '\0') || n is "." or "..") is { } bad)
        {
            throw new ArgumentException($"node name '{bad}': it must be usable as a file name", nameof(options));
        }
    }

    private async Task AddOutsideAsync()
    {
        (Outside, _outsideRoutes) = await NetworkNamespace.CreateAsync(Namespaces, Outside.Name, SetUpRouter);
        _outsideLoopback = _outsideRoutes.IndexOf("lo");
        _outsideRoutes.SetUp(_outsideLoopback);
        _outsideRoutes.AddAddress(_outsideLoopback, AddressPlan.Router);
        _outsideRoutes.AddBlackhole(_options.ExternalCidr);
        if (_options.Ipv6)
        {
            _outsideRoutes.AddAddress(_outsideLoopback, AddressPlan.Router6);
        }
    }

    private RouteSocket SetUpRouter()
    {
        Sysctl.WriteIpv6(_options.Ipv6);
        Sysctl.WriteRouter(_options.Ipv6);
        return RouteSocket.Open();
    }

    private async Task AddNodeAsync(string name)
    {
        var number = _nodes.Count + 1;
        var file = name.StartsWith("node-", StringComparison.Ordinal) ? name : $"node-{name}";
        var (ns, routes) = await NetworkNamespace.CreateAsync(Namespaces, file, SetUpRouter);
        var node = new LabNode(name, number, ns, routes);
        _nodes.Add(node);
        routes.SetUp(routes.IndexOf("lo"));
        routes.AddBlackhole(node.PodCidr);

        var far = $"to-{number}";
        WithNamespace(ns, fd => _outsideRoutes!.AddVeth(far, AddressPlan.Uplink(number, 1), "eth0", AddressPlan.Uplink(number, 0), fd));
        var farIndex = _outsideRoutes!.IndexOf(far);
        node.UplinkIndex = routes.IndexOf("eth0");
        _outsideRoutes.SetUp(farIndex);
        routes.SetUp(node.UplinkIndex);
        routes.AddAddress(node.UplinkIndex, node.Address);
        _outsideRoutes.AddRoute(AddressPlan.Host(node.Address), farIndex, source: AddressPlan.Router);
        _outsideRoutes.AddRoute(node.PodCidr, farIndex, node.Address, AddressPlan.Router);
        if (_options.Ipv6)
        {
            routes.AddAddress(node.UplinkIndex, AddressPlan.Node6(number));
            routes.AddBlackhole(AddressPlan.PodCidr6(number));
            _outsideRoutes.AddRoute(AddressPlan.Host(AddressPlan.Node6(number)), farIndex);
            _outsideRoutes.AddNeighbour(farIndex, AddressPlan.Node6(number), AddressPlan.Uplink(number, 0));
            _outsideRoutes.AddRoute(AddressPlan.PodCidr6(number), farIndex, AddressPlan.Node6(number));
        }

        AddUplinkRoutes(node);
    }

    private void AddUplinkRoutes(LabNode node)
    {
        node.Routes.AddRoute(AddressPlan.Host(AddressPlan.Router), node.UplinkIndex, source: node.Address);
        node.Routes.AddRoute(new IPNetwork(IPAddress.Any, 0), node.UplinkIndex, AddressPlan.Router, node.Address);
        if (_options.Ipv6)
        {
            // Discovery would not find it: unlike ARP it answers only for addresses of the very link, and the router's are on its loopback.
            node.Routes.AddNeighbour(node.UplinkIndex, AddressPlan.Router6, AddressPlan.Uplink(node.Number, 1));
            node.Routes.AddRoute(AddressPlan.Host(AddressPlan.Router6), node.UplinkIndex);
            node.Routes.AddRoute(new IPNetwork(IPAddress.IPv6Any, 0), node.UplinkIndex, AddressPlan.Router6);
        }
    }

    private async Task<LabPod> AddOnePodAsync(LabNode node, IPAddress? wanted)
    {
        var host = node.TakeHost(wanted);
        var id = Guid.NewGuid();
        LabPod? pod = null;
        try
        {
            var (ns, routes) = await NetworkNamespace.CreateAsync(Namespaces, $"cni-{id}", () =>
            {
                Sysctl.WriteIpv6(_options.Ipv6);
                return RouteSocket.Open();
            });
            using (routes)
            {
                pod = new LabPod(node, host, ns, $"veth{id.ToString("N")[..8]}", _options.Ipv6);
                Connect(pod, routes);
            }

            lock (_lock)
            {
                _pods.Add(pod);
            }

            return pod;
        }
        catch
        {
            pod?.Namespace.Unpin();
            node.GiveBack(host);
            throw;
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

/// <summary>Whether a node's uplink carries anything.</summary>
public enum LinkState
{
    /// <summary>Plugged.</summary>
    Up,

    /// <summary>Pulled: the node and its pods cannot be reached from elsewhere, nor reach anything there.</summary>
    Down,
}

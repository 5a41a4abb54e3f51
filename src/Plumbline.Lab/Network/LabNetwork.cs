using System.Net;
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
    private readonly Wiring _wiring;
    private readonly Lock _lock = new();
    private readonly HashSet<LabPod> _pods = [];
    private readonly HashSet<LabPod> _leftBehind = [];
    private readonly HashSet<IPAddress> _externalHosts = [];
    private readonly List<LabNode> _nodes = [];

    private LabNetwork(LabNetworkOptions options, NamespaceThread thread)
    {
        _options = options;
        Namespaces = thread;
        _tables = new RuleTables(options);
        _wiring = new Wiring(options, thread);
    }

    /// <summary>Enters namespaces on behalf of listeners and relays.</summary>
    public NamespaceThread Namespaces { get; }

    public IReadOnlyList<LabNode> Nodes => _nodes;

    /// <summary>Holds every external host's address, and routes between the nodes.</summary>
    public NetworkNamespace Outside => _wiring.Outside;

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
            await network._wiring.AddOutsideAsync();
            foreach (var name in options.Nodes)
            {
                cancellation.ThrowIfCancellationRequested();
                network._nodes.Add(await network._wiring.AddNodeAsync(name, network._nodes.Count + 1));
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

    /// <summary>
    /// What a runtime that forgets to clean up does when it makes a pod's sandbox anew: a new namespace gets the pod's address and all that is sent to it, and
    /// the old one stays with the same address, sends, and hears nothing any more.
    /// </summary>
    /// <returns>The pod in its new namespace.</returns>
    public async Task<LabPod> LeaveBehindAsync(LabPod pod)
    {
        var fresh = await _wiring.AddPodAsync(pod.Node, pod.Host);
        lock (_lock)
        {
            _pods.Remove(pod);
            _pods.Add(fresh);
            _leftBehind.Add(pod);
        }

        return fresh;
    }

    /// <summary>Clears a namespace away that <see cref="LeaveBehindAsync"/> left.</summary>
    public void ClearAway(LabPod leftBehind)
    {
        lock (_lock)
        {
            if (!_leftBehind.Remove(leftBehind))
            {
                return;
            }
        }

        try
        {
            leftBehind.Node.Routes.DeleteLinkByName(leftBehind.NodeEnd);
        }
        finally
        {
            leftBehind.Namespace.Unpin();
        }
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
                _wiring.AddExternalHost(address);
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
                _wiring.RemoveExternalHost(address);
            }
        }
    }

    /// <summary>Pulls or plugs the node's uplink; its pods still reach each other and their node.</summary>
    public void SetNodeLink(LabNode node, LinkState state)
    {
        node.Routes.SetUp(node.UplinkIndex, state == LinkState.Up);
        if (state == LinkState.Up)
        {
            _wiring.AddUplinkRoutes(node);
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

    /// <inheritdoc cref="RuleTables.SetLinksAsync"/>
    public Task SetLinksAsync(IReadOnlyDictionary<string, LinkTrouble> troubles, CancellationToken cancellation) =>
        _tables.SetLinksAsync(_nodes, troubles, cancellation);

    public ValueTask DisposeAsync()
    {
        // Not link by link, which costs some 25 ms each: with both ends' namespaces the kernel removes all links at once.
        foreach (var pod in Pods.Concat(_leftBehind))
        {
            pod.Namespace.Unpin();
        }

        lock (_lock)
        {
            _pods.Clear();
            _leftBehind.Clear();
        }

        foreach (var node in _nodes)
        {
            node.Routes.Dispose();
            node.Namespace.Unpin();
        }

        _wiring.Dispose();
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

    private async Task<LabPod> AddOnePodAsync(LabNode node, IPAddress? wanted)
    {
        var host = node.TakeHost(wanted);
        try
        {
            var pod = await _wiring.AddPodAsync(node, host);
            lock (_lock)
            {
                _pods.Add(pod);
            }

            return pod;
        }
        catch
        {
            node.GiveBack(host);
            throw;
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

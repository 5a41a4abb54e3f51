using System.Net;
using System.Net.Sockets;

namespace Plumbline.Lab.Network.Rules;

/// <summary>Puts rule sets into the kernel: one nftables transaction a namespace, and none where nothing changed.</summary>
internal sealed class RuleTables(LabNetworkOptions options) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<(string Namespace, string Table), string> _loaded = [];

    /// <summary>Replaces all Services. Connections that are already established keep their endpoint.</summary>
    /// <exception cref="ArgumentException">A port out of range, an endpoint of another family than its Service, or one Service port given twice.</exception>
    public Task SetServicesAsync(IReadOnlyList<LabNode> nodes, IReadOnlyList<ServiceRule> services, CancellationToken cancellation)
    {
        ServiceTable.Validate(services);
        var four = services.Where(s => s.ClusterIp.AddressFamily == AddressFamily.InterNetwork).ToList();
        var six = services.Where(s => s.ClusterIp.AddressFamily == AddressFamily.InterNetworkV6).ToList();
        return LoadAsync(
            [
                .. nodes.Select(n => (n.Namespace, "ip " + ServiceTable.Name, ServiceTable.Render(four, options.ServiceCidr, n.Name, n.Address))),
                .. nodes.Where(_ => options.Ipv6).Select(n => (n.Namespace, "ip6 " + ServiceTable.Name, ServiceTable.Render(six, options.ServiceCidr6, n.Name, AddressPlan.Node6(n.Number)))),
            ],
            cancellation);
    }

    /// <summary>Replaces all policies. Established connections live on, as with most CNIs.</summary>
    /// <exception cref="ArgumentException">A port out of range.</exception>
    public Task SetPoliciesAsync(IReadOnlyList<LabNode> nodes, IReadOnlyList<PodPolicy> policies, DenialAction denial, CancellationToken cancellation) => LoadAsync(
        nodes.Select(n => (n.Namespace, "inet " + PolicyTable.Name, PolicyTable.Render([.. policies.Where(p => Owns(n, p.Pod))], denial))), cancellation);

    /// <summary>Replaces all faults: an empty list heals everything.</summary>
    /// <exception cref="ArgumentException">A port out of range, or a Service address as target.</exception>
    public Task SetFaultsAsync(IReadOnlyList<LabNode> nodes, NetworkNamespace outside, IReadOnlyList<TrafficFault> faults, CancellationToken cancellation)
    {
        if (faults.FirstOrDefault(f => options.ServiceCidr.Contains(f.Target) || options.ServiceCidr6.Contains(f.Target)) is { } wrong)
        {
            throw new ArgumentException($"fault on {wrong.Target}: a Service address is never on the wire; name its endpoints", nameof(faults));
        }

        const string Table = "inet " + FaultTable.Name;
        var elsewhere = faults.Where(f => !nodes.Any(n => Owns(n, f.Target)));
        return LoadAsync(
            [
                .. nodes.Select(n => (n.Namespace, Table, FaultTable.Render([.. faults.Where(f => Owns(n, f.Target))]))),
                (outside, Table, FaultTable.Render([.. elsewhere])),
            ],
            cancellation);
    }

    /// <summary>Replaces the troubles of all uplinks, by node name.</summary>
    /// <exception cref="IOException">The kernel cannot do it; the message says what it lacks.</exception>
    public async Task SetLinksAsync(IReadOnlyList<LabNode> nodes, IReadOnlyDictionary<string, LinkTrouble> troubles, CancellationToken cancellation)
    {
        foreach (var node in nodes)
        {
            await LinkDelay.SetAsync(node, troubles.GetValueOrDefault(node.Name)?.Delay ?? TimeSpan.Zero, cancellation);
        }

        await LoadAsync(nodes.Select(n => (n.Namespace, "inet " + LinkTable.Name, LinkTable.Render(troubles.GetValueOrDefault(n.Name)))), cancellation);
    }

    public void Dispose() => _turn.Dispose();

    private static bool Owns(LabNode node, IPAddress address) =>
        node.PodCidr.Contains(address) || AddressPlan.PodCidr6(node.Number).Contains(address)
        || node.Address.Equals(address) || AddressPlan.Node6(node.Number).Equals(address);

    private async Task LoadAsync(IEnumerable<(NetworkNamespace Namespace, string Table, string Text)> tables, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await Task.WhenAll(tables
                .Where(t => _loaded.GetValueOrDefault((t.Namespace.Name, t.Table)) != t.Text)
                .ToList()
                .ConvertAll(t => LoadOneAsync(t.Namespace, t.Table, t.Text, cancellation)));
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LoadOneAsync(NetworkNamespace target, string table, string text, CancellationToken cancellation)
    {
        // Forgotten first: after a cancelled or refused load nobody knows what the kernel has.
        lock (_loaded)
        {
            _loaded.Remove((target.Name, table));
        }

        // Creating the table first makes deleting it legal when there is none; all of it is one transaction.
        await Nft.LoadAsync(target, $"table {table}\ndelete table {table}\n{text}", cancellation);
        lock (_loaded)
        {
            _loaded[(target.Name, table)] = text;
        }
    }
}

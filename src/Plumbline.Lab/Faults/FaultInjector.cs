using Plumbline.Lab.Cluster;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Faults;

/// <summary>
/// Keeps the estate as broken as the active faults say: what should be is worked out from all of them together and compared with what is, so that
/// faults can overlap and switching one off restores exactly what it broke.
/// </summary>
internal sealed class FaultInjector(
    PlacedEstate estate, EstateObjects objects, ApiObjects api, LabNetwork network, ListenerHost listeners, TimeProvider time) : IDisposable
{
    private const string Manager = "plumbline-lab";

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<PlacedListener, Listener> _open = [];
    private readonly List<string> _active = [];
    private readonly Dictionary<string, DenyNamespace> _policies = [];

    /// <summary>Ids, in the order in which they were switched on.</summary>
    public IReadOnlyList<string> Active
    {
        get
        {
            lock (_active)
            {
                return [.. _active];
            }
        }
    }

    /// <summary>When the faults last changed; null: never.</summary>
    public long? LastChange { get; private set; }

    /// <summary>Starts the estate's listeners, Services and pod status with these faults in place.</summary>
    public Task StartAsync(IEnumerable<string> faults, CancellationToken cancellation) => ChangeAsync(faults, [], cancellation);

    public Task SwitchOnAsync(string id, CancellationToken cancellation) => ChangeAsync([id], [], cancellation);

    public Task SwitchOffAsync(string id, CancellationToken cancellation) => ChangeAsync([], [id], cancellation);

    public void Dispose() => _turn.Dispose();

    private async Task ChangeAsync(IEnumerable<string> on, IEnumerable<string> off, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            List<string> active = [.. Active.Except(off), .. on.Except(Active)];
            await ReconcileAsync([.. active.SelectMany(id => estate.Model.FindFault(id)!.Actions)], cancellation);
            lock (_active)
            {
                _active.Clear();
                _active.AddRange(active);
            }

            LastChange = time.GetTimestamp();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ReconcileAsync(IReadOnlyList<FaultAction> actions, CancellationToken cancellation)
    {
        await SetPoliciesAsync([.. actions.Select(a => a.DenyNamespace).OfType<DenyNamespace>()], cancellation);
        await SetListenersAsync(Wanted(actions), cancellation);
        await network.SetFaultsAsync([.. actions.Select(a => a.Block).OfType<Blockade>().SelectMany(TrafficFaults)], cancellation);
        await objects.SetServicePortsAsync(
            actions.Select(a => a.ServicePort).OfType<ServicePortChange>().GroupBy(c => c.Service).ToDictionary(
                g => g.Key, g => (IReadOnlyDictionary<int, int>)g.ToDictionary(c => c.From, c => c.To)),
            cancellation);
        await objects.ReportAsync(
            actions.SelectMany(a => new[] { a.NotReady?.Workload, a.Down?.Workload }).OfType<string>().ToHashSet(), cancellation);
    }

    private HashSet<PlacedListener> Wanted(IReadOnlyList<FaultAction> actions)
    {
        var closed = actions.Select(a => a.ClosePort).OfType<PortPlace>().Select(p => (p.Workload ?? p.Host, p.Port)).ToHashSet();
        var down = actions.Select(a => a.Down?.Workload).OfType<string>().ToHashSet();
        return
        [
            .. estate.Listeners.Where(l => !closed.Contains((l.Owner, l.Port)) && !down.Contains(l.Owner)),
            .. actions.Select(a => a.OpenPort).OfType<PortPlace>().Select(p => estate.Extra(estate.Model.External.Single(h => h.Host == p.Host), p.Port)),
        ];
    }

    private async Task SetListenersAsync(HashSet<PlacedListener> wanted, CancellationToken cancellation)
    {
        // A spec holds lists, which do not compare by content: place and port say which listener it is.
        var open = _open.Keys.ToDictionary(l => (l.Spec.Namespace, l.Spec.Address, l.Port));
        var keep = wanted.Select(l => (l.Spec.Namespace, l.Spec.Address, l.Port)).ToHashSet();
        foreach (var gone in open.Where(l => !keep.Contains(l.Key)).Select(l => l.Value))
        {
            _open.Remove(gone, out var listener);
            await listeners.CloseAsync(listener!);
        }

        foreach (var missing in wanted.Where(l => !open.ContainsKey((l.Spec.Namespace, l.Spec.Address, l.Port))))
        {
            _open[missing] = await listeners.OpenAsync(missing.Spec, cancellation);
        }
    }

    private async Task SetPoliciesAsync(IReadOnlyList<DenyNamespace> wanted, CancellationToken cancellation)
    {
        var names = wanted.ToDictionary(d => $"{d.Namespace}/{d.From}");
        foreach (var (name, policy) in _policies.Where(p => !names.ContainsKey(p.Key)).ToList())
        {
            await api.DeleteAsync(Manifests.DenyNamespace(policy), cancellation);
            _policies.Remove(name);
        }

        foreach (var (name, policy) in names.Where(n => !_policies.ContainsKey(n.Key)))
        {
            await api.ApplyAsync(Manifests.DenyNamespace(policy), Manager, cancellation);
            _policies[name] = policy;
        }
    }

    private IEnumerable<TrafficFault> TrafficFaults(Blockade block)
    {
        var targets = block.Host is { } host
            ? [estate.Hosts[host]]
            : estate.Pods.Where(p => p.Plan.Workload.Key == block.Workload).Select(p => p.Network.Address);
        return targets.Select(t => new TrafficFault(t, block.Port == 0 ? null : block.Port, Action(block.How)));
    }

    private static DenialAction Action(string how) => how switch
    {
        "drop" => DenialAction.Drop,
        "reset" => DenialAction.TcpReset,
        "net-unreachable" => DenialAction.NetworkUnreachable,
        "host-unreachable" => DenialAction.HostUnreachable,
        "port-unreachable" => DenialAction.PortUnreachable,
        "admin-prohibited" => DenialAction.AdminProhibited,
        _ => throw new InvalidOperationException($"estate.yaml: no way to block is called '{how}'"),
    };
}

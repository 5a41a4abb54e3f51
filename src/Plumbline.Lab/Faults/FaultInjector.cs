using System.Net;
using Plumbline.Lab.Cluster;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;
using Plumbline.Lab.Pods;

namespace Plumbline.Lab.Faults;

/// <summary>What the faults act on.</summary>
internal sealed record FaultTargets(
    PlacedEstate Estate, EstateObjects Objects, ApiObjects Api, LabNetwork Network, ListenerHost Listeners, ClusterState State, NodeResolvers Resolvers);

/// <summary>
/// Keeps the estate as broken as the active faults say: what should be is worked out from all of them together and compared with what is, so that
/// faults can overlap and switching one off restores exactly what it broke.
/// </summary>
internal sealed class FaultInjector(FaultTargets on, TimeProvider time) : IDisposable
{
    private const string Manager = "plumbline-lab";

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<PlacedListener, Listener> _open = [];
    private readonly List<string> _active = [];
    private readonly List<FaultVerb> _verbs = [];
    private readonly Dictionary<string, DenyNamespace> _policies = [];
    private readonly HashSet<string> _objects = [];
    private readonly Dictionary<string, LabPod> _leftBehind = [];

    private PlacedEstate Estate => on.Estate;

    /// <summary>Ids and verbs, in the order in which they were switched on.</summary>
    public IReadOnlyList<string> Active
    {
        get
        {
            lock (_active)
            {
                return [.. _active, .. _verbs.Select(v => v.Text)];
            }
        }
    }

    /// <summary>When the faults last changed; null: never.</summary>
    public long? LastChange { get; private set; }

    /// <summary>Starts the estate's listeners, Services and pod status with these faults in place.</summary>
    public Task StartAsync(IEnumerable<string> faults, CancellationToken cancellation) => ChangeAsync(active => active.AddRange(faults.Except(active)), _ => { }, cancellation);

    public Task SwitchOnAsync(string id, CancellationToken cancellation) => ChangeAsync(active => active.AddRange(new[] { id }.Except(active)), _ => { }, cancellation);

    public Task SwitchOffAsync(string id, CancellationToken cancellation) => ChangeAsync(active => active.Remove(id), _ => { }, cancellation);

    /// <summary>What was wrong with the same subject is replaced.</summary>
    /// <exception cref="InvalidOperationException">There is no such thing in the lab.</exception>
    /// <exception cref="IOException">The kernel cannot do it.</exception>
    public Task SwitchOnAsync(FaultVerb verb, CancellationToken cancellation)
    {
        if (Missing(verb) is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        return ChangeAsync(
            _ => { },
            verbs =>
            {
                verbs.RemoveAll(v => v.Subject == verb.Subject);
                verbs.Add(verb);
            },
            cancellation);
    }

    /// <returns>False when nothing was wrong with it.</returns>
    public async Task<bool> MendAsync(string subject, CancellationToken cancellation)
    {
        var found = false;
        await ChangeAsync(_ => { }, verbs => found = verbs.RemoveAll(v => v.Subject == subject) > 0, cancellation);
        return found;
    }

    /// <summary>Brings listeners and status in line after pods came or went.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await SetListenersAsync(Wanted(Actions(_active), [.. Verbs(_active), .. _verbs]), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reports the estate's pods, as the faults have them.</summary>
    public async Task ReportAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await ReportAsync(Actions(_active), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <returns>Null when there is what the verb is about.</returns>
    private string? Missing(FaultVerb verb) => verb switch
    {
        FaultVerb.OfListener { Trouble: ListenerTrouble.Speak } l => Owners().Contains(l.Owner) ? null : $"there is no {l.Owner} in the lab: a pod or a workload (namespace/name), or one of {string.Join(", ", Estate.Hosts.Keys)}",
        FaultVerb.OfListener l => AllListeners().Any(p => IsOf(p, l)) ? null : $"nothing listens at {l.Owner}:{l.Port} of which the lab knows",
        FaultVerb.OfLink l => NoNode(l.Node),
        FaultVerb.OfResolver { Node: { } node } => NoNode(node),
        FaultVerb.OfSandbox s => Estate.Pods.Find(s.Pod) is { Network: not null } ? null : $"there is no pod {s.Pod} with a network that the lab made",
        FaultVerb.OfResolver or FaultVerb.OfName or FaultVerb.OfPolicies or FaultVerb.OfService or FaultVerb.OfClusterDns => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string? NoNode(string node) => on.Network.Nodes.Any(n => n.Name == node) ? null : $"there is no node {node}: {string.Join(", ", on.Network.Nodes.Select(n => n.Name))}";

    private HashSet<string> Owners() => [.. Estate.Pods.All.SelectMany(p => new[] { p.Key, p.Workload }).OfType<string>(), .. Estate.Hosts.Keys];

    private async Task ChangeAsync(Action<List<string>> faults, Action<List<FaultVerb>> verbs, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            List<string> active = [.. _active];
            List<FaultVerb> said = [.. _verbs];
            faults(active);
            verbs(said);
            await ReconcileAsync(Actions(active), [.. Verbs(active), .. said], cancellation);
            lock (_active)
            {
                _active.Clear();
                _active.AddRange(active);
                _verbs.Clear();
                _verbs.AddRange(said);
            }

            LastChange = time.GetTimestamp();
        }
        finally
        {
            _turn.Release();
        }
    }

    private IReadOnlyList<FaultAction> Actions(IEnumerable<string> active) => [.. active.SelectMany(id => Estate.Model.FindFault(id)!.Actions)];

    private IEnumerable<FaultVerb> Verbs(IEnumerable<string> active) => Actions(active).Select(a => a.Do).OfType<string>().Select(FaultWords.Parse).Select(p => p switch
    {
        ParsedFault.On fault => fault.Verb,
        ParsedFault.Wrong wrong => throw new InvalidOperationException($"the estate: {wrong.Problem}"),
        _ => throw new InvalidOperationException("the estate: a fault must break something"),
    });

    private async Task ReconcileAsync(IReadOnlyList<FaultAction> actions, IReadOnlyList<FaultVerb> verbs, CancellationToken cancellation)
    {
        // First what this machine may not be able to do.
        await on.Network.SetLinksAsync(
            verbs.OfType<FaultVerb.OfLink>().GroupBy(l => l.Node).ToDictionary(
                g => g.Key, g => new LinkTrouble { LossPercent = g.Max(l => l.Loss), Mtu = g.Min(l => l.Mtu), Delay = g.Max(l => l.Delay) }),
            cancellation);
        await SetPoliciesAsync([.. actions.Select(a => a.DenyNamespace).OfType<DenyNamespace>()], cancellation);
        await SetObjectsAsync([.. actions.Select(a => a.Objects).OfType<string>()], cancellation);
        await SetSandboxesAsync([.. verbs.OfType<FaultVerb.OfSandbox>().Select(s => s.Pod)]);
        await SetListenersAsync(Wanted(actions, verbs), cancellation);
        await on.Network.SetFaultsAsync([.. actions.Select(a => a.Block).OfType<Blockade>().SelectMany(TrafficFaults)], cancellation);
        await on.Objects.SetServicePortsAsync(
            actions.Select(a => a.ServicePort).OfType<ServicePortChange>().GroupBy(c => c.Service).ToDictionary(
                g => g.Key, g => (IReadOnlyDictionary<int, int>)g.ToDictionary(c => c.From, c => c.To)),
            cancellation);
        await on.Objects.SetClusterDnsAsync(verbs.OfType<FaultVerb.OfClusterDns>().LastOrDefault()?.Name ?? ClusterDns.Name, cancellation);
        on.Resolvers.Set([.. verbs.OfType<FaultVerb.OfResolver>()]);
        on.State.Troubles = new ClusterTroubles
        {
            Dns = new DnsFaults([.. verbs.OfType<FaultVerb.OfName>().Select(n => n.Failure).OfType<Listeners.Dns.DnsFault>()], [.. verbs.OfType<FaultVerb.OfName>().Select(n => n.Override).OfType<Listeners.Dns.DnsOverride>()]),
            PoliciesUnenforced = verbs.OfType<FaultVerb.OfPolicies>().Any(p => p.Namespace is null),
            Unenforced = verbs.OfType<FaultVerb.OfPolicies>().Select(p => p.Namespace).OfType<string>().ToHashSet(),
            StaleServices = verbs.OfType<FaultVerb.OfService>().Select(s => s.Service).ToHashSet(),
        };
        await ReportAsync(actions, cancellation);
    }

    private Task ReportAsync(IReadOnlyList<FaultAction> actions, CancellationToken cancellation) => on.Objects.ReportAsync(
        actions.SelectMany(a => new[] { a.NotReady?.Workload, a.Down?.Workload }).OfType<string>().ToHashSet(), cancellation);

    private IEnumerable<PlacedListener> AllListeners() => Estate.Pods.All.SelectMany(p => p.Listeners).Concat(Estate.HostListeners);

    private static bool IsOf(PlacedListener listener, FaultVerb.OfListener fault) => listener.Port == fault.Port && (listener.Owner == fault.Owner || listener.Pod == fault.Owner);

    private List<PlacedListener> Wanted(IReadOnlyList<FaultAction> actions, IReadOnlyList<FaultVerb> verbs)
    {
        var closed = actions.Select(a => a.ClosePort).OfType<PortPlace>().Select(p => (p.Workload ?? p.Host, p.Port)).ToHashSet();
        var down = actions.Select(a => a.Down?.Workload).OfType<string>().ToHashSet();
        List<PlacedListener> wanted =
        [
            .. AllListeners().Where(l => !closed.Contains((l.Owner, l.Port)) && !down.Contains(l.Owner)),
            .. actions.Select(a => a.OpenPort).OfType<PortPlace>().Select(p => Estate.Extra(Estate.Model.External.Single(h => h.Host == p.Host), p.Port)),
        ];
        foreach (var fault in verbs.OfType<FaultVerb.OfListener>())
        {
            wanted = Apply(fault, wanted);
        }

        return wanted;
    }

    private List<PlacedListener> Apply(FaultVerb.OfListener fault, List<PlacedListener> wanted)
    {
        var hit = wanted.Where(l => IsOf(l, fault)).ToList();
        var rest = wanted.Except(hit);
        return fault.Trouble switch
        {
            ListenerTrouble.Close => [.. rest],
            ListenerTrouble.Loopback => [.. rest, .. hit.Select(l => l with { Spec = l.Spec with { Address = IPAddress.Loopback } })],
            ListenerTrouble.Speak { Kind: var kind } when hit.Count > 0 => [.. rest, .. hit.Select(l => l with { Spec = l.Spec with { Kind = kind } })],
            ListenerTrouble.Speak { Kind: var kind } => [.. rest, .. Opened(fault.Owner, fault.Port, kind)],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private IEnumerable<PlacedListener> Opened(string owner, int port, ListenerKind kind) =>
        Estate.Model.External.Find(h => h.Host == owner) is { } host
            ? [Estate.Extra(host, port, kind)]
            : Estate.Pods.All.Where(p => p.Key == owner || p.Workload == owner)
                .Select(p => new PlacedListener(p.Workload ?? p.Key, p.Key, port, new ListenerSpec(p.Place, port, kind) { HostNames = [p.Name] }));

    private async Task SetListenersAsync(IReadOnlyList<PlacedListener> wanted, CancellationToken cancellation)
    {
        var open = _open.Keys.ToDictionary(l => l.Place);
        var keep = wanted.Select(l => l.Place).ToHashSet();
        foreach (var gone in open.Where(l => !keep.Contains(l.Key)).Select(l => l.Value))
        {
            _open.Remove(gone, out var listener);
            await on.Listeners.CloseAsync(listener!);
        }

        foreach (var missing in wanted.Where(l => !open.ContainsKey(l.Place)).DistinctBy(l => l.Place))
        {
            try
            {
                _open[missing] = await on.Listeners.OpenAsync(missing.Spec, cancellation);
            }
            catch (IOException) when (missing.Pod is not null && Estate.Pods.Find(missing.Pod)?.Place != missing.Spec.Namespace)
            {
                // The pod went in the meantime, and its namespace with it.
            }
        }
    }

    private async Task SetPoliciesAsync(IReadOnlyList<DenyNamespace> wanted, CancellationToken cancellation)
    {
        var names = wanted.ToDictionary(d => $"{d.Namespace}/{d.From}");
        foreach (var (name, policy) in _policies.Where(p => !names.ContainsKey(p.Key)).ToList())
        {
            await on.Api.DeleteAsync(Manifests.DenyNamespace(policy), cancellation);
            _policies.Remove(name);
        }

        foreach (var (name, policy) in names.Where(n => !_policies.ContainsKey(n.Key)))
        {
            await on.Api.ApplyAsync(Manifests.DenyNamespace(policy), Manager, cancellation);
            _policies[name] = policy;
        }
    }

    private async Task SetObjectsAsync(IReadOnlyCollection<string> wanted, CancellationToken cancellation)
    {
        foreach (var gone in _objects.Except(wanted).ToList())
        {
            foreach (var manifest in FaultObjects.Of(gone).Reverse())
            {
                await on.Api.DeleteAsync(manifest, cancellation);
            }

            _objects.Remove(gone);
        }

        foreach (var missing in wanted.Except(_objects).ToList())
        {
            foreach (var manifest in FaultObjects.Of(missing))
            {
                await on.Api.ApplyAsync(manifest, Manager, cancellation);
            }

            _objects.Add(missing);
        }
    }

    private async Task SetSandboxesAsync(IReadOnlyCollection<string> wanted)
    {
        foreach (var (pod, old) in _leftBehind.Where(l => !wanted.Contains(l.Key)).ToList())
        {
            on.Network.ClearAway(old);
            _leftBehind.Remove(pod);
        }

        foreach (var key in wanted.Where(w => !_leftBehind.ContainsKey(w)).ToList())
        {
            if (Estate.Pods.Find(key) is { Network: { } old } pod)
            {
                var fresh = await on.Network.LeaveBehindAsync(old);
                _leftBehind[key] = old;
                Estate.Pods.Set(pod with
                {
                    Network = fresh, Place = fresh.Namespace, Listeners = [.. pod.Listeners.Select(l => l with { Spec = l.Spec with { Namespace = fresh.Namespace } })],
                });
            }
        }
    }

    private IEnumerable<TrafficFault> TrafficFaults(Blockade block)
    {
        var targets = block.Host is { } host
            ? [Estate.Hosts[host]]
            : Estate.Pods.All.Where(p => p.Workload == block.Workload).SelectMany(p => p.Addresses);
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

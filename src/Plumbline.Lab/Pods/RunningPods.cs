using System.Net;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Pods;

/// <summary>A pod that the lab runs: a network and what listens in it.</summary>
/// <param name="Workload">Namespace and name of the workload that it belongs to; null: of none.</param>
/// <param name="Place">The namespace that its sockets are in: its own, or its node's.</param>
/// <param name="Network">Null for a pod in its node's network.</param>
/// <param name="Addresses">As its status tells them.</param>
internal sealed record RunningPod(
    string Namespace, string Name, string? Workload, string Node, NetworkNamespace Place, LabPod? Network, IReadOnlyList<IPAddress> Addresses, IReadOnlyList<PlacedListener> Listeners)
{
    public string Key => $"{Namespace}/{Name}";

    /// <summary>The API object that it belongs to; null until that has been seen.</summary>
    public string? Uid { get; init; }
}

/// <summary>One listener of a pod or of an external host.</summary>
/// <param name="Owner">Namespace and name of the workload, or the name of the external host.</param>
/// <param name="Pod">Namespace and name of the pod; null: of an external host.</param>
internal sealed record PlacedListener(string Owner, string? Pod, int Port, ListenerSpec Spec)
{
    /// <summary>What can be open only once. A spec holds lists, which do not compare by content.</summary>
    public (string Namespace, IPAddress? Address, int Port, ListenerKind Kind) Place => (Spec.Namespace.Name, Spec.Address, Port, Spec.Kind);
}

/// <summary>All pods that the lab runs at the moment: those of the estate and those that somebody made with kubectl.</summary>
internal sealed class RunningPods
{
    private readonly Dictionary<string, RunningPod> _pods = [];
    private readonly Lock _lock = new();

    /// <summary>By name, so that what is made of them is the same each time.</summary>
    public IReadOnlyList<RunningPod> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _pods.Values.OrderBy(p => p.Key, StringComparer.Ordinal)];
            }
        }
    }

    public RunningPod? Find(string key)
    {
        lock (_lock)
        {
            return _pods.GetValueOrDefault(key);
        }
    }

    public void Set(RunningPod pod)
    {
        lock (_lock)
        {
            _pods[pod.Key] = pod;
        }
    }

    /// <returns>Null when there is none of that name.</returns>
    public RunningPod? Remove(string key)
    {
        lock (_lock)
        {
            return _pods.Remove(key, out var pod) ? pod : null;
        }
    }
}

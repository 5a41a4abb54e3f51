using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>Services, their EndpointSlices, and which of them lead to a pod.</summary>
internal sealed class ServiceIndex(PodIndex pods)
{
    private readonly Dictionary<NamespacedName, ServiceFacts> _services = [];
    private readonly Dictionary<string, NamespacedName> _byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<NamespacedName, EndpointSliceFacts> _slices = [];
    private readonly Dictionary<NamespacedName, SortedFacts<EndpointSliceFacts>> _slicesByService = [];

    // By the first label of the selector: of a namespace's Services only those are compared whole that share it with the pod.
    private readonly Dictionary<(string Namespace, string Label, string Value), SortedFacts<ServiceFacts>> _bySelector = [];

    // A Service is in it once for each slice that names the pod.
    private readonly Dictionary<NamespacedName, ImmutableArray<NamespacedName>> _byPod = [];

    public ServiceFacts? Find(NamespacedName key) => _services.GetValueOrDefault(key);

    public ServiceFacts? At(string address) => _byAddress.TryGetValue(address, out var key) ? Find(key) : null;

    public IReadOnlyList<EndpointSliceFacts> SlicesOf(NamespacedName service) => _slicesByService.TryGetValue(service, out var slices) ? slices.Items : [];

    public IReadOnlyList<ServiceFacts> Of(PodFacts pod)
    {
        var found = new SortedFacts<ServiceFacts>(static s => s.Key);
        foreach (var (label, value) in pod.Labels)
        {
            if (_bySelector.TryGetValue((pod.Key.Namespace, label, value), out var services))
            {
                foreach (var service in services.Items)
                {
                    if (Selects(service, pod))
                    {
                        found.Set(service.Key, service);
                    }
                }
            }
        }

        if (_byPod.TryGetValue(pod.Key, out var named))
        {
            foreach (var key in named)
            {
                if (_services.TryGetValue(key, out var service))
                {
                    found.Set(key, service);
                }
            }
        }

        return found.Items;
    }

    public void Set(NamespacedName key, ServiceFacts? next, ICollection<FactKey> changed)
    {
        var old = Find(key);
        if (old is null ? next is null : old.Equals(next))
        {
            return;
        }

        if (old?.Selector.Count > 0)
        {
            SetBySelector(old, null);
        }

        if (next is null)
        {
            _services.Remove(key);
        }
        else
        {
            _services[key] = next;
        }

        if (next?.Selector.Count > 0)
        {
            SetBySelector(next, next);
        }

        SetByAddress(key, old?.ClusterIps ?? [], next?.ClusterIps ?? [], changed);
        changed.Add(FactKey.Service(key));
        NotePods(key, old, next, changed);
    }

    public void Set(NamespacedName key, EndpointSliceFacts? next, ICollection<FactKey> changed)
    {
        var old = _slices.GetValueOrDefault(key);
        if (old is null ? next is null : old.Equals(next))
        {
            return;
        }

        if (next is null)
        {
            _slices.Remove(key);
        }
        else
        {
            _slices[key] = next;
        }

        if (old is not null)
        {
            changed.Add(FactKey.SlicesOf(ServiceOf(old)));
            SetByService(old, ServiceOf(old) == (next is null ? null : ServiceOf(next)) ? next : null);
        }

        if (next is not null && (old is null || ServiceOf(old) != ServiceOf(next)))
        {
            changed.Add(FactKey.SlicesOf(ServiceOf(next)));
            SetByService(next, next);
        }

        SetByPod(old, next, changed);
    }

    /// <summary>An address is one Service's, but of two that had it one after the other the first may be said to be gone last.</summary>
    private void SetByAddress(NamespacedName key, ImmutableArray<string> old, ImmutableArray<string> next, ICollection<FactKey> changed)
    {
        if (Values.Same(old, next))
        {
            return;
        }

        foreach (var address in old.Except(next))
        {
            if (_byAddress.TryGetValue(address, out var holder) && holder == key)
            {
                _byAddress.Remove(address);
                changed.Add(FactKey.ServiceAt(address));
            }
        }

        foreach (var address in next.Except(old))
        {
            _byAddress[address] = key;
            changed.Add(FactKey.ServiceAt(address));
        }
    }

    private static NamespacedName ServiceOf(EndpointSliceFacts slice) => new(slice.Key.Namespace, slice.Service);

    /// <summary>What leads to a pod changes with the selector, and with what is known of a Service that does.</summary>
    private void NotePods(NamespacedName key, ServiceFacts? old, ServiceFacts? next, ICollection<FactKey> changed)
    {
        foreach (var pod in pods.InNamespace(key.Namespace))
        {
            if ((old is not null && Selects(old, pod)) || (next is not null && Selects(next, pod)))
            {
                changed.Add(FactKey.ServicesOf(pod.Key));
            }
        }

        foreach (var named in SlicesOf(key).SelectMany(PodsOf))
        {
            changed.Add(FactKey.ServicesOf(named));
        }
    }

    private void SetBySelector(ServiceFacts service, ServiceFacts? next)
    {
        var (label, value) = service.Selector.First();
        SortedFacts.Set(_bySelector, (service.Key.Namespace, label, value), static s => s.Key, service.Key, next);
    }

    private void SetByService(EndpointSliceFacts slice, EndpointSliceFacts? next) =>
        SortedFacts.Set(_slicesByService, ServiceOf(slice), static s => s.Key, slice.Key, next);

    private void SetByPod(EndpointSliceFacts? old, EndpointSliceFacts? next, ICollection<FactKey> changed)
    {
        var before = old is null ? [] : PodsOf(old).ToHashSet();
        var after = next is null ? [] : PodsOf(next).ToHashSet();
        var isSame = old is not null && next is not null && old.Service == next.Service;
        foreach (var pod in before.Where(p => !isSame || !after.Contains(p)))
        {
            var services = _byPod[pod].Remove(ServiceOf(old!));
            if (services.IsEmpty)
            {
                _byPod.Remove(pod);
            }
            else
            {
                _byPod[pod] = services;
            }

            changed.Add(FactKey.ServicesOf(pod));
        }

        foreach (var pod in after.Where(p => !isSame || !before.Contains(p)))
        {
            _byPod[pod] = _byPod.TryGetValue(pod, out var services) ? services.Add(ServiceOf(next!)) : [ServiceOf(next!)];
            changed.Add(FactKey.ServicesOf(pod));
        }
    }

    private static IEnumerable<NamespacedName> PodsOf(EndpointSliceFacts slice) => slice.Endpoints.Select(e => e.Pod).OfType<NamespacedName>();

    private static bool Selects(ServiceFacts service, PodFacts pod)
    {
        if (service.Selector.Count == 0 || service.Key.Namespace != pod.Key.Namespace)
        {
            return false;
        }

        foreach (var (label, value) in service.Selector)
        {
            if (!pod.Labels.TryGetValue(label, out var own) || own != value)
            {
                return false;
            }
        }

        return true;
    }
}

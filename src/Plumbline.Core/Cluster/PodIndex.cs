using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>Pods by name, address, owner and by the selectors that were asked for. A change costs what it touches, whatever the number of pods.</summary>
internal sealed class PodIndex(WorkloadIndex workloads)
{
    private readonly Dictionary<string, Dictionary<string, PodFacts>> _byNamespace = new(StringComparer.Ordinal);
    private readonly Dictionary<WorkloadKey, SortedFacts<PodFacts>> _byOwner = [];

    // Mostly one; two while one pod goes and another has its address already.
    private readonly Dictionary<string, ImmutableArray<PodFacts>> _byAddress = new(StringComparer.Ordinal);

    // Made when they are first asked for and kept up to date from then on. Components ask, so there are few of a namespace.
    private readonly Dictionary<string, Dictionary<LabelSelector, SortedFacts<PodFacts>>> _bySelector = new(StringComparer.Ordinal);

    public PodFacts? Find(NamespacedName key) => _byNamespace.TryGetValue(key.Namespace, out var pods) ? pods.GetValueOrDefault(key.Name) : null;

    public IEnumerable<PodFacts> InNamespace(string @namespace) => _byNamespace.TryGetValue(@namespace, out var pods) ? pods.Values : [];

    public PodFacts? At(string address) =>
        _byAddress.TryGetValue(address, out var pods) ? pods.MinBy(p => (p.Terminating, p.Key)) : null;

    public IReadOnlyList<PodFacts> Of(WorkloadKey workload)
    {
        IReadOnlyList<PodFacts> own = _byOwner.TryGetValue(workload, out var pods) ? pods.Items : [];
        var inner = workloads.OwnedBy(workload).Where(_byOwner.ContainsKey).ToList();
        return inner.Count == 0 ? own : [.. own.Concat(inner.SelectMany(w => _byOwner[w].Items)).DistinctBy(p => p.Key).OrderBy(p => p.Key)];
    }

    public IReadOnlyList<PodFacts> Matching(string @namespace, LabelSelector selector)
    {
        if (!_bySelector.TryGetValue(@namespace, out var asked))
        {
            _bySelector[@namespace] = asked = [];
        }

        if (!asked.TryGetValue(selector, out var pods))
        {
            asked[selector] = pods = new(KeyOf);
            foreach (var pod in InNamespace(@namespace).Where(p => selector.Matches(p.Labels)))
            {
                pods.Set(pod.Key, pod);
            }
        }

        return pods.Items;
    }

    /// <summary>Nobody asks for the selector any more.</summary>
    public void Forget(string @namespace, LabelSelector selector)
    {
        if (_bySelector.TryGetValue(@namespace, out var asked) && asked.Remove(selector) && asked.Count == 0)
        {
            _bySelector.Remove(@namespace);
        }
    }

    public void Set(NamespacedName key, PodFacts? next, ICollection<FactKey> changed)
    {
        var old = Find(key);
        if (old is null ? next is null : old.Equals(next))
        {
            return;
        }

        next = next is null ? null : Share(next);
        SetByName(key, next);
        changed.Add(FactKey.Pod(key));
        SetByAddress(old, next, changed);
        SetByOwner(old, next, changed);
        SetBySelector(key, old, next, changed);
    }

    /// <summary>Pods of one workload mostly have the same labels; each event brings a copy of its own.</summary>
    private PodFacts Share(PodFacts pod) => pod.Owner is { } owner && _byOwner.TryGetValue(owner, out var siblings) && Values.Same(siblings.Items[0].Labels, pod.Labels)
        ? pod with { Labels = siblings.Items[0].Labels }
        : pod;

    private void SetByName(NamespacedName key, PodFacts? next)
    {
        if (!_byNamespace.TryGetValue(key.Namespace, out var pods))
        {
            _byNamespace[key.Namespace] = pods = new(StringComparer.Ordinal);
        }

        if (next is not null)
        {
            pods[key.Name] = next;
        }
        else if (pods.Remove(key.Name) && pods.Count == 0)
        {
            _byNamespace.Remove(key.Namespace);
        }
    }

    private void SetByAddress(PodFacts? old, PodFacts? next, ICollection<FactKey> changed)
    {
        foreach (var address in AddressesOf(old))
        {
            changed.Add(FactKey.PodAt(address));
            var others = _byAddress[address].RemoveAll(p => p.Key == old!.Key);
            if (others.IsEmpty)
            {
                _byAddress.Remove(address);
            }
            else
            {
                _byAddress[address] = others;
            }
        }

        foreach (var address in AddressesOf(next))
        {
            changed.Add(FactKey.PodAt(address));
            _byAddress[address] = _byAddress.TryGetValue(address, out var others) ? others.Add(next!) : [next!];
        }
    }

    /// <summary>A pod on its node's network has no address for itself, and one that has ended has none any more.</summary>
    private static ImmutableArray<string> AddressesOf(PodFacts? pod) => pod is { HostNetwork: false, Phase: PodPhase.Running or PodPhase.Pending } ? pod.Addresses : [];

    private void SetByOwner(PodFacts? old, PodFacts? next, ICollection<FactKey> changed)
    {
        if (old?.Owner is { } before)
        {
            workloads.NoteOwners(before, changed);
            if (next?.Owner != before)
            {
                SortedFacts.Set(_byOwner, before, KeyOf, old.Key, null);
            }
        }

        if (next?.Owner is { } now)
        {
            if (now != old?.Owner)
            {
                workloads.NoteOwners(now, changed);
            }

            SortedFacts.Set(_byOwner, now, KeyOf, next.Key, next);
        }
    }

    private void SetBySelector(NamespacedName key, PodFacts? old, PodFacts? next, ICollection<FactKey> changed)
    {
        if (old is null || next is null || !Values.Same(old.Labels, next.Labels))
        {
            changed.Add(FactKey.ServicesOf(key));
        }

        if (!_bySelector.TryGetValue(key.Namespace, out var asked))
        {
            return;
        }

        foreach (var (selector, pods) in asked)
        {
            var matches = next is not null && selector.Matches(next.Labels);
            if (matches || (old is not null && selector.Matches(old.Labels)))
            {
                pods.Set(key, matches ? next : null);
                changed.Add(FactKey.PodsMatching(key.Namespace, selector));
            }
        }
    }

    private static NamespacedName KeyOf(PodFacts pod) => pod.Key;
}

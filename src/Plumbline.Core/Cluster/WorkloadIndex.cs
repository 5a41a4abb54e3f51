namespace Plumbline.Core.Cluster;

/// <summary>Workloads and who owns whom.</summary>
internal sealed class WorkloadIndex
{
    // An owner cycle cannot be made through the API server, but a chain is still bounded here.
    private const int MaxDepth = 4;

    private readonly Dictionary<WorkloadKey, WorkloadFacts> _workloads = [];
    private readonly Dictionary<WorkloadKey, SortedSet<WorkloadKey>> _owned = [];

    public bool Contains(WorkloadKey key) => _workloads.ContainsKey(key);

    public void Set(WorkloadKey key, WorkloadFacts? next, ICollection<FactKey> changed)
    {
        var old = _workloads.GetValueOrDefault(key);
        if (old is null ? next is null : old.Equals(next))
        {
            return;
        }

        if (old?.Owner != next?.Owner)
        {
            // Its pods leave one chain of owners and join another.
            NoteOwners(key, changed);
            Link(old?.Owner, key, linked: false);
            Link(next?.Owner, key, linked: true);
        }

        if (next is null)
        {
            _workloads.Remove(key);
        }
        else
        {
            _workloads[key] = next;
        }

        if (old?.Owner != next?.Owner)
        {
            NoteOwners(key, changed);
        }

        changed.Add(FactKey.Workload(key));
    }

    /// <summary>The pods of the workload changed, and with them those of all its owners.</summary>
    public void NoteOwners(WorkloadKey workload, ICollection<FactKey> changed)
    {
        WorkloadKey? owner = workload;
        for (var depth = 0; owner is { } key && depth < MaxDepth; depth++)
        {
            changed.Add(FactKey.PodsOf(key));
            owner = _workloads.TryGetValue(key, out var facts) ? facts.Owner : null;
        }
    }

    /// <summary>Workloads that the workload owns, directly or not.</summary>
    public IEnumerable<WorkloadKey> OwnedBy(WorkloadKey workload, int depth = 1)
    {
        if (depth >= MaxDepth || !_owned.TryGetValue(workload, out var owned))
        {
            yield break;
        }

        foreach (var key in owned)
        {
            yield return key;
            foreach (var inner in OwnedBy(key, depth + 1))
            {
                yield return inner;
            }
        }
    }

    private void Link(WorkloadKey? owner, WorkloadKey key, bool linked)
    {
        if (owner is not { } group)
        {
            return;
        }

        if (!_owned.TryGetValue(group, out var owned))
        {
            _owned[group] = owned = new SortedSet<WorkloadKey>(Comparer<WorkloadKey>.Create(Compare));
        }

        _ = linked ? owned.Add(key) : owned.Remove(key);
        if (owned.Count == 0)
        {
            _owned.Remove(group);
        }
    }

    private static int Compare(WorkloadKey a, WorkloadKey b) => (a.Kind, string.CompareOrdinal(a.Namespace, b.Namespace)) is var (kind, space) && kind != b.Kind ? kind.CompareTo(b.Kind)
        : space != 0 ? space : string.CompareOrdinal(a.Name, b.Name);
}

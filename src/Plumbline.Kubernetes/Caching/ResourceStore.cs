using k8s.Models;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Caching;

/// <summary>The objects of one kind and what changed with each list or event. One writer, any number of readers.</summary>
internal sealed class ResourceStore<T>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NamespacedName, Entry> _entries = [];
    private IReadOnlyDictionary<NamespacedName, T>? _snapshot;

    /// <summary>Copied once after a change, then shared.</summary>
    public IReadOnlyDictionary<NamespacedName, T> Snapshot()
    {
        lock (_lock)
        {
            return _snapshot ??= _entries.ToDictionary(pair => pair.Key, pair => pair.Value.Object);
        }
    }

    public IReadOnlyList<ResourceChange<T>> Set(Entry entry)
    {
        lock (_lock)
        {
            var changes = new List<ResourceChange<T>>();
            Set_NeedsLock(entry, changes);
            return changes;
        }
    }

    public IReadOnlyList<ResourceChange<T>> Delete(NamespacedName key)
    {
        lock (_lock)
        {
            if (!_entries.Remove(key, out var entry))
            {
                return [];
            }

            _snapshot = null;
            return [new ResourceChange<T>.Deleted(key, entry.Object)];
        }
    }

    /// <summary>Everything that happened between the last event and this list, deletions first, as their addresses may be in use again.</summary>
    /// <param name="unreadable">There, but not to be read: what we know of them stays.</param>
    public IReadOnlyList<ResourceChange<T>> Replace(IReadOnlyList<Entry> listed, IEnumerable<NamespacedName> unreadable)
    {
        var present = listed.Select(entry => entry.Key).Concat(unreadable).ToHashSet();
        lock (_lock)
        {
            var changes = new List<ResourceChange<T>>();
            foreach (var gone in _entries.Values.Where(entry => !present.Contains(entry.Key)).ToList())
            {
                _entries.Remove(gone.Key);
                _snapshot = null;
                changes.Add(new ResourceChange<T>.Deleted(gone.Key, gone.Object));
            }

            foreach (var entry in listed)
            {
                Set_NeedsLock(entry, changes);
            }

            return changes;
        }
    }

    private void Set_NeedsLock(Entry entry, List<ResourceChange<T>> changes)
    {
        var known = _entries.TryGetValue(entry.Key, out var previous);
        if (known && previous.ResourceVersion == entry.ResourceVersion && previous.Uid == entry.Uid)
        {
            return;
        }

        _entries[entry.Key] = entry;
        _snapshot = null;
        if (known && previous.Uid != entry.Uid)
        {
            changes.Add(new ResourceChange<T>.Deleted(entry.Key, previous.Object));
            known = false;
        }

        if (!known)
        {
            changes.Add(new ResourceChange<T>.Added(entry.Key, entry.Object));
        }
        else if (!EqualityComparer<T>.Default.Equals(previous.Object, entry.Object))
        {
            changes.Add(new ResourceChange<T>.Updated(entry.Key, entry.Object, previous.Object));
        }
    }

    internal readonly record struct Entry(NamespacedName Key, string? Uid, string? ResourceVersion, T Object)
    {
        public static Entry Of(V1ObjectMeta metadata, T kept) => new(metadata.Key(), metadata.Uid, metadata.ResourceVersion, kept);
    }
}

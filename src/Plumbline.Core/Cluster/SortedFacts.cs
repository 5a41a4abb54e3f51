using Plumbline.Core.Words;

namespace Plumbline.Core.Cluster;

/// <summary>Facts of one group (the pods of a workload, the slices of a Service), in the order of their keys.</summary>
internal sealed class SortedFacts<T>(Func<T, NamespacedName> keyOf)
    where T : class
{
    private readonly List<T> _items = [];

    public IReadOnlyList<T> Items => _items;

    public bool IsEmpty => _items.Count == 0;

    /// <param name="next">Null removes what has the key.</param>
    public void Set(NamespacedName key, T? next)
    {
        var at = Find(key);
        if (next is null)
        {
            if (at >= 0)
            {
                _items.RemoveAt(at);
            }
        }
        else if (at >= 0)
        {
            _items[at] = next;
        }
        else
        {
            _items.Insert(~at, next);
        }
    }

    private int Find(NamespacedName key)
    {
        var (low, high) = (0, _items.Count - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            switch (keyOf(_items[middle]).CompareTo(key))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }

        return ~low;
    }
}

internal static class SortedFacts
{
    /// <summary>In the group; a group is there while something is in it.</summary>
    /// <param name="next">Null removes what has the key.</param>
    public static void Set<TGroup, T>(Dictionary<TGroup, SortedFacts<T>> groups, TGroup group, Func<T, NamespacedName> keyOf, NamespacedName key, T? next)
        where TGroup : notnull
        where T : class
    {
        if (!groups.TryGetValue(group, out var items))
        {
            groups[group] = items = new(keyOf);
        }

        items.Set(key, next);
        if (items.IsEmpty)
        {
            groups.Remove(group);
        }
    }
}

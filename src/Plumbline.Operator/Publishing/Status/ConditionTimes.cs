using Plumbline.Core.Words;
using Plumbline.Kubernetes.Models;

namespace Plumbline.Operator.Publishing.Status;

/// <summary>An object of ours. Made again under the same name it is another one.</summary>
public readonly record struct ObjectId(string Kind, NamespacedName Key, string Uid);

/// <summary>
/// Since when each condition has its status. Server-side apply keeps no such time for us, so it is remembered here, and learned from
/// what an earlier life of the operator wrote. Knows the objects that the watch shows, and no others.
/// </summary>
public sealed class ConditionTimes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, NamespacedName Key), Known> _objects = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    /// <summary>Learns from the API server what was not decided here; what was decided here stands.</summary>
    public void Learn(ObjectId id, IReadOnlyList<V1Condition>? conditions)
    {
        lock (_lock)
        {
            if (!_objects.TryGetValue((id.Kind, id.Key), out var known) || known.Uid != id.Uid)
            {
                _objects[(id.Kind, id.Key)] = known = new Known(id.Uid);
            }

            foreach (var condition in conditions ?? [])
            {
                if (condition is { Type: { } type, Status: { } status, LastTransitionTime: { } since } && !(known.Since.TryGetValue(type, out var last) && last.Ours))
                {
                    known.Since[type] = (status, since, false);
                }
            }
        }
    }

    public void Forget(string kind, NamespacedName key)
    {
        lock (_lock)
        {
            _objects.Remove((kind, key));
        }
    }

    /// <summary>Another replica decides from now on: what it writes is learned.</summary>
    public void Follow()
    {
        lock (_lock)
        {
            foreach (var known in _objects.Values)
            {
                foreach (var (type, last) in known.Since.ToList())
                {
                    known.Since[type] = last with { Ours = false };
                }
            }
        }
    }

    public DateTimeOffset Since(ObjectId id, string type, string status, DateTimeOffset now)
    {
        lock (_lock)
        {
            // An object that is gone, or another one by now: what is written about it goes nowhere.
            if (!_objects.TryGetValue((id.Kind, id.Key), out var known) || known.Uid != id.Uid)
            {
                return now;
            }

            var since = known.Since.TryGetValue(type, out var last) && last.Status == status ? last.Since : now;
            known.Since[type] = (status, since, true);
            return since;
        }
    }

    private sealed class Known(string uid)
    {
        public string Uid => uid;

        public Dictionary<string, (string Status, DateTimeOffset Since, bool Ours)> Since { get; } = new(StringComparer.Ordinal);
    }
}

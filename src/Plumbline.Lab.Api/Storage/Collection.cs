using System.Collections.Immutable;

namespace Plumbline.Lab.Api.Storage;

/// <summary>All objects of one kind and the bounded history of their changes.</summary>
/// <remarks>
/// Written only under the store's gate. Watchers keep no queue of their own: each remembers a revision and reads on from the shared
/// history, so a slow watcher costs nothing and is told 410 when the history has moved past it.
/// </remarks>
internal sealed class Collection(string id, int historySize, long floor)
{
    /// <summary>A ring: the change number n is at n modulo its size.</summary>
    private readonly Change?[] _history = new Change?[historySize];
    private long _recorded;
    private long _forgotten;
    private TaskCompletionSource _changed = NewSignal();

    public string Id => id;

    public ImmutableSortedDictionary<ObjectKey, StoredObject> Objects { get; private set; } = ImmutableSortedDictionary<ObjectKey, StoredObject>.Empty;

    /// <summary>Every change after this revision is still in the history.</summary>
    public long Floor { get; private set; } = floor;

    /// <summary>Completes at the next change. Take it before reading the history, or a change in between is slept through.</summary>
    public Task NextChange => _changed.Task;

    public void Load(StoredObject item) => Objects = Objects.SetItem(item.Key, item);

    public void Record(Change change)
    {
        Objects = change.Kind == ChangeKind.Deleted ? Objects.Remove(change.Object.Key) : Objects.SetItem(change.Object.Key, change.Object);
        ref var slot = ref _history[_recorded % historySize];
        if (_recorded - _forgotten == historySize)
        {
            Floor = slot!.Revision;
            _forgotten++;
        }

        slot = change;
        _recorded++;

        var signal = _changed;
        _changed = NewSignal();
        signal.SetResult();
    }

    /// <summary>The changes after a revision, oldest first; null when some of them are forgotten.</summary>
    public IReadOnlyList<Change>? ChangesAfter(long revision)
    {
        if (revision < Floor)
        {
            return null;
        }

        // a watcher that keeps up is behind by a change or two: look from the newest
        var first = _recorded;
        while (first > _forgotten && _history[(first - 1) % historySize]!.Revision > revision)
        {
            first--;
        }

        var changes = new Change[_recorded - first];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i] = _history[(first + i) % historySize]!;
        }

        return changes;
    }

    /// <summary>Forgets history, as a compaction does.</summary>
    public void Compact()
    {
        if (_recorded > _forgotten)
        {
            Floor = _history[(_recorded - 1) % historySize]!.Revision;
            _forgotten = _recorded;
            Array.Clear(_history);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

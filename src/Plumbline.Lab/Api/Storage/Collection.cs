using System.Collections.Immutable;

namespace Plumbline.Lab.Api.Storage;

/// <summary>All objects of one kind and the bounded history of their changes.</summary>
/// <remarks>
/// Written only under the store's gate. Watchers keep no queue of their own: each remembers a revision and reads on from the shared
/// history, so a slow watcher costs nothing and is told 410 when the history has moved past it.
/// </remarks>
internal sealed class Collection(string id, int historySize, long floor)
{
    private readonly Queue<Change> _history = new();
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
        _history.Enqueue(change);
        if (_history.Count > historySize)
        {
            Floor = _history.Dequeue().Revision;
        }

        var signal = _changed;
        _changed = NewSignal();
        signal.SetResult();
    }

    /// <summary>The changes after a revision, oldest first; null when some of them are forgotten.</summary>
    public IReadOnlyList<Change>? ChangesAfter(long revision) => revision < Floor ? null : [.. _history.SkipWhile(change => change.Revision <= revision)];

    /// <summary>Forgets history, as a compaction does.</summary>
    public void Compact()
    {
        if (_history.Count > 0)
        {
            Floor = _history.Last().Revision;
            _history.Clear();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;

namespace Plumbline.Lab.Api.Storage;

/// <summary>A list as of one revision.</summary>
internal sealed record Snapshot(ImmutableSortedDictionary<ObjectKey, StoredObject> Objects, long Revision);

/// <summary>
/// All collections under one revision counter, one gate and one journal. A write is decided, journalled and published inside the gate; what
/// a reader takes out is immutable. So no event is lost or doubled between a list and the watch that goes on from its revision.
/// </summary>
internal sealed class ObjectStore : IDisposable
{
    /// <summary>How many lists stay readable page by page while objects change.</summary>
    private const int KeptSnapshots = 32;

    /// <summary>What etcd takes as it is delivered.</summary>
    private const int MaxObjectBytes = 3 << 19;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Collection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uids = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Id, Snapshot Snapshot)> _snapshots = new();
    private readonly Func<string, IReadOnlyList<SelectableField>> _selectable;
    private readonly Journal? _journal;
    private readonly int _historySize;
    private readonly long _birth;
    private long _revision;

    /// <param name="firstRevision">
    /// Where a store without a journal starts counting. Later than any revision an earlier store handed out, or its clients would resume
    /// their watches here and miss what happened in between.
    /// </param>
    public ObjectStore(Journal? journal, int historySize, long firstRevision, Func<string, IReadOnlyList<SelectableField>> selectable)
    {
        _journal = journal;
        _historySize = historySize;
        _selectable = selectable;
        _revision = _birth = firstRevision;
        if (journal?.Load() is { } found)
        {
            _revision = _birth = found.SnapshotRevision == 0 && found.Records.Count == 0 ? firstRevision : found.SnapshotRevision;
            Restore(found);
        }
    }

    /// <summary>Raised inside the gate after each change; handlers only note it and return.</summary>
    public event Action<string, Change>? Changed;

    public long Revision
    {
        get
        {
            lock (_gate)
            {
                return _revision;
            }
        }
    }

    public IReadOnlyList<string> CollectionIds
    {
        get
        {
            lock (_gate)
            {
                return [.. _collections.Keys];
            }
        }
    }

    public StoredObject? Find(string collection, ObjectKey key)
    {
        lock (_gate)
        {
            return Of(collection).Objects.GetValueOrDefault(key);
        }
    }

    public bool HasUid(string uid)
    {
        lock (_gate)
        {
            return _uids.ContainsKey(uid);
        }
    }

    public Snapshot Read(string collection)
    {
        lock (_gate)
        {
            return new Snapshot(Of(collection).Objects, _revision);
        }
    }

    /// <summary>Keeps a list readable for the pages that follow.</summary>
    public void Keep(string collection, Snapshot snapshot)
    {
        lock (_gate)
        {
            if (_snapshots.Any(kept => kept.Id == collection && kept.Snapshot.Revision == snapshot.Revision))
            {
                return;
            }

            _snapshots.AddLast((collection, snapshot));
            if (_snapshots.Count > KeptSnapshots)
            {
                _snapshots.RemoveFirst();
            }
        }
    }

    public Snapshot? ReadAt(string collection, long revision)
    {
        lock (_gate)
        {
            return revision == _revision
                ? new Snapshot(Of(collection).Objects, _revision)
                : _snapshots.FirstOrDefault(kept => kept.Id == collection && kept.Snapshot.Revision == revision).Snapshot;
        }
    }

    /// <summary>What a watch at <paramref name="revision"/> has to be told next, and the signal to sleep on afterwards.</summary>
    /// <returns>Changes are null when the history no longer, or not yet, reaches that revision.</returns>
    public (IReadOnlyList<Change>? Changes, long UpTo, Task NextChange) ChangesAfter(string collection, long revision)
    {
        lock (_gate)
        {
            var of = Of(collection);
            return (revision > _revision ? null : of.ChangesAfter(revision), _revision, of.NextChange);
        }
    }

    public long OldestRevision(string collection)
    {
        lock (_gate)
        {
            return Of(collection).Floor;
        }
    }

    /// <summary>Forgets the history of every collection and the kept pages.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _snapshots.Clear();
            foreach (var collection in _collections.Values)
            {
                collection.Compact();
            }
        }
    }

    /// <summary>Runs a decision that nothing else can interleave with. It must not wait for anything.</summary>
    public T Write<T>(Func<StoreTransaction, T> decide)
    {
        lock (_gate)
        {
            return decide(new StoreTransaction(this));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _journal?.Dispose();
        }
    }

    internal StoredObject? Find_NeedsGate(string collection, ObjectKey key) => Of(collection).Objects.GetValueOrDefault(key);

    internal ImmutableSortedDictionary<ObjectKey, StoredObject> Objects_NeedsGate(string collection) => Of(collection).Objects;

    internal StoredObject Put_NeedsGate(string collection, JsonObject tree)
    {
        var of = Of(collection);
        var item = StoredObject.From(tree, _revision + 1, _selectable(collection));
        if (item.Json.Length > MaxObjectBytes)
        {
            throw Statuses.RequestTooLargeForStore();
        }

        _journal?.Put(collection, item);
        var previous = of.Objects.GetValueOrDefault(item.Key);
        Publish(of, new Change(previous is null ? ChangeKind.Added : ChangeKind.Modified, ++_revision, item, previous));
        return item;
    }

    internal StoredObject Delete_NeedsGate(string collection, StoredObject current)
    {
        var last = StoredObject.From(current.Tree(), _revision + 1, _selectable(collection));
        _journal?.Delete(collection, last);
        Publish(Of(collection), new Change(ChangeKind.Deleted, ++_revision, last, current));
        return last;
    }

    private void Publish(Collection of, Change change)
    {
        Count(change);
        of.Record(change);
        Changed?.Invoke(of.Id, change);
        if (_journal is { IsDueForSnapshot: true })
        {
            _journal.WriteSnapshot(_revision, _collections.Values.SelectMany(each => each.Objects.Values.Select(item => (each.Id, item))));
        }
    }

    /// <summary>One uid is counted, not just noted: a name can be deleted and made again between two looks.</summary>
    private void Count(Change change)
    {
        if (change.Previous is { } previous && --System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_uids, previous.Uid, out _) <= 0)
        {
            _uids.Remove(previous.Uid);
        }

        if (change.Kind != ChangeKind.Deleted)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_uids, change.Object.Uid, out _)++;
        }
    }

    private Collection Of(string id)
    {
        if (!_collections.TryGetValue(id, out var collection))
        {
            _collections[id] = collection = new Collection(id, _historySize, _birth);
        }

        return collection;
    }

    /// <summary>The journal's records become history again, so watches from before a restart go on where they were.</summary>
    private void Restore(JournalContent found)
    {
        foreach (var (id, tree) in found.Snapshot)
        {
            var item = StoredObject.From(tree, long.Parse(tree["metadata"]!["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture), _selectable(id));
            Of(id).Load(item);
            Count(new Change(ChangeKind.Added, item.Revision, item, null));
        }

        foreach (var record in found.Records)
        {
            var of = Of(record.Collection);
            var item = StoredObject.From(record.Tree, record.Revision, _selectable(record.Collection));
            var previous = of.Objects.GetValueOrDefault(item.Key);
            var kind = record.IsDelete ? ChangeKind.Deleted : previous is null ? ChangeKind.Added : ChangeKind.Modified;
            var change = new Change(kind, record.Revision, item, previous);
            Count(change);
            of.Record(change);
            _revision = record.Revision;
        }
    }
}

/// <summary>The only way to change the store; valid inside <see cref="ObjectStore.Write{T}"/>.</summary>
internal readonly struct StoreTransaction(ObjectStore store)
{
    public StoredObject? Find(string collection, ObjectKey key) => store.Find_NeedsGate(collection, key);

    public ImmutableSortedDictionary<ObjectKey, StoredObject> Objects(string collection) => store.Objects_NeedsGate(collection);

    public StoredObject Put(string collection, JsonObject tree) => store.Put_NeedsGate(collection, tree);

    public StoredObject Delete(string collection, StoredObject current) => store.Delete_NeedsGate(collection, current);
}

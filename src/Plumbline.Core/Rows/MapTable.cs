using System.Collections.Immutable;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>Keeps each map's Connections as the map asks, and counts what became of them: row by row, as they change.</summary>
/// <param name="patience">How long a write may go unseen before it is asked for again.</param>
internal class MapTable(TimeSpan patience, DueHeap due, Func<NamespacedName, Row?> rowOf)
{
    private readonly SortedDictionary<NamespacedName, MapEntry> _maps = [];
    private readonly Dictionary<string, MapEntry> _byUid = new(StringComparer.Ordinal);

    // By the name of the Connection: the maps that ask for it, in their order. Two maps may make the same name; the first has it, so that
    // they do not take it from each other for ever.
    private readonly Dictionary<NamespacedName, SortedList<NamespacedName, MapEntry>> _asking = [];
    private readonly Dictionary<NamespacedName, Request> _requests = [];
    private readonly HashSet<NamespacedName> _toExpand = [];
    private readonly HashSet<NamespacedName> _toCount = [];
    private readonly HashSet<MapEntry> _toReport = [];

    /// <summary>Replaced when a map comes or goes.</summary>
    public ImmutableArray<NamespacedName> Names { get; private set; } = [];

    public IReadOnlyCollection<MapEntry> All => _maps.Values;

    public void Observe(NamespacedName key, ObservedMap? next)
    {
        var entry = _maps.GetValueOrDefault(key);
        if (entry is not null && next is not null && entry.Map.Uid == next.Uid && entry.Map.Generation == next.Generation)
        {
            // Its own status, as a rule: the rows are the same.
            entry.Map = entry.Map with { Verified = next.Verified };
        }
        else
        {
            entry = Replace(key, entry, next);
        }

        if (entry is not null && !entry.IsAsPublished(next!.Verified))
        {
            // Changed or lost: it is written again. Our own older write coming back costs one more.
            entry.Published = null;
            _toReport.Add(entry);
        }
    }

    /// <summary>A Connection came, went or was changed.</summary>
    public void Changed(NamespacedName connection)
    {
        _toExpand.Add(connection);
        _toCount.Add(connection);
    }

    /// <summary>A row was judged.</summary>
    public virtual void Judged(NamespacedName connection) => _toCount.Add(connection);

    /// <summary>This replica leads from now on: what it wrote once may have been overwritten since.</summary>
    public void Lead()
    {
        _requests.Clear();
        foreach (var entry in _maps.Values)
        {
            entry.Published = null;
            _toReport.Add(entry);
            _toExpand.UnionWith(entry.Places.Keys);
            _toCount.UnionWith(entry.Places.Keys);
        }
    }

    public void Expand(List<Effect> effects, DateTimeOffset now)
    {
        foreach (var key in _toExpand.Order())
        {
            if (Needed(key) is { } needed)
            {
                if (Ask(key, needed.What, now))
                {
                    effects.Add(needed.Effect);
                }
            }
            else if (_requests.Remove(key, out var met))
            {
                due.Set(met, DateTimeOffset.MaxValue);
            }
        }

        _toExpand.Clear();
    }

    public void Report(List<Effect> effects, DateTimeOffset now)
    {
        foreach (var key in _toCount)
        {
            Count(key);
        }

        _toCount.Clear();
        foreach (var entry in _toReport.OrderBy(e => e.Map.Key))
        {
            var report = entry.MakeReport();
            var news = entry.NewsIn(report);
            var at = entry.Pace.DueAt(news, TimeSpan.MaxValue);
            if (at <= now)
            {
                entry.Pace.Wrote(news, now);
                entry.Published = report;
                effects.Add(new Effect.PublishMap(entry.Map.Key, report));
                at = DateTimeOffset.MaxValue;
            }

            due.Set(entry, at);
        }

        _toReport.Clear();
    }

    private MapEntry? Replace(NamespacedName key, MapEntry? old, ObservedMap? next)
    {
        if (old is not null)
        {
            foreach (var connection in old.Places.Keys)
            {
                var asking = _asking[connection];
                asking.Remove(key);
                if (asking.Count == 0)
                {
                    _asking.Remove(connection);
                }

                Changed(connection);
            }

            _byUid.Remove(old.Map.Uid);
            _toReport.Remove(old);
            due.Set(old, DateTimeOffset.MaxValue);
        }

        if (next is null)
        {
            _maps.Remove(key);
            Names = [.. _maps.Keys];
            return null;
        }

        var entry = new MapEntry(next, e => _toReport.Add(e)) { Published = old?.Map.Uid == next.Uid ? old.Published : null };
        foreach (var connection in entry.Places.Keys)
        {
            if (!_asking.TryGetValue(connection, out var asking))
            {
                _asking[connection] = asking = new(1);
            }

            asking[key] = entry;
            Changed(connection);
        }

        _byUid[next.Uid] = entry;
        _maps[key] = entry;
        _toReport.Add(entry);
        if (old is null)
        {
            Names = [.. _maps.Keys];
        }

        return entry;
    }

    /// <summary>What is to be written so that the Connection is as its map asks; null when it is.</summary>
    private (string What, Effect Effect)? Needed(NamespacedName key)
    {
        var asking = _asking.GetValueOrDefault(key);
        if (rowOf(key)?.Observed is not { } existing)
        {
            return asking is null ? null : Apply(key, asking.Values[0]);
        }

        // Written by hand, or owned by a map that is gone: the garbage collector's business.
        if (existing.OwnerUid is null || !_byUid.TryGetValue(existing.OwnerUid, out var owner))
        {
            return null;
        }

        return !owner.Places.TryGetValue(key, out var place) ? ($"delete {existing.Uid}", new Effect.DeleteConnection(key, existing.Uid))
            : existing.Fingerprint == owner.Map.Desired[place].Manifest.Fingerprint ? null
            : Apply(key, owner);
    }

    private static (string What, Effect Effect) Apply(NamespacedName key, MapEntry map)
    {
        var manifest = map.Map.Desired[map.Places[key]].Manifest;
        return ($"{map.Map.Uid} {manifest.Fingerprint}", new Effect.ApplyConnection(key, manifest));
    }

    /// <summary>The API server answers through the watch, not through the call.</summary>
    /// <returns>False when just this is under way already.</returns>
    private bool Ask(NamespacedName key, string what, DateTimeOffset now)
    {
        if (!_requests.TryGetValue(key, out var request))
        {
            _requests[key] = request = new Request(() => _toExpand.Add(key));
        }

        if (request.What == what && now - request.At < patience)
        {
            return false;
        }

        (request.What, request.At) = (what, now);
        due.Set(request, now + patience);
        return true;
    }

    private void Count(NamespacedName key)
    {
        if (!_asking.TryGetValue(key, out var asking))
        {
            return;
        }

        var row = rowOf(key);
        foreach (var entry in asking.Values)
        {
            if (row is not null && row.Observed.OwnerUid != entry.Map.Uid)
            {
                var owner = row.Observed.OwnerUid is null ? "nobody (written by hand)" : "another map";
                entry.Count(key, ReasonCategory.Unresolved, $"row {entry.Map.Desired[entry.Places[key]].Documented.Id}: Connection {key.Name} exists and belongs to {owner}; rename or delete it");
            }
            else
            {
                entry.Count(key, row?.Verdict?.Reason.Category ?? ReasonCategory.Unknown, null);
            }
        }
    }

    /// <summary>What was asked of the API server and is not seen yet.</summary>
    private sealed class Request(Action again) : Timed
    {
        public string What { get; set; } = "";

        public DateTimeOffset At { get; set; }

        public override void Wake(DateTimeOffset now) => again();
    }
}

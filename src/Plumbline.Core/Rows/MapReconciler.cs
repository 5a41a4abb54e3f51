using System.Collections.Immutable;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>Keeps each map's Connections as the map asks, and counts what became of them.</summary>
internal sealed class MapReconciler(TimeSpan patience)
{
    // What was asked for last and not seen yet; the API server answers through the watch, not through the call.
    private readonly Dictionary<NamespacedName, (string What, DateTimeOffset At)> _requested = [];
    private readonly Dictionary<NamespacedName, MapReport> _published = [];

    public void Expand(
        SortedDictionary<NamespacedName, ObservedMap> maps,
        Dictionary<NamespacedName, ConnectionEntry> connections,
        List<Effect> effects,
        DateTimeOffset now)
    {
        // Two maps may make the same name: the first has it, so that they do not take it from each other for ever.
        var claimed = new HashSet<NamespacedName>();
        var owned = connections.Where(c => c.Value.Observed.OwnerUid is not null).ToLookup(c => c.Value.Observed.OwnerUid!);
        foreach (var map in maps.Values)
        {
            foreach (var desired in map.Desired)
            {
                var existing = connections.TryGetValue(desired.Documented.Key, out var entry) ? entry.Observed : null;
                var needed = existing is null ? claimed.Add(desired.Documented.Key) : existing.OwnerUid == map.Uid && existing.Fingerprint != desired.Manifest.Fingerprint;
                if (needed && Request(desired.Documented.Key, $"{map.Uid} {desired.Manifest.Fingerprint}", now))
                {
                    effects.Add(new Effect.ApplyConnection(desired.Documented.Key, desired.Manifest));
                }
                else if (existing is not null && existing.OwnerUid == map.Uid && !needed)
                {
                    _requested.Remove(desired.Documented.Key);
                }
            }

            var wanted = map.Desired.Select(d => d.Documented.Key).ToHashSet();
            foreach (var (key, entry) in owned[map.Uid].Where(o => !wanted.Contains(o.Key)))
            {
                if (Request(key, $"delete {entry.Observed.Uid}", now))
                {
                    effects.Add(new Effect.DeleteConnection(key, entry.Observed.Uid));
                }
            }
        }
    }

    public void Report(SortedDictionary<NamespacedName, ObservedMap> maps, Dictionary<NamespacedName, ConnectionEntry> connections, List<Effect> effects)
    {
        foreach (var gone in _published.Keys.Where(k => !maps.ContainsKey(k)).ToList())
        {
            _published.Remove(gone);
        }

        foreach (var (key, map) in maps)
        {
            var report = ReportOf(map, connections);
            if (_published.TryGetValue(key, out var last) && Same(last, report))
            {
                continue;
            }

            _published[key] = report;
            effects.Add(new Effect.PublishMap(key, report));
        }
    }

    /// <summary>A status that is not what was written last was changed or lost: it is written again. Our own older write coming back costs one more.</summary>
    public void Observe(NamespacedName key, ObservedCondition? verified)
    {
        if (_published.TryGetValue(key, out var last) && (verified?.Status != last.Verdict.Reason.Status || verified?.Reason != last.Verdict.Reason.Name))
        {
            _published.Remove(key);
        }
    }

    /// <summary>Leadership changed: what this replica wrote once may have been overwritten since.</summary>
    public void ForgetAll()
    {
        _published.Clear();
        _requested.Clear();
    }

    /// <returns>False when just this is under way already.</returns>
    private bool Request(NamespacedName key, string what, DateTimeOffset now)
    {
        if (_requested.TryGetValue(key, out var last) && last.What == what && now - last.At < patience)
        {
            return false;
        }

        _requested[key] = (what, now);
        return true;
    }

    private static MapReport ReportOf(ObservedMap map, Dictionary<NamespacedName, ConnectionEntry> connections)
    {
        var problems = map.Problems.ToBuilder();
        var categories = new List<ReasonCategory>();
        foreach (var desired in map.Desired)
        {
            var entry = connections.GetValueOrDefault(desired.Documented.Key);
            if (entry is not null && entry.Observed.OwnerUid != map.Uid)
            {
                problems.Add($"row {desired.Documented.Id}: Connection {desired.Documented.Key.Name} exists and belongs to {(entry.Observed.OwnerUid is null ? "nobody (written by hand)" : "another map")}; rename or delete it");
                categories.Add(ReasonCategory.Unresolved);
                continue;
            }

            categories.Add(entry?.Verdict?.Reason.Category ?? ReasonCategory.Unknown);
        }

        var counts = categories.CountBy(c => c).ToDictionary();
        return new MapReport(
            map.Uid,
            map.Generation,
            map.Desired.Length,
            counts.GetValueOrDefault(ReasonCategory.Verified),
            counts.GetValueOrDefault(ReasonCategory.Drift),
            counts.GetValueOrDefault(ReasonCategory.Unknown),
            counts.GetValueOrDefault(ReasonCategory.Unresolved),
            counts.GetValueOrDefault(ReasonCategory.Unprobeable),
            problems.ToImmutable());
    }

    private static bool Same(MapReport a, MapReport b) => a with { Problems = [] } == b with { Problems = [] } && a.Problems.SequenceEqual(b.Problems);
}

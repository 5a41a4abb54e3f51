namespace Plumbline.Lab.Api.Storage;

/// <summary>Which objects name which owner. Kept by the store's changes, so it is as true as the store.</summary>
internal sealed class OwnerIndex
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<(string Collection, ObjectKey Key)>> _dependents = new(StringComparer.Ordinal);

    public void Note(string collection, Change change)
    {
        lock (_lock)
        {
            foreach (var uid in change.Previous?.OwnerUids ?? [])
            {
                if (_dependents.TryGetValue(uid, out var dependents) && dependents.Remove((collection, change.Previous!.Key)) && dependents.Count == 0)
                {
                    _dependents.Remove(uid);
                }
            }

            foreach (var uid in change.Kind == ChangeKind.Deleted ? [] : change.Object.OwnerUids)
            {
                if (!_dependents.TryGetValue(uid, out var dependents))
                {
                    _dependents[uid] = dependents = [];
                }

                dependents.Add((collection, change.Object.Key));
            }
        }
    }

    public IReadOnlyList<(string Collection, ObjectKey Key)> DependentsOf(string uid)
    {
        lock (_lock)
        {
            return _dependents.TryGetValue(uid, out var dependents) ? [.. dependents] : [];
        }
    }
}

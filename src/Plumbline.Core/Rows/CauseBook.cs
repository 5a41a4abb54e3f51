using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>
/// The causes of all rows together. Rows that fail for different things, and share a wider one, have that as their cause: five dead destinations on one
/// node are one dead node.
/// </summary>
/// <param name="changed">Told of a row whose cause is another one now, though the row itself is as it was.</param>
internal sealed class CauseBook(Action<NamespacedName> changed)
{
    /// <summary>So many different things at once are hardly chance.</summary>
    private const int Together = 2;

    private readonly Dictionary<NamespacedName, Cause> _rows = [];
    private readonly Dictionary<string, SortedDictionary<NamespacedName, string>> _shared = new(StringComparer.Ordinal);

    /// <param name="cause">Of the row alone; null for one that works.</param>
    public void Set(NamespacedName row, Cause? cause)
    {
        var before = _rows.GetValueOrDefault(row);
        if (Equals(before, cause))
        {
            return;
        }

        foreach (var key in before?.Shared ?? [])
        {
            Change(key, () => _shared[key].Remove(row));
        }

        if (cause is null)
        {
            _rows.Remove(row);
            return;
        }

        _rows[row] = cause;
        foreach (var key in cause.Shared)
        {
            _shared.TryAdd(key, []);
            Change(key, () => _shared[key][row] = cause.Key);
        }
    }

    /// <summary>The cause of the row in view of all others; null for one that works.</summary>
    public Cause? Of(NamespacedName row)
    {
        if (!_rows.TryGetValue(row, out var own))
        {
            return null;
        }

        var wider = own.Shared.Where(Explains).OrderByDescending(k => _shared[k].Count).ThenBy(k => k, StringComparer.Ordinal).FirstOrDefault();
        return wider is null ? own : new Cause(wider, Sentence(wider));
    }

    public void Clear()
    {
        _rows.Clear();
        _shared.Clear();
    }

    private void Change(string key, Action change)
    {
        var before = Explains(key);
        change();
        var rows = _shared[key];
        if (rows.Count == 0)
        {
            _shared.Remove(key);
        }

        // Also those that share it by another key may have another widest one.
        if (before || Explains(key))
        {
            foreach (var row in rows.Keys)
            {
                changed(row);
            }
        }
    }

    private bool Explains(string key) => _shared.TryGetValue(key, out var rows) && rows.Values.Distinct(StringComparer.Ordinal).Take(Together).Count() == Together;

    // Says nothing that grows with the rows: it is written to each of them.
    private static string Sentence(string key) => key.Split('/', 2) switch
    {
        ["node", var node] => $"what comes from or goes to node {node} gets no answer, for different destinations",
        ["host", var host] => $"{host} answers on none of its documented ports",
        [var kind, var name] => $"{kind} {name} is behind several failures",
        _ => key,
    };
}

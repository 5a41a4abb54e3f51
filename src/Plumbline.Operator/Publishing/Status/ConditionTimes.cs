using k8s.Models;

namespace Plumbline.Operator.Publishing.Status;

/// <summary>
/// Since when each condition has its status. Server-side apply keeps no such time for us, so it is remembered here, and learned from
/// what an earlier life of the operator wrote.
/// </summary>
public sealed class ConditionTimes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Object, string Type), (string Status, DateTimeOffset Since, bool Ours)> _since = [];

    /// <summary>Learns from the API server what was not decided here; what was decided here stands.</summary>
    public void Learn(string id, IReadOnlyList<V1Condition>? conditions)
    {
        lock (_lock)
        {
            foreach (var condition in conditions ?? [])
            {
                if (condition is { Type: { } type, Status: { } status, LastTransitionTime: var since } && since != default)
                {
                    if (!_since.TryGetValue((id, type), out var known) || !known.Ours)
                    {
                        _since[(id, type)] = (status, since, false);
                    }
                }
            }
        }
    }

    /// <summary>Another replica decides from now on: what it writes is learned.</summary>
    public void Follow()
    {
        lock (_lock)
        {
            foreach (var (key, known) in _since.ToList())
            {
                _since[key] = known with { Ours = false };
            }
        }
    }

    public DateTimeOffset Since(string id, string type, string status, DateTimeOffset now)
    {
        lock (_lock)
        {
            var since = _since.TryGetValue((id, type), out var last) && last.Status == status ? last.Since : now;
            _since[(id, type)] = (status, since, true);
            return since;
        }
    }

    public static string Id(string kind, V1ObjectMeta meta) => Id(kind, meta.NamespaceProperty ?? "", meta.Name ?? "");

    public static string Id(string kind, string @namespace, string name) => $"{kind} {@namespace}/{name}";
}

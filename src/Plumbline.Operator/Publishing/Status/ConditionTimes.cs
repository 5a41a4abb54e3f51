using Plumbline.Kubernetes.Models;

namespace Plumbline.Operator.Publishing.Status;

/// <summary>
/// Since when each condition has its status. Server-side apply keeps no such time for us, so it is remembered here, and learned from
/// what an earlier life of the operator wrote.
/// </summary>
public sealed class ConditionTimes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Object, string Type), (string Status, DateTimeOffset Since)> _since = [];

    /// <summary>Learns from the API server what is not known yet; what was decided here stands.</summary>
    public void Learn(string id, IReadOnlyList<V1Condition>? conditions)
    {
        lock (_lock)
        {
            foreach (var condition in conditions ?? [])
            {
                if (condition is { Type: { } type, Status: { } status, LastTransitionTime: { } since })
                {
                    _since.TryAdd((id, type), (status, since));
                }
            }
        }
    }

    public DateTimeOffset Since(string id, string type, string status, DateTimeOffset now)
    {
        lock (_lock)
        {
            var since = _since.TryGetValue((id, type), out var last) && last.Status == status ? last.Since : now;
            _since[(id, type)] = (status, since);
            return since;
        }
    }

    public static string Id(string kind, V1ObjectMeta meta) => Id(kind, meta.Namespace ?? "", meta.Name ?? "");

    public static string Id(string kind, string @namespace, string name) => $"{kind} {@namespace}/{name}";
}

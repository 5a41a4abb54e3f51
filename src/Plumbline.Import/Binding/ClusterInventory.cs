using Plumbline.Core.Cluster;

namespace Plumbline.Import.Binding;

/// <summary>A workload as far as names and ports go.</summary>
/// <param name="Labels">Of the workload, and of its pods where the workload has none of that key.</param>
/// <param name="PodLabels">What Services select by.</param>
/// <param name="Containers">Names, those of init containers too.</param>
/// <param name="Ports">Of the containers.</param>
public sealed record InventoryWorkload(
    WorkloadKey Key,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> PodLabels,
    IReadOnlyList<string> Containers,
    IReadOnlyList<int> Ports);

/// <param name="Selector">Empty: the Service leads to no pods of this cluster by itself.</param>
/// <param name="Ports">Its own, and the numbers that they lead to.</param>
public sealed record InventoryService(string Namespace, string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Selector, IReadOnlyList<int> Ports);

/// <summary>What runs in the cluster, as far as a name can be bound to it.</summary>
public sealed record ClusterInventory(IReadOnlyList<InventoryWorkload> Workloads, IReadOnlyList<InventoryService> Services)
{
    public static ClusterInventory Empty { get; } = new([], []);

    public ClusterInventory In(IReadOnlyList<string> namespaces) =>
        new([.. Workloads.Where(w => namespaces.Contains(w.Key.Namespace))], [.. Services.Where(s => namespaces.Contains(s.Namespace))]);

    /// <summary>What a name can stand for: each workload with the Services in front of it, Services without, and groups of workloads that a label holds together.</summary>
    internal IReadOnlyList<BindingUnit> Units()
    {
        var behind = Services.ToDictionary(s => s, s => Workloads.Where(w => Selects(s, w)).ToList());
        var units = new List<BindingUnit>();
        foreach (var workload in Workloads)
            units.Add(BindingUnit.Of(workload, [.. Services.Where(s => behind[s] is [var only] && only == workload)]));
        units.AddRange(Services.Where(s => behind[s].Count != 1).Select(s => BindingUnit.Of(s, behind[s])));
        foreach (var label in (ReadOnlySpan<string>)[BindingUnit.PartOf, BindingUnit.Instance])
        {
            var groups = Workloads.Where(w => w.Labels.ContainsKey(label)).GroupBy(w => (w.Key.Namespace, Value: w.Labels[label])).Where(g => g.Count() > 1);
            units.AddRange(groups.Select(g => BindingUnit.Of(g.Key.Namespace, label, g.Key.Value, [.. g], [.. Services.Where(s => behind[s].Any(g.Contains))])));
        }

        return units;
    }

    private static bool Selects(InventoryService service, InventoryWorkload workload) =>
        service.Selector.Count > 0 && service.Namespace == workload.Key.Namespace && service.Selector.All(s => workload.PodLabels.TryGetValue(s.Key, out var value) && value == s.Value);
}

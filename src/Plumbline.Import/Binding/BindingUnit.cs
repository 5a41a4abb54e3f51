using Plumbline.Core.Cluster;

namespace Plumbline.Import.Binding;

/// <summary>Something in the cluster that has a name, and where that name stands ("label app.kubernetes.io/component").</summary>
internal sealed record UnitName(string Text, string Where)
{
    public string Slug { get; } = NameForms.Slug(Text);

    /// <summary>Without words such as "service".</summary>
    public string CoreSlug { get; } = NameForms.Of(Text, []).CoreSlug;

    public bool IsNamespace { get; init; }
}

/// <summary>A thing of the cluster that a documented name can stand for, with all its names and ports.</summary>
/// <param name="Own">Names that are its own: label component and name, the object's name, its Services'.</param>
/// <param name="Shared">Names that it shares with others: part-of, instance, namespace.</param>
/// <param name="Services">Names of the Services in front of it, as namespace/name.</param>
internal sealed record BindingUnit(
    BindingTarget Target,
    string Namespace,
    WorkloadKind? Kind,
    bool IsGroup,
    IReadOnlyList<UnitName> Own,
    IReadOnlyList<UnitName> Shared,
    IReadOnlyList<string> Containers,
    IReadOnlySet<int> Ports,
    IReadOnlyList<InventoryService> Services)
{
    public const string PartOf = "app.kubernetes.io/part-of";
    public const string Instance = "app.kubernetes.io/instance";

    private static readonly string[] OwnLabels = ["app.kubernetes.io/component", "app.kubernetes.io/name", "app", "k8s-app"];

    /// <summary>All words of its names but the namespace's.</summary>
    public IReadOnlySet<string> Words { get; } = Own.SelectMany(n => n.Slug.Split('-')).ToHashSet(StringComparer.Ordinal);

    public static BindingUnit Of(InventoryWorkload workload, IReadOnlyList<InventoryService> services) => new(
        new BindingTarget.Workload(workload.Key),
        workload.Key.Namespace,
        workload.Key.Kind,
        IsGroup: false,
        [
            .. Labels(workload.Labels, OwnLabels),
            new UnitName(workload.Key.Name, $"the {workload.Key.Kind}'s name"),
            .. services.Select(s => new UnitName(s.Name, "its Service's name")),
        ],
        [.. Labels(workload.Labels, Instance, PartOf), new UnitName(workload.Key.Namespace, "its namespace") { IsNamespace = true }],
        workload.Containers,
        workload.Ports.Concat(services.SelectMany(s => s.Ports)).ToHashSet(),
        services);

    public static BindingUnit Of(InventoryService service, IReadOnlyList<InventoryWorkload> behind) => new(
        new BindingTarget.Service(service.Namespace, service.Name),
        service.Namespace,
        null,
        IsGroup: false,
        [.. Labels(service.Labels, OwnLabels), new UnitName(service.Name, "the Service's name")],
        [.. Labels(service.Labels, Instance, PartOf), new UnitName(service.Namespace, "its namespace") { IsNamespace = true }],
        [],
        service.Ports.Concat(behind.SelectMany(w => w.Ports)).ToHashSet(),
        [service]);

    public static BindingUnit Of(string @namespace, string label, string value, IReadOnlyList<InventoryWorkload> members, IReadOnlyList<InventoryService> services) => new(
        new BindingTarget.Pods(@namespace, label, value),
        @namespace,
        null,
        IsGroup: true,
        [new UnitName(value, $"label {label} of {members.Count} workloads")],
        [new UnitName(@namespace, "their namespace") { IsNamespace = true }],
        [],
        members.SelectMany(w => w.Ports).Concat(services.SelectMany(s => s.Ports)).ToHashSet(),
        services);

    private static IEnumerable<UnitName> Labels(IReadOnlyDictionary<string, string> labels, params string[] keys) =>
        keys.Where(labels.ContainsKey).Select(k => new UnitName(labels[k], $"label {k}"));
}

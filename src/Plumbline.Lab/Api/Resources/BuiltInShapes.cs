using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Resources;

/// <summary>
/// How the lists and maps of built-in kinds merge (Kubernetes' API types, tags <c>listType</c>, <c>listMapKey</c>, <c>mapType</c>, <c>patchMergeKey</c>). Only fields that differ
/// from the rule (maps merge by key, lists are atomic) stand here; everything else passes as it is.
/// </summary>
internal static class BuiltInShapes
{
    private static readonly StructuralSchema Text = new() { Type = "string" };
    private static readonly StructuralSchema Atomic = new() { Type = "object", PreserveUnknownFields = true, IsAtomicMap = true };
    private static readonly StructuralSchema TextSet = new() { Type = "array", Items = Text, ListKind = ListKind.Set, PatchMergeKey = "" };

    public static StructuralSchema Metadata { get; } = Map(
        ("name", Text), ("namespace", Text), ("labels", Values()), ("annotations", Values()), ("finalizers", TextSet),
        ("ownerReferences", List(Atomic with { Properties = Fields(("uid", Text)) }, "uid", "uid")));

    private static readonly StructuralSchema Conditions = List(Map(("type", Text)), "type", "type");

    private static readonly StructuralSchema ContainerPort = Map(("containerPort", StructuralSchema.Anything), ("protocol", Text with { HasDefault = true, Default = "TCP" }));

    private static readonly StructuralSchema Container = Map(
        ("name", Text),
        ("ports", List(ContainerPort, "containerPort", "containerPort", "protocol")),
        ("env", List(Map(("name", Text), ("valueFrom", Map(("configMapKeyRef", Atomic), ("secretKeyRef", Atomic), ("fieldRef", Atomic)))), "name", "name")),
        ("volumeMounts", List(Map(("mountPath", Text)), "mountPath", "mountPath")),
        ("volumeDevices", List(Map(("devicePath", Text)), "devicePath", "devicePath")),
        ("resources", Map(("claims", List(Map(("name", Text)), "name", "name")))));

    private static readonly StructuralSchema Containers = List(Container, "name", "name");

    private static readonly StructuralSchema PodSpec = Map(
        ("containers", Containers), ("initContainers", Containers), ("ephemeralContainers", Containers),
        ("volumes", List(Map(("name", Text)), "name", "name")),
        ("imagePullSecrets", List(Map(("name", Text)), "name", "name")),
        ("hostAliases", List(Map(("ip", Text)), "ip", "ip")),
        ("topologySpreadConstraints", List(Map(("topologyKey", Text), ("whenUnsatisfiable", Text)), "topologyKey", "topologyKey", "whenUnsatisfiable")),
        ("schedulingGates", List(Map(("name", Text)), "name", "name")),
        ("nodeSelector", Atomic));

    private static readonly StructuralSchema PodTemplate = Map(("metadata", Metadata), ("spec", PodSpec));

    public static StructuralSchema Plain { get; } = Root();

    public static StructuralSchema Pod { get; } = Root(
        ("spec", PodSpec),
        ("status", Map(
            ("conditions", Conditions),
            ("podIPs", List(Map(("ip", Text)), "ip", "ip")),
            ("hostIPs", new StructuralSchema { Type = "array", PatchMergeKey = "ip" }))));

    public static StructuralSchema Service { get; } = Root(
        ("spec", Map(
            ("selector", Atomic),
            ("ports", List(Map(("port", StructuralSchema.Anything), ("protocol", Text with { HasDefault = true, Default = "TCP" })), "port", "port", "protocol")))),
        ("status", Map(("conditions", Conditions))));

    public static StructuralSchema Node { get; } = Root(
        ("spec", Map(("podCIDRs", TextSet))),
        ("status", Map(("conditions", Conditions), ("addresses", List(Map(("type", Text)), "type", "type")))));

    public static StructuralSchema Workload { get; } = Root(
        ("spec", Map(("selector", Atomic), ("template", PodTemplate))),
        ("status", Map(("conditions", Conditions))));

    public static StructuralSchema CronJob { get; } = Root(("spec", Map(("jobTemplate", Map(("metadata", Metadata), ("spec", Map(("selector", Atomic), ("template", PodTemplate))))))));

    public static StructuralSchema ServiceAccount { get; } = Root(("secrets", List(Map(("name", Text)), "name", "name")));

    public static StructuralSchema NetworkPolicy { get; } = Root(("spec", Map(("podSelector", Atomic))), ("status", Map(("conditions", Conditions))));

    public static StructuralSchema CustomResourceDefinition { get; } = Root(
        ("spec", Map(("versions", List(Map(("name", Text)), null, "name")))),
        ("status", Map(("conditions", Conditions))));

    public static StructuralSchema WithConditions { get; } = Root(("status", Map(("conditions", Conditions))));

    /// <summary>A custom kind's schema with the object fields that no CRD declares, for merging and ownership.</summary>
    public static StructuralSchema WithMetadata(StructuralSchema schema) => schema with
    {
        Properties = new Dictionary<string, StructuralSchema>(schema.Properties, StringComparer.Ordinal) { ["apiVersion"] = Text, ["kind"] = Text, ["metadata"] = Metadata },
    };

    private static StructuralSchema Root(params (string, StructuralSchema)[] fields) =>
        Map([("apiVersion", Text), ("kind", Text), ("metadata", Metadata), .. fields]);

    private static StructuralSchema Map(params (string, StructuralSchema)[] fields) => new() { Type = "object", PreserveUnknownFields = true, Properties = Fields(fields) };

    private static StructuralSchema Values() => new() { Type = "object", AdditionalProperties = Text };

    private static StructuralSchema List(StructuralSchema items, string? mergeKey, params string[] keys) =>
        new() { Type = "array", Items = items, ListKind = ListKind.Map, ListMapKeys = keys, PatchMergeKey = mergeKey };

    private static Dictionary<string, StructuralSchema> Fields(params (string Name, StructuralSchema Schema)[] fields) =>
        fields.ToDictionary(field => field.Name, field => field.Schema, StringComparer.Ordinal);
}

using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using static Plumbline.Lab.Api.Tables.TableColumn;

namespace Plumbline.Lab.Api.Tables;

/// <summary>What <c>kubectl get</c> shows of the built-in kinds, as kube-apiserver prints them.</summary>
internal static class BuiltInColumns
{
    public static IReadOnlyList<TableColumn> Namespaces { get; } = [Text("Status", tree => tree.Text("status", "phase")), Age];

    public static IReadOnlyList<TableColumn> Nodes { get; } =
    [
        Text("Status", NodeStatus),
        Text("Roles", NodeRoles),
        Age,
        Text("Version", tree => tree.Text("status", "nodeInfo", "kubeletVersion")),
        Text("Internal-IP", tree => Address(tree, "InternalIP"), 1),
        Text("External-IP", tree => Address(tree, "ExternalIP"), 1),
        Text("OS-Image", tree => tree.Text("status", "nodeInfo", "osImage") ?? "<unknown>", 1),
        Text("Kernel-Version", tree => tree.Text("status", "nodeInfo", "kernelVersion") ?? "<unknown>", 1),
        Text("Container-Runtime", tree => tree.Text("status", "nodeInfo", "containerRuntimeVersion") ?? "<unknown>", 1),
    ];

    public static IReadOnlyList<TableColumn> Pods { get; } =
    [
        Text("Ready", tree => $"{(tree.Items("status", "containerStatuses") ?? []).Count(each => each.Flag("ready") == true)}/{tree.Items("spec", "containers")?.Count ?? 0}"),
        Text("Status", PodStatus.Of),
        Text("Restarts", (tree, now) => PodStatus.Restarts(tree, now)),
        Age,
        Text("IP", tree => tree.Text("status", "podIP") ?? "<none>", 1),
        Text("Node", tree => tree.Text("spec", "nodeName") ?? "<none>", 1),
        Text("Nominated Node", tree => tree.Text("status", "nominatedNodeName") ?? "<none>", 1),
        Text("Readiness Gates", _ => "<none>", 1),
    ];

    public static IReadOnlyList<TableColumn> Services { get; } =
    [
        Text("Type", tree => tree.Text("spec", "type")),
        Text("Cluster-IP", tree => tree.Text("spec", "clusterIP") ?? "<none>"),
        Text("External-IP", ExternalAddress),
        Text("Port(s)", tree => OrNone(string.Join(",", (tree.Items("spec", "ports") ?? []).Select(ServicePort)))),
        Age,
        Text("Selector", tree => Labels(tree.At("spec", "selector")), 1),
    ];

    public static IReadOnlyList<TableColumn> Endpoints { get; } =
    [
        Text("Endpoints", tree => More([.. (tree.Items("subsets") ?? []).SelectMany(subset => (subset.Items("addresses") ?? [])
            .SelectMany(address => (subset.Items("ports") ?? []).Select(port => $"{address.Text("ip")}:{port.Number("port")}")))])),
        Age,
    ];

    public static IReadOnlyList<TableColumn> EndpointSlices { get; } =
    [
        Text("AddressType", tree => tree.Text("addressType")),
        Text("Ports", tree => More([.. (tree.Items("ports") ?? []).Select(port => port.Number("port")?.ToString(null, null) ?? "*")], "<unset>")),
        Text("Endpoints", tree => More([.. (tree.Items("endpoints") ?? []).SelectMany(endpoint => endpoint.Texts("addresses"))], "<unset>")),
        Age,
    ];

    public static IReadOnlyList<TableColumn> Events { get; } =
    [
        Text("Last Seen", (tree, now) => Ages.Since(
            tree.Text("series", "lastObservedTime") ?? tree.Text("lastTimestamp") ?? tree.Text("eventTime") ?? tree.Text("metadata", "creationTimestamp"), now)),
        Text("Type", tree => tree.Text("type")),
        Text("Reason", tree => tree.Text("reason")),
        Text("Object", tree => $"{tree.Text("involvedObject", "kind")?.ToLowerInvariant()}/{tree.Text("involvedObject", "name")}"),
        Text("Subobject", tree => tree.Text("involvedObject", "fieldPath"), 1),
        Text("Source", tree => tree.Text("source", "component") ?? tree.Text("reportingComponent"), 1),
        Text("Message", tree => tree.Text("message")?.Trim()),
        Text("First Seen", (tree, now) => Ages.Since(tree.Text("firstTimestamp") ?? tree.Text("eventTime") ?? tree.Text("metadata", "creationTimestamp"), now), 1),
        Number("Count", tree => tree.Number("series", "count") ?? tree.Number("count") ?? 1, 1),
    ];

    public static IReadOnlyList<TableColumn> ConfigMaps { get; } = [Number("Data", tree => (tree.Map("data")?.Count ?? 0) + (tree.Map("binaryData")?.Count ?? 0)), Age];

    public static IReadOnlyList<TableColumn> Secrets { get; } = [Text("Type", tree => tree.Text("type")), Number("Data", tree => tree.Map("data")?.Count ?? 0), Age];

    public static IReadOnlyList<TableColumn> ServiceAccounts { get; } = [Number("Secrets", tree => tree.Items("secrets")?.Count ?? 0), Age];

    public static IReadOnlyList<TableColumn> Deployments { get; } =
    [
        Text("Ready", tree => $"{tree.Number("status", "readyReplicas") ?? 0}/{tree.Number("spec", "replicas") ?? 0}"),
        Number("Up-to-date", tree => tree.Number("status", "updatedReplicas") ?? 0),
        Number("Available", tree => tree.Number("status", "availableReplicas") ?? 0),
        Age,
        .. Template(["spec", "template"]),
        Text("Selector", tree => Selector(tree.At("spec", "selector")), 1),
    ];

    public static IReadOnlyList<TableColumn> ReplicaSets { get; } =
    [
        Number("Desired", tree => tree.Number("spec", "replicas") ?? 0),
        Number("Current", tree => tree.Number("status", "replicas") ?? 0),
        Number("Ready", tree => tree.Number("status", "readyReplicas") ?? 0),
        Age,
        .. Template(["spec", "template"]),
        Text("Selector", tree => Selector(tree.At("spec", "selector")), 1),
    ];

    public static IReadOnlyList<TableColumn> StatefulSets { get; } =
    [
        Text("Ready", tree => $"{tree.Number("status", "readyReplicas") ?? 0}/{tree.Number("spec", "replicas") ?? 0}"),
        Age,
        .. Template(["spec", "template"]),
    ];

    public static IReadOnlyList<TableColumn> DaemonSets { get; } =
    [
        Number("Desired", tree => tree.Number("status", "desiredNumberScheduled") ?? 0),
        Number("Current", tree => tree.Number("status", "currentNumberScheduled") ?? 0),
        Number("Ready", tree => tree.Number("status", "numberReady") ?? 0),
        Number("Up-to-date", tree => tree.Number("status", "updatedNumberScheduled") ?? 0),
        Number("Available", tree => tree.Number("status", "numberAvailable") ?? 0),
        Text("Node Selector", tree => Labels(tree.At("spec", "template", "spec", "nodeSelector"))),
        Age,
        .. Template(["spec", "template"]),
        Text("Selector", tree => Selector(tree.At("spec", "selector")), 1),
    ];

    public static IReadOnlyList<TableColumn> Jobs { get; } =
    [
        Text("Status", JobStatus),
        Text("Completions", tree => $"{tree.Number("status", "succeeded") ?? 0}/{tree.Number("spec", "completions") ?? 1}"),
        Text("Duration", (tree, now) => tree.Text("status", "startTime") is { } start
            ? tree.Text("status", "completionTime") is { } end ? Ages.Since(start, DateTimeOffset.Parse(end, null)) : Ages.Since(start, now)
            : null),
        Age,
        .. Template(["spec", "template"]),
        Text("Selector", tree => Selector(tree.At("spec", "selector")), 1),
    ];

    public static IReadOnlyList<TableColumn> CronJobs { get; } =
    [
        Text("Schedule", tree => tree.Text("spec", "schedule")),
        Text("Timezone", tree => tree.Text("spec", "timeZone") ?? "<none>"),
        Text("Suspend", tree => tree.Flag("spec", "suspend") == true ? "True" : "False"),
        Number("Active", tree => tree.Items("status", "active")?.Count ?? 0),
        Text("Last Schedule", (tree, now) => tree.Text("status", "lastScheduleTime") is { } last ? Ages.Since(last, now) : "<none>"),
        Age,
        .. Template(["spec", "jobTemplate", "spec", "template"]),
        Text("Selector", tree => Selector(tree.At("spec", "jobTemplate", "spec", "selector")), 1),
    ];

    public static IReadOnlyList<TableColumn> NetworkPolicies { get; } = [Text("Pod-Selector", tree => Selector(tree.At("spec", "podSelector"))), Age];

    public static IReadOnlyList<TableColumn> Leases { get; } = [Text("Holder", tree => tree.Text("spec", "holderIdentity")), Age];

    public static IReadOnlyList<TableColumn> CreatedAt { get; } = [Text("Created At", tree => tree.Text("metadata", "creationTimestamp"))];

    public static IReadOnlyList<TableColumn> Bindings { get; } =
    [
        Text("Role", tree => $"{tree.Text("roleRef", "kind")}/{tree.Text("roleRef", "name")}"),
        Age,
        .. new[] { ("Users", "User"), ("Groups", "Group") }.Select(each => Text(each.Item1, tree => Subjects(tree, each.Item2, subject => subject.Text("name")), 1)),
        Text("ServiceAccounts", tree => Subjects(tree, "ServiceAccount", subject => $"{subject.Text("namespace")}/{subject.Text("name")}"), 1),
    ];

    private static IEnumerable<TableColumn> Template(string[] path) =>
    [
        Text("Containers", tree => string.Join(",", (tree.At(path).Items("spec", "containers") ?? []).Select(each => each.Text("name"))), 1),
        Text("Images", tree => string.Join(",", (tree.At(path).Items("spec", "containers") ?? []).Select(each => each.Text("image"))), 1),
    ];

    private static string NodeStatus(JsonObject tree)
    {
        var ready = (tree.Items("status", "conditions") ?? []).FirstOrDefault(each => each.Text("type") == "Ready")?.Text("status");
        var status = ready switch { "True" => "Ready", null => "Unknown", _ => "NotReady" };
        return tree.Flag("spec", "unschedulable") == true ? $"{status},SchedulingDisabled" : status;
    }

    private static string NodeRoles(JsonObject tree)
    {
        const string Prefix = "node-role.kubernetes.io/";
        return OrNone(string.Join(",", Keys(tree.At("metadata", "labels")).Where(key => key.StartsWith(Prefix, StringComparison.Ordinal)).Select(key => key[Prefix.Length..])));
    }

    private static string JobStatus(JsonObject tree)
    {
        bool Has(string type) => (tree.Items("status", "conditions") ?? []).Any(each => each.Text("type") == type && each.Text("status") == "True");
        return Has("Complete") ? "Complete" : Has("Failed") ? "Failed" : Has("Suspended") ? "Suspended" : "Running";
    }

    private static string Address(JsonObject tree, string type) =>
        (tree.Items("status", "addresses") ?? []).FirstOrDefault(each => each.Text("type") == type)?.Text("address") ?? "<none>";

    private static string ExternalAddress(JsonObject tree)
    {
        var addresses = tree.Texts("spec", "externalIPs").Concat((tree.Items("status", "loadBalancer", "ingress") ?? []).Select(each => each.Text("ip") ?? each.Text("hostname") ?? "")).ToList();
        return tree.Text("spec", "type") switch
        {
            "ExternalName" => tree.Text("spec", "externalName") ?? "<none>",
            "LoadBalancer" when addresses.Count == 0 => "<pending>",
            _ => OrNone(string.Join(",", addresses)),
        };
    }

    private static string ServicePort(JsonNode? port) =>
        $"{port.Number("port")}{(port.Number("nodePort") is { } node ? $":{node}" : "")}/{port.Text("protocol") ?? "TCP"}";

    private static string Selector(JsonNode? selector)
    {
        var parts = (selector.Map("matchLabels") ?? []).Select(pair => $"{pair.Key}={pair.Value.Text()}")
            .Concat((selector.Items("matchExpressions") ?? []).Select(each => each.Text("operator") switch
            {
                "Exists" => each.Text("key")!,
                "DoesNotExist" => $"!{each.Text("key")}",
                var op => $"{each.Text("key")} {op?.ToLowerInvariant()} ({string.Join(",", each.Texts("values"))})",
            }));
        return OrNone(string.Join(",", parts));
    }

    private static string Subjects(JsonObject tree, string kind, Func<JsonNode?, string?> name) =>
        string.Join(", ", (tree.Items("subjects") ?? []).Where(subject => subject.Text("kind") == kind).Select(name));

    private static string Labels(JsonNode? map) =>
        OrNone(string.Join(",", (map as JsonObject ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value.Text()}")));

    private static IEnumerable<string> Keys(JsonNode? map) => (map as JsonObject ?? []).Select(pair => pair.Key);

    private static string More(List<string> values, string none = "<none>") =>
        values.Count == 0 ? none : values.Count <= 3 ? string.Join(",", values) : $"{string.Join(",", values.Take(3))} + {values.Count - 3} more...";

    private static string OrNone(string text) => text.Length == 0 ? "<none>" : text;
}

using Plumbline.Lab.Api.Kinds;
using Plumbline.Lab.Api.Storage;
using Plumbline.Lab.Api.Tables;

namespace Plumbline.Lab.Api.Resources;

/// <summary>The built-in kinds that this server has.</summary>
internal static class BuiltInResources
{
    public const string Namespaces = "/namespaces";
    public const string Pods = "/pods";
    public const string Nodes = "/nodes";
    public const string ServiceAccounts = "/serviceaccounts";
    public const string Services = "/services";
    public const string CustomResourceDefinitions = "apiextensions.k8s.io/customresourcedefinitions";

    private static readonly ScalePaths Replicas = new("spec.replicas", "status.replicas", null);
    private static readonly string[] All = ["all"];

    private static readonly SelectableField[] EventFields =
    [
        new("involvedObject.kind"), new("involvedObject.namespace"), new("involvedObject.name"), new("involvedObject.uid"), new("involvedObject.apiVersion"),
        new("involvedObject.resourceVersion"), new("involvedObject.fieldPath"), new("reason"), new("reportingComponent"), new("type"),
        new("regarding.kind", "", "involvedObject.kind"), new("regarding.namespace", "", "involvedObject.namespace"), new("regarding.name", "", "involvedObject.name"),
        new("regarding.uid", "", "involvedObject.uid"), new("reportingController", "", "reportingComponent"),
    ];

    public static IReadOnlyList<ResourceDefinition> Definitions { get; } =
    [
        Core("namespaces", "Namespace", false, ["ns"], BuiltInColumns.Namespaces) with { HasStatus = true, SelectableFields = [new("status.phase")] },
        Core("nodes", "Node", false, ["no"], BuiltInColumns.Nodes) with { HasStatus = true, SelectableFields = [new("spec.unschedulable", "false")] },
        Core("pods", "Pod", true, ["po"], BuiltInColumns.Pods) with
        {
            HasStatus = true, Categories = All,
            SelectableFields =
            [
                new("spec.nodeName"), new("spec.restartPolicy"), new("spec.schedulerName"), new("spec.serviceAccountName"), new("spec.hostNetwork", "false"),
                new("status.phase"), new("status.podIP"), new("status.nominatedNodeName"),
            ],
            Actions = [("binding", "Binding", "", "v1"), ("eviction", "Eviction", "policy", "v1"), ("log", "Pod", "", "v1")],
        },
        Core("services", "Service", true, ["svc"], BuiltInColumns.Services) with
        {
            HasStatus = true, Categories = All, SelectableFields = [new("spec.clusterIP"), new("spec.type")],
        },
        Core("endpoints", "Endpoints", true, ["ep"], BuiltInColumns.Endpoints),
        Core("events", "Event", true, ["ev"], BuiltInColumns.Events) with { SelectableFields = EventFields },
        Core("configmaps", "ConfigMap", true, ["cm"], BuiltInColumns.ConfigMaps),
        Core("secrets", "Secret", true, [], BuiltInColumns.Secrets) with { SelectableFields = [new("type")] },
        Core("serviceaccounts", "ServiceAccount", true, ["sa"], BuiltInColumns.ServiceAccounts) with
        {
            Actions = [("token", "TokenRequest", "authentication.k8s.io", "v1")],
        },
        Core("persistentvolumeclaims", "PersistentVolumeClaim", true, ["pvc"], []) with { HasStatus = true },
        Core("persistentvolumes", "PersistentVolume", false, ["pv"], []) with { HasStatus = true },
        Core("resourcequotas", "ResourceQuota", true, ["quota"], []) with { HasStatus = true },
        Core("limitranges", "LimitRange", true, ["limits"], []),
        Of("events.k8s.io", "v1", "events", "Event", true, ["ev"], BuiltInColumns.Events) with
        {
            CollectionId = "/events", Conversion = new EventConversion(), MergeSchema = BuiltInKinds.KindSchema("v1.Event"),
            SelectableFields = EventFields,
        },
        Workload("apps", "deployments", "Deployment", ["deploy"], BuiltInColumns.Deployments) with { Scale = Replicas },
        Workload("apps", "replicasets", "ReplicaSet", ["rs"], BuiltInColumns.ReplicaSets) with { Scale = Replicas },
        Workload("apps", "statefulsets", "StatefulSet", ["sts"], BuiltInColumns.StatefulSets) with { Scale = Replicas },
        Workload("apps", "daemonsets", "DaemonSet", ["ds"], BuiltInColumns.DaemonSets),
        Workload("batch", "jobs", "Job", [], BuiltInColumns.Jobs) with { SelectableFields = [new("status.successful", "0")] },
        Workload("batch", "cronjobs", "CronJob", ["cj"], BuiltInColumns.CronJobs),
        Of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, [], BuiltInColumns.EndpointSlices) with { HasGeneration = true },
        Of("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, ["netpol"], BuiltInColumns.NetworkPolicies) with { HasGeneration = true },
        Of("networking.k8s.io", "v1", "ingresses", "Ingress", true, ["ing"], []) with { HasStatus = true, HasGeneration = true },
        Of("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, ["pdb"], []) with { HasStatus = true, HasGeneration = true },
        Of("coordination.k8s.io", "v1", "leases", "Lease", true, [], BuiltInColumns.Leases),
        Of("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false, ["pc"], []),
        Of("storage.k8s.io", "v1", "storageclasses", "StorageClass", false, ["sc"], []),
        Of("rbac.authorization.k8s.io", "v1", "roles", "Role", true, [], BuiltInColumns.CreatedAt),
        Of("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true, [], BuiltInColumns.Bindings),
        Of("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false, [], BuiltInColumns.CreatedAt),
        Of("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false, [], BuiltInColumns.Bindings),
        Of("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, ["crd", "crds"], BuiltInColumns.CreatedAt) with
        {
            HasStatus = true, HasGeneration = true, Categories = ["api-extensions"],
        },
        Review("authentication.k8s.io", "tokenreviews", "TokenReview"),
        Review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
        Review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        Review("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview"),
        Review("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview") with { Namespaced = true },
        Review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ];

    private static ResourceDefinition Core(string plural, string kind, bool namespaced, string[] shortNames, IReadOnlyList<TableColumn> columns) =>
        Of("", "v1", plural, kind, namespaced, shortNames, columns);

    private static ResourceDefinition Workload(string group, string plural, string kind, string[] shortNames, IReadOnlyList<TableColumn> columns) =>
        Of(group, "v1", plural, kind, true, shortNames, columns) with { HasStatus = true, HasGeneration = true, Categories = All };

    private static ResourceDefinition Review(string group, string plural, string kind) => Of(group, "v1", plural, kind, false, [], []) with { IsReview = true };

    private static ResourceDefinition Of(string group, string version, string plural, string kind, bool namespaced, string[] shortNames, IReadOnlyList<TableColumn> columns) => new()
    {
        Group = group,
        Version = version,
        Plural = plural,
        Kind = kind,
        Singular = kind.ToLowerInvariant(),
        ListKind = kind + "List",
        Namespaced = namespaced,
        ShortNames = shortNames,
        Columns = columns,
        Schema = BuiltInKinds.KindSchema(BuiltInKinds.NameOf(group, version, kind)),
        HasGeneration = false,
        CollectionId = ResourceDefinition.CollectionOf(group, plural),
    };
}

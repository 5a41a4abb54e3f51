using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Resources;

/// <summary>The defaults of built-in kinds that clients and people rely on when reading objects back.</summary>
internal static class BuiltInDefaults
{
    private static readonly string[] ContainerLists = ["containers", "initContainers"];
    private static readonly string[] Directions = ["ingress", "egress"];

    public static void Apply(string kind, JsonObject tree)
    {
        switch (kind)
        {
            case "Pod":
                PodSpec(tree.Child("spec"));
                Missing(tree.Child("spec"), "enableServiceLinks", true);
                Missing(tree.Child("spec"), "serviceAccountName", "default");
                Missing(tree.Child("status"), "phase", "Pending");
                break;
            case "Deployment":
                Missing(Template(tree), "replicas", 1L);
                Missing(tree.Child("spec").Child("strategy"), "type", "RollingUpdate");
                if (tree.Text("spec", "strategy", "type") == "RollingUpdate")
                {
                    Missing(tree.Child("spec").Child("strategy").Child("rollingUpdate"), "maxSurge", "25%");
                    Missing(tree.Child("spec").Child("strategy").Child("rollingUpdate"), "maxUnavailable", "25%");
                }

                Missing(tree.Child("spec"), "revisionHistoryLimit", 10L);
                Missing(tree.Child("spec"), "progressDeadlineSeconds", 600L);
                break;
            case "StatefulSet":
                Missing(Template(tree), "replicas", 1L);
                Missing(tree.Child("spec"), "podManagementPolicy", "OrderedReady");
                Missing(tree.Child("spec").Child("updateStrategy"), "type", "RollingUpdate");
                break;
            case "ReplicaSet":
                Missing(Template(tree), "replicas", 1L);
                break;
            case "DaemonSet":
                Missing(Template(tree).Child("updateStrategy"), "type", "RollingUpdate");
                break;
            case "Job":
                JobSpec(tree.Child("spec"));
                break;
            case "CronJob":
                Missing(tree.Child("spec"), "concurrencyPolicy", "Allow");
                Missing(tree.Child("spec"), "suspend", false);
                JobSpec(tree.Child("spec").Child("jobTemplate").Child("spec"));
                break;
            case "Service":
                Service(tree.Child("spec"));
                break;
            case "Secret":
                Secret(tree);
                break;
            case "Namespace":
                Missing(tree.Child("status"), "phase", "Active");
                break;
            case "NetworkPolicy":
                NetworkPolicy(tree.Child("spec"));
                break;
            case "EndpointSlice":
                Ports(tree.Items("ports"));
                break;
            default:
                break;
        }
    }

    private static JsonObject Template(JsonObject tree)
    {
        PodSpec(tree.Child("spec").Child("template").Child("spec"));
        return tree.Child("spec");
    }

    private static void JobSpec(JsonObject spec)
    {
        PodSpec(spec.Child("template").Child("spec"));
        Missing(spec, "parallelism", 1L);
        Missing(spec, "completions", 1L);
        Missing(spec, "backoffLimit", 6L);
        Missing(spec, "suspend", false);
        Missing(spec, "completionMode", "NonIndexed");
    }

    private static void PodSpec(JsonObject spec)
    {
        Missing(spec, "restartPolicy", "Always");
        Missing(spec, "dnsPolicy", "ClusterFirst");
        Missing(spec, "terminationGracePeriodSeconds", 30L);
        Missing(spec, "schedulerName", "default-scheduler");
        Missing(spec, "securityContext", new JsonObject());
        foreach (var container in ContainerLists.SelectMany(list => spec.Items(list) ?? []).OfType<JsonObject>())
        {
            Ports(container.Items("ports"));
            Missing(container, "resources", new JsonObject());
            var image = container.Text("image") ?? "";
            var isLatest = image.EndsWith(":latest", StringComparison.Ordinal) || !image.Contains(':', StringComparison.Ordinal);
            Missing(container, "imagePullPolicy", isLatest ? "Always" : "IfNotPresent");
            Missing(container, "terminationMessagePath", "/dev/termination-log");
            Missing(container, "terminationMessagePolicy", "File");
        }
    }

    private static void Service(JsonObject spec)
    {
        Missing(spec, "type", "ClusterIP");
        Missing(spec, "sessionAffinity", "None");
        Ports(spec.Items("ports"));
        foreach (var port in (spec.Items("ports") ?? []).OfType<JsonObject>())
        {
            if (port["targetPort"] is null && port["port"] is { } number)
            {
                port["targetPort"] = number.DeepClone();
            }
        }

        if (spec.Text("type") != "ExternalName")
        {
            Missing(spec, "internalTrafficPolicy", "Cluster");
            Missing(spec, "ipFamilyPolicy", "SingleStack");
            Missing(spec, "ipFamilies", new JsonArray("IPv4"));
        }
    }

    /// <summary>What people write as plain text is kept and shown in base64 only.</summary>
    private static void Secret(JsonObject tree)
    {
        Missing(tree, "type", "Opaque");
        if (tree.Map("stringData") is { } plain)
        {
            foreach (var (key, value) in plain)
            {
                tree.Child("data")[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value.Text() ?? ""));
            }

            tree.Remove("stringData");
        }
    }

    private static void NetworkPolicy(JsonObject spec)
    {
        if (spec["policyTypes"] is null)
        {
            spec["policyTypes"] = spec.Items("egress") is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
        }

        foreach (var rule in Directions.SelectMany(list => spec.Items(list) ?? []))
        {
            Ports(rule.Items("ports"));
        }
    }

    private static void Ports(JsonArray? ports)
    {
        foreach (var port in (ports ?? []).OfType<JsonObject>())
        {
            Missing(port, "protocol", "TCP");
        }
    }

    private static void Missing(JsonObject map, string key, JsonNode value)
    {
        if (map[key] is null)
        {
            map[key] = value;
        }
    }
}

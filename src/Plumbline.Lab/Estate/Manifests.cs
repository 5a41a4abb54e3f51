using System.Text.Json.Nodes;

namespace Plumbline.Lab.Estate;

/// <summary>The estate as API objects, as a cluster's own controllers would have made them.</summary>
public static class Manifests
{
    public static JsonObject Namespace(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Namespace",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name } },
    };

    /// <summary>As much of an object as says which it is.</summary>
    public static JsonObject Named(string apiVersion, string kind, string @namespace, string name) => new()
    {
        ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
    };

    public static JsonObject Node(string name, IReadOnlyList<string> podCidrs) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = name, ["kubernetes.io/os"] = "linux" } },
        ["spec"] = new JsonObject { ["podCIDR"] = podCidrs[0], ["podCIDRs"] = new JsonArray([.. podCidrs.Select(c => (JsonNode)c)]) },
    };

    public static JsonObject NodeStatus(string name, IReadOnlyList<string> addresses, DateTimeOffset now) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["status"] = new JsonObject
        {
            ["addresses"] = new JsonArray(
                [.. addresses.Select(a => (JsonNode)new JsonObject { ["type"] = "InternalIP", ["address"] = a }), new JsonObject { ["type"] = "Hostname", ["address"] = name }]),
            ["conditions"] = new JsonArray(Condition("Ready", true, "KubeletReady", now)),
            ["nodeInfo"] = new JsonObject
            {
                ["architecture"] = "amd64", ["bootID"] = "", ["containerRuntimeVersion"] = "plumbline-lab", ["kernelVersion"] = "", ["kubeProxyVersion"] = "",
                ["kubeletVersion"] = "v1.32.0", ["machineID"] = "", ["operatingSystem"] = "linux", ["osImage"] = "Plumbline lab", ["systemUUID"] = "",
            },
        },
    };

    /// <summary>The workload, and the ReplicaSet or Job between it and its pods.</summary>
    public static IEnumerable<JsonObject> Controllers(EstateWorkload workload, string? uid)
    {
        var (ownerKind, ownerName) = EstatePlan.OwnerOf(workload);
        if (uid is null)
        {
            yield return Controller(workload.Kind, workload.Namespace, workload.Name, workload, null);
        }
        else if (ownerKind != workload.Kind)
        {
            yield return Controller(ownerKind, workload.Namespace, ownerName, workload, Owner(workload.Kind, workload.Name, uid));
        }
    }

    public static JsonObject Pod(PlannedPod pod, string ownerUid)
    {
        var workload = pod.Workload;
        var ports = new JsonArray([.. workload.Ports.Select(p => (JsonNode)new JsonObject { ["name"] = PortName(p), ["containerPort"] = p.Listens, ["protocol"] = p.Protocol })]);
        var labels = Labels(workload.Labels);
        foreach (var (key, value) in ControllerLabels(pod))
        {
            labels[key] = value;
        }

        var spec = new JsonObject
        {
            ["nodeName"] = pod.Node,
            ["restartPolicy"] = pod.OwnerKind == "Job" ? "OnFailure" : "Always",
            ["dnsPolicy"] = "ClusterFirst",
            ["serviceAccountName"] = "default",
            ["containers"] = new JsonArray(new JsonObject { ["name"] = workload.Name, ["image"] = $"lab.invalid/{workload.Name}:1", ["ports"] = ports }),
        };
        if (workload.HostNetwork)
        {
            spec["hostNetwork"] = true;
            spec["dnsPolicy"] = "ClusterFirstWithHostNet";
        }

        if (pod.OwnerKind == "StatefulSet")
        {
            spec["hostname"] = pod.Name;
            spec["subdomain"] = workload.Service ?? workload.Name;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = pod.Name,
                ["namespace"] = workload.Namespace,
                ["labels"] = labels,
                ["ownerReferences"] = new JsonArray(Owner(pod.OwnerKind, pod.OwnerName, ownerUid)),
            },
            ["spec"] = spec,
        };
    }

    /// <summary>What controllers add to the labels of the pods that they make.</summary>
    private static IEnumerable<(string Key, string Value)> ControllerLabels(PlannedPod pod)
    {
        switch (pod.OwnerKind)
        {
            case "Job":
                yield return ("job-name", pod.OwnerName);
                yield return ("batch.kubernetes.io/job-name", pod.OwnerName);
                break;
            case "ReplicaSet":
                yield return ("pod-template-hash", pod.OwnerName[(pod.OwnerName.LastIndexOf('-') + 1)..]);
                break;
            case "StatefulSet":
                yield return ("statefulset.kubernetes.io/pod-name", pod.Name);
                yield return ("apps.kubernetes.io/pod-index", pod.Name[(pod.Name.LastIndexOf('-') + 1)..]);
                yield return ("controller-revision-hash", $"{pod.Workload.Name}-{EstatePlan.Suffix(pod.Workload.Key, -1, 9)}");
                break;
        }
    }

    public static JsonObject PodStatus(PodReport pod)
    {
        var state = pod.Problem is null
            ? new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(pod.Started) } }
            : new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CreateContainerConfigError", ["message"] = pod.Problem } };
        var status = new JsonObject
        {
            ["phase"] = pod.Problem is null ? "Running" : "Pending",
            ["hostIP"] = pod.NodeAddress,
            ["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = pod.NodeAddress }),
            ["startTime"] = Time(pod.Started),
            ["conditions"] = new JsonArray(
                Condition("Initialized", true, null, pod.Started),
                Condition("PodScheduled", true, null, pod.Started),
                Condition("ContainersReady", pod.Ready, pod.Ready ? null : "ContainersNotReady", pod.Since),
                Condition("Ready", pod.Ready, pod.Ready ? null : "ContainersNotReady", pod.Since)),
            ["containerStatuses"] = new JsonArray([.. pod.Containers.Select(c => (JsonNode)new JsonObject
            {
                ["name"] = c, ["ready"] = pod.Ready, ["started"] = pod.Problem is null, ["restartCount"] = 0, ["image"] = "", ["imageID"] = "", ["state"] = state.DeepClone(),
            })]),
        };
        if (pod.Addresses.Count > 0)
        {
            status["podIP"] = pod.Addresses[0];
            status["podIPs"] = new JsonArray([.. pod.Addresses.Select(a => (JsonNode)new JsonObject { ["ip"] = a })]);
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace },
            ["status"] = status,
        };
    }

    /// <param name="clusterIp6">Null: IPv4 only.</param>
    public static JsonObject Service(EstateWorkload workload, string clusterIp, string? clusterIp6 = null) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject { ["name"] = workload.Service, ["namespace"] = workload.Namespace, ["labels"] = Labels(workload.Labels) },
        ["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = clusterIp,
            ["clusterIPs"] = clusterIp6 is null ? new JsonArray(clusterIp) : new JsonArray(clusterIp, clusterIp6),
            ["ipFamilies"] = clusterIp6 is null ? new JsonArray("IPv4") : new JsonArray("IPv4", "IPv6"),
            ["ipFamilyPolicy"] = clusterIp6 is null ? "SingleStack" : "PreferDualStack",
            ["selector"] = Labels(workload.Labels),
            ["ports"] = new JsonArray([.. workload.Ports.Select(p => (JsonNode)new JsonObject { ["name"] = PortName(p), ["port"] = p.Port, ["targetPort"] = p.Listens, ["protocol"] = p.Protocol })]),
        },
    };

    public static JsonObject DenyNamespace(DenyNamespace deny) => new()
    {
        ["apiVersion"] = "networking.k8s.io/v1",
        ["kind"] = "NetworkPolicy",
        ["metadata"] = new JsonObject { ["name"] = $"deny-{deny.From}", ["namespace"] = deny.Namespace },
        ["spec"] = new JsonObject
        {
            ["podSelector"] = new JsonObject(),
            ["policyTypes"] = new JsonArray("Ingress"),
            ["ingress"] = new JsonArray(new JsonObject
            {
                ["from"] = new JsonArray(new JsonObject
                {
                    ["namespaceSelector"] = new JsonObject
                    {
                        ["matchExpressions"] = new JsonArray(new JsonObject
                        {
                            ["key"] = "kubernetes.io/metadata.name", ["operator"] = "NotIn", ["values"] = new JsonArray(deny.From),
                        }),
                    },
                }),
            }),
        },
    };

    public static string PortName(EstatePort port) => $"{port.Speaks}-{port.Port}";

    private static JsonObject Controller(string kind, string @namespace, string name, EstateWorkload workload, JsonObject? owner)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = @namespace, ["labels"] = Labels(workload.Labels) };
        if (owner is not null)
        {
            metadata["ownerReferences"] = new JsonArray(owner);
        }

        var template = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = Labels(workload.Labels) },
            ["spec"] = new JsonObject
            {
                ["restartPolicy"] = kind is "Job" or "CronJob" ? "OnFailure" : "Always",
                ["containers"] = new JsonArray(new JsonObject { ["name"] = workload.Name, ["image"] = $"lab.invalid/{workload.Name}:1" }),
            },
        };
        var spec = kind switch
        {
            "Job" => new JsonObject { ["template"] = template },
            "CronJob" => new JsonObject
            {
                ["schedule"] = "0 3 * * *",
                ["jobTemplate"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            },
            _ => new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = Labels(workload.Labels) }, ["template"] = template },
        };
        if (kind is "Deployment" or "ReplicaSet" or "StatefulSet")
        {
            spec["replicas"] = workload.Replicas;
        }

        if (kind == "StatefulSet")
        {
            spec["serviceName"] = workload.Service ?? workload.Name;
        }

        return new JsonObject { ["apiVersion"] = ApiVersion(kind), ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
    }

    public static string ApiVersion(string kind) => kind is "Job" or "CronJob" ? "batch/v1" : "apps/v1";

    private static JsonObject Owner(string kind, string name, string uid) => new()
    {
        ["apiVersion"] = ApiVersion(kind),
        ["kind"] = kind,
        ["name"] = name,
        ["uid"] = uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    private static JsonObject Labels(Dictionary<string, string> labels) => new([.. labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))]);

    private static JsonObject Condition(string type, bool status, string? reason, DateTimeOffset since)
    {
        var condition = new JsonObject { ["type"] = type, ["status"] = status ? "True" : "False", ["lastTransitionTime"] = Time(since) };
        if (reason is not null)
        {
            condition["reason"] = reason;
        }

        return condition;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What a kubelet tells of a pod.</summary>
/// <param name="Problem">Why it cannot start; null: it runs.</param>
public sealed record PodReport(
    string Namespace, string Name, IReadOnlyList<string> Containers, IReadOnlyList<string> Addresses, string NodeAddress, bool Ready, DateTimeOffset Started, DateTimeOffset Since,
    string? Problem = null);

using k8s.Models;
using Plumbline.Kubernetes.Contracts.Policies;

namespace Plumbline.Kubernetes.Contracts;

/// <summary>
/// Of KubernetesClient's models, the fields that facts are made of. What is missing here is never read from a list or a watch, so a new fact needs
/// its fields here; a test compares facts by these contracts with facts by whole ones.
/// </summary>
public static class UsedFields
{
    private static readonly string[] MetadataOnly = ["metadata"];
    private static readonly string[] Specified = ["metadata", "spec"];

    public static IReadOnlyDictionary<Type, string[]> Table { get; } = new Dictionary<Type, string[]>
    {
        [typeof(V1ObjectMeta)] = ["name", "namespace", "uid", "resourceVersion", "generation", "labels", "ownerReferences", "deletionTimestamp"],
        [typeof(V1OwnerReference)] = ["kind", "name", "uid", "controller"],
        [typeof(V1ObjectReference)] = ["kind", "namespace", "name"],
        [typeof(V1Pod)] = ["metadata", "spec", "status"],
        [typeof(V1PodSpec)] = ["nodeName", "hostNetwork", "dnsPolicy", "dnsConfig", "hostAliases", "containers", "initContainers"],
        [typeof(V1Container)] = ["name", "ports", "restartPolicy"],
        [typeof(V1ContainerPort)] = ["name", "containerPort", "protocol"],
        [typeof(V1PodStatus)] = ["phase", "podIP", "podIPs", "conditions"],
        [typeof(V1PodCondition)] = ["type", "status"],
        [typeof(V1Service)] = Specified,
        [typeof(V1ServiceSpec)] = ["type", "clusterIP", "clusterIPs", "externalName", "ports", "selector", "internalTrafficPolicy"],
        [typeof(V1ServicePort)] = ["name", "port", "protocol", "targetPort"],
        [typeof(V1EndpointSlice)] = ["metadata", "addressType", "endpoints", "ports"],
        [typeof(V1Endpoint)] = ["addresses", "conditions", "nodeName", "targetRef"],
        [typeof(V1EndpointConditions)] = ["ready", "serving", "terminating"],
        [typeof(Discoveryv1EndpointPort)] = ["name", "port", "protocol"],
        [typeof(V1Node)] = ["metadata", "spec", "status"],
        [typeof(V1NodeSpec)] = ["taints"],
        [typeof(V1Taint)] = ["key"],
        [typeof(V1NodeStatus)] = ["addresses", "conditions", "nodeInfo"],
        [typeof(V1NodeSystemInfo)] = ["operatingSystem"],
        [typeof(V1NodeCondition)] = ["type", "status"],
        [typeof(V1Namespace)] = MetadataOnly,
        [typeof(V1NetworkPolicy)] = Specified,
        [typeof(AdminNetworkPolicyObject)] = Specified,
        [typeof(BaselineAdminNetworkPolicyObject)] = Specified,
        [typeof(ClusterNetworkPolicyObject)] = Specified,
        [typeof(CiliumNetworkPolicyObject)] = MetadataOnly,
        [typeof(CiliumClusterwideNetworkPolicyObject)] = MetadataOnly,
        [typeof(CalicoNetworkPolicyObject)] = MetadataOnly,
        [typeof(CalicoGlobalNetworkPolicyObject)] = MetadataOnly,
        [typeof(V1Deployment)] = Specified,
        [typeof(V1DeploymentSpec)] = ["replicas"],
        [typeof(V1ReplicaSet)] = Specified,
        [typeof(V1ReplicaSetSpec)] = ["replicas"],
        [typeof(V1StatefulSet)] = Specified,
        [typeof(V1StatefulSetSpec)] = ["replicas"],
        [typeof(V1DaemonSet)] = MetadataOnly,
        [typeof(V1Job)] = MetadataOnly,
        [typeof(V1CronJob)] = MetadataOnly,
    };
}
